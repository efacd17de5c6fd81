"""The modal that shows a passage."""

from __future__ import annotations

from typing import Any

from bot.views import kit, limits
from bot.views.escaping import escape, link, one_line
from bot.views.passages.model import FetchingPassage, MissingPassage, PassageView, pieces
from bot.views.sources import cautions, facts, place, title


def modal(view: PassageView) -> dict[str, Any]:
    """The source, the place, and the passage with the quote in bold."""
    number = f"*[{view.n}]* " if view.n else ""
    head = f"{number}*{link(view.source.url, escape(one_line(title(view.source))))}*"
    warned = escape(cautions(view.source, ", ".join(view.locators) or None, view.ageing))
    where = escape(place(view.section, view.paragraphs, view.page))
    lines = [head, f"_{warned}_" if warned else "", escape(facts(view.source)), where]
    foot = "The quote is in bold." if view.marks else "The quote could not be marked; it stands in this passage."
    blocks = [
        kit.section("\n".join(line for line in lines if line)),
        kit.divider(),
        *(kit.section(part) for part in _marked(view)),
        kit.context(f"{foot} Verify against the original before you rely on it."),
    ]
    return kit.modal("passage", "Passage", blocks)


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


def _marked(view: PassageView) -> list[str]:
    """The text in sections of at most 3,000 characters, marked parts in bold."""
    sections, room = [""], limits.SECTION
    for text, bold in pieces(view):
        for word in escape(text).split(" ") if not bold else [escape(text)]:
            for part in _fit(word, bold):
                if limits.width(sections[-1]) + limits.width(part) + 1 > room:
                    sections.append("")
                sections[-1] += (" " if sections[-1] else "") + part
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
