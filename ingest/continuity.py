"""Which blocks belong together: a sentence cut by footnotes or a page break goes on in the next block of body text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ingest.blocks import Block
from ingest.cleaning import MARK
from ingest.headings import BODY_WORDS
from ingest.marks import mark_of
from retrieval.text.sentences import CLOSERS, OPENERS, is_unfinished

# After one of these a sentence cannot end, whatever the next block begins with.
LEADING_WORDS = frozenset({
    "a", "an", "the", "of", "in", "on", "at", "by", "to", "for", "from", "with", "without", "within", "against",
    "between", "among", "into", "onto", "upon", "under", "over", "about", "and", "or", "but", "nor", "that", "which",
    "who", "whom", "whose", "as", "than", "is", "are", "was", "were", "be", "been", "has", "have", "had", "not",
    "its", "their", "his", "her", "our", "this", "these", "those", "such", "including", "toward", "towards", "during",
    "through", "across", "per", "via", "if", "when", "while", "because",
})  # fmt: skip
MAX_ASIDES = 2


@dataclass(frozen=True, slots=True)
class Chain:
    """Positions of blocks that are read as one. `note`: a footnote, a caption, or an aside between two halves."""

    positions: tuple[int, ...]
    note: bool = False


def chains_of(
    blocks: Sequence[Block], notes: Collection[int], headings: Collection[int], apart: Collection[int]
) -> list[Chain]:
    """The chains in reading order. `apart` are blocks that nothing is joined to, captions for one."""
    walker = _Walker(blocks, frozenset(notes), frozenset(headings), frozenset(apart))
    return walker.walk()


class _Walker:
    def __init__(
        self, blocks: Sequence[Block], notes: frozenset[int], headings: frozenset[int], apart: frozenset[int]
    ) -> None:
        self._blocks, self._notes, self._headings, self._apart = blocks, notes, headings, apart

    def walk(self) -> list[Chain]:
        chains: list[Chain] = []
        done: set[int] = set()
        for start in range(len(self._blocks)):
            if start in done:
                continue
            positions, asides = self._chain(start)
            done |= {*positions, *asides}
            chains.append(Chain(positions, start in self._notes or start in self._apart))
            chains += [Chain((aside,), note=True) for aside in asides]
        return chains

    def _chain(self, start: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """(the blocks that read on from `start`, the asides between them that are no footnotes)."""
        positions, asides = [start], list[int]()
        while self._is_body(positions[-1]):
            found = self._continuation(positions[-1])
            if found is None:
                break
            between = range(positions[-1] + 1, found)
            asides += [i for i in between if i not in self._notes and i not in self._apart]
            positions.append(found)
        return tuple(positions), tuple(asides)

    def _is_body(self, i: int) -> bool:
        special = i in self._notes or i in self._headings or i in self._apart
        return not special and self._blocks[i].kind == "text"

    def _continuation(self, i: int) -> int | None:
        """Where the sentence that breaks off at the end of block `i` goes on."""
        text = MARK.sub("", self._blocks[i].text).rstrip()
        if not is_unfinished(text) or len(text.split()) < BODY_WORDS:
            return None
        candidate = next((j for j in range(i + 1, len(self._blocks)) if not self._skipped(j)), None)
        if candidate is None or not self._is_body(candidate) or mark_of(self._blocks[candidate].text):
            return None
        if self._goes_on(candidate) or self._must_go_on(i, candidate, text):
            return candidate
        return self._beyond_asides(candidate)

    def _skipped(self, j: int) -> bool:
        return j in self._notes or j in self._apart

    def _goes_on(self, j: int) -> bool:
        text = self._blocks[j].text.lstrip()
        return text.lstrip(OPENERS)[:1].islower()

    def _must_go_on(self, i: int, j: int, text: str) -> bool:
        """Whether block `j`, which begins with a capital, goes on all the same."""
        last = text.rsplit(maxsplit=1)[-1].strip(CLOSERS).casefold()
        if last in LEADING_WORDS or last.endswith(","):
            return not self._has_asides(j)
        cut = j > i + 1 or self._blocks[i].page != self._blocks[j].page
        return cut and not self._has_asides(j)

    def _has_asides(self, j: int) -> bool:
        """Whether block `j` is itself an aside: whole, with notes after it and the second half behind them."""
        return self._beyond_asides(j) is not None

    def _beyond_asides(self, first: int) -> int | None:
        """The second half behind at most two whole blocks, an author's biography at the foot of a page for one.

        Footnotes must stand between: without them a block that begins in small letters has another reason.
        """
        asides, seen_note = 0, False
        for j in range(first, len(self._blocks)):
            if self._skipped(j):
                seen_note = True
            elif not self._is_body(j):
                return None
            elif asides and seen_note and self._goes_on(j):
                return j
            else:
                asides += 1
                if asides > MAX_ASIDES or is_unfinished(MARK.sub("", self._blocks[j].text)):
                    return None
        return None
