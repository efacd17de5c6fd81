"""A passage with what an answer quoted of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.access.policy import Content
from bot.views.escaping import one_line
from bot.views.passages.values import Quoted
from bot.views.sources import Ageing
from bot.views.view import View
from retrieval.documents import Passage, Source


@dataclass(frozen=True)
class PassageView(View):
    """A passage with what was quoted of it; `marks` are (start, end) in `text`, in order, none overlapping."""

    thing = "passage"
    shows = Content.GUIDANCE

    source: Source
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    n: int | None = None
    section: str | None = None
    page: int | None = None
    paragraphs: tuple[int, ...] = ()
    locators: tuple[str, ...] = ()
    ageing: Ageing | None = None

    @property
    def audience(self) -> frozenset[str]:
        """The label of the passage's source."""
        return frozenset({self.source.audience} if self.source.audience else ())


@dataclass(frozen=True)
class FetchingPassage(View):
    """What is shown while the passage is fetched: a trigger is good for three seconds only."""

    thing = "passage being fetched"
    shows = Content.OURS


@dataclass(frozen=True)
class MissingPassage(View):
    """What is shown in place of a passage that is no longer kept."""

    thing = "passage no longer kept"
    shows = Content.OURS


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


def pieces(view: PassageView) -> list[tuple[str, bool]]:
    """The text cut at its marks: (text, whether it is marked), without empty pieces."""
    cuts, at = [], 0
    for start, end in view.marks:
        cuts += [(view.text[at:start], False), (view.text[start:end], True)]
        at = end
    cuts.append((view.text[at:], False))
    return [(one_line(text), bold) for text, bold in cuts if text.strip()]
