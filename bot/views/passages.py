"""A passage with its quote marked: what a "Show passage" button carries, and the modal it opens."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.views import kit, limits
from bot.views.escaping import escape, link, one_line
from bot.views.models import PassageView
from bot.views.sources import Ageing, cautions, facts, place, title
from retrieval.documents import Passage
from retrieval.types import Citation

SHOW = "passage.show"
_ENDS = 32


@dataclass(frozen=True)
class Quoted:
    """What the button remembers: the passage, the number, and the two ends of each span quoted of it."""

    passage_id: str
    n: int
    ends: tuple[tuple[str, str], ...]


def button_value(citation: Citation, room: int = limits.BUTTON_VALUE) -> str:
    """As few characters as find the quote again; spans for which there is no room are left out."""
    ends = [[span.text[:_ENDS], span.text[_ENDS:][-_ENDS:]] for span in citation.spans]
    while True:
        value = json.dumps({"p": citation.passage_id, "n": citation.n, "q": ends}, ensure_ascii=False)
        if limits.width(value) <= room or not ends:
            return value
        ends.pop()


def read_value(value: str) -> Quoted:
    """The inverse of `button_value`; raises ValueError on anything else."""
    try:
        data = json.loads(value)
        return Quoted(str(data["p"]), int(data["n"]), tuple((str(head), str(tail)) for head, tail in data["q"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not the value of a passage button") from error


def view_of(passage: Passage, quoted: Quoted, ageing: Ageing | None = None) -> PassageView:
    """The passage with what was quoted of it marked, as far as it still stands there."""
    places = tuple(dict.fromkeys(s.locator for s in passage.sentences if s.locator))
    return PassageView(
        source=passage.source,
        text=passage.text,
        marks=find_marks(passage.text, quoted.ends),
        n=quoted.n,
        section=passage.section,
        page=passage.page,
        paragraphs=passage.paragraphs,
        locators=places,
        ageing=ageing,
    )


def find_marks(text: str, ends: Iterable[tuple[str, str]]) -> tuple[tuple[int, int], ...]:
    """Where each (head, tail) runs in `text`: in order, none overlapping; what is not there is left out."""
    found: list[tuple[int, int]] = []
    for head, tail in ends:
        start = text.find(head) if head else -1
        close = text.find(tail, start + len(head)) if start >= 0 else -1
        if start >= 0 and close >= 0:
            found.append((start, close + len(tail)))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


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


def opening() -> dict[str, Any]:
    """What is shown while the passage is fetched: a trigger is good for three seconds only."""
    return kit.modal("passage", "Passage", [kit.section("Fetching the passage…")])


def gone() -> dict[str, Any]:
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


def pieces(view: PassageView) -> list[tuple[str, bool]]:
    """The text cut at its marks: (text, whether it is marked), without empty pieces."""
    cuts, at = [], 0
    for start, end in view.marks:
        cuts += [(view.text[at:start], False), (view.text[start:end], True)]
        at = end
    cuts.append((view.text[at:], False))
    return [(one_line(text), bold) for text, bold in cuts if text.strip()]


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
