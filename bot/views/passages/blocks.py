"""The modal that shows a passage."""

from __future__ import annotations

from typing import Any

from bot.views import kit, limits
from bot.views.escaping import escape, link, one_line
from bot.views.passages.model import FetchingPassage, MissingPassage, Paragraph, PassageView, numbers, pieces
from bot.views.passages.values import NEXT, PREVIOUS, value_of
from bot.views.sources import cautions, facts, place, title


def modal(view: PassageView) -> dict[str, Any]:
    """The source, the place, each paragraph with its number and the quote in bold, and the ways on."""
    number = f"*[{view.n}]* " if view.n else ""
    head = f"{number}*{link(view.source.url, escape(one_line(title(view.source))))}*"
    warned = escape(cautions(view.source, ", ".join(view.locators) or None, view.ageing))
    where = escape(place(view.section, numbers(view), view.page))
    lines = [head, f"_{warned}_" if warned else "", escape(facts(view.source)), where]
    blocks = [
        kit.section("\n".join(line for line in lines if line)),
        kit.divider(),
        *(kit.section(part) for paragraph in view.paragraphs for part in _marked(paragraph)),
        *_ways_on(view),
        kit.context(f"{_foot(view)} Verify against the original before you rely on it."),
    ]
    return kit.modal("passage", "Passage", blocks)


def _foot(view: PassageView) -> str:
    if not view.quoted_here:
        return "This stands near the quoted passage; the quote itself is elsewhere."
    if any(paragraph.marks for paragraph in view.paragraphs):
        return "The quote is in bold."
    return "The quote could not be marked; it stands in this passage."


def _ways_on(view: PassageView) -> list[kit.Block]:
    ways = (("Previous passage", PREVIOUS, view.before), ("Next passage", NEXT, view.after))
    buttons = [kit.button(text, action, value_of(quoted)) for text, action, quoted in ways if quoted]
    return [kit.actions("passage", buttons)] if buttons else []


def fetching(_view: FetchingPassage) -> dict[str, Any]:
    """Shown at once, and replaced by the passage."""
    return kit.modal("passage", "Passage", [kit.section("Fetching the passage…")])


def missing(_view: MissingPassage) -> dict[str, Any]:
    """The passage is no longer kept."""
    text = (
        "*This passage is no longer in the index.* Its source was changed, superseded or withdrawn after the answer. "
        "The quote in the answer is what it said then. Ask again for an answer from the present guidance."
    )
    return kit.modal("passage", "Passage", [kit.section(text)])


def _marked(paragraph: Paragraph) -> list[str]:
    """Its number, and its text in sections of at most 3,000 characters, marked parts in bold."""
    label = f"par. {paragraph.number}" if paragraph.number else f"p. {paragraph.page}" if paragraph.page else ""
    sections, room = [f"_{label}_\n" if label else ""], limits.SECTION
    for text, bold in pieces(paragraph):
        for word in escape(text).split(" ") if not bold else [escape(text)]:
            for part in _fit(word, bold):
                if limits.width(sections[-1]) + limits.width(part) + 1 > room:
                    sections.append("")
                sections[-1] += (" " if sections[-1] and not sections[-1].endswith("\n") else "") + part
    return [part for part in sections if part.strip()]


def _fit(text: str, bold: bool) -> list[str]:
    """`text` in parts that fit a section, each bold if asked: a bold mark never spans two sections."""
    longest = limits.SECTION - 10
    parts = []
    while limits.width(text) > longest:
        part = limits.clip(text, longest).removesuffix("…")
        parts.append(part)
        text = text[len(part) :].lstrip()
    parts.append(text)
    return [f"*{part}*" if bold else part for part in parts if part]
