"""Passages that say the same are shown once: the one that stands best, and who else says it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from retrieval.corpus.authority import KINDS, gone, kind
from retrieval.corpus.passages import Source
from retrieval.types import Hit

# The share of the shorter text's shingles that the other has too.
ALIKE = 0.8
SHINGLE = 3
# Where one text has one of these and the other has not, they do not say the same, however alike they look.
DECISIVE = frozenset(
    (  # noqa: SIM905 - one word each
        "not no never nor without except unless must shall should may might can cannot will would only all any none"
    ).split()
)
_WORD = re.compile(r"\w+")


def fold(hits: Sequence[Hit]) -> list[Hit]:
    """`hits` (best first) with near-duplicates folded into one, at the place of the best of them.

    What stays is in force rather than superseded, of the higher authority, the newer, and then the better found;
    `also` names the sources of the others. Texts that differ in a number, a negation or a modal verb are not folded,
    unless one superseded the other.
    """
    groups: list[list[_Shingled]] = []
    for hit in hits:
        text = _Shingled(hit)
        group = next((group for group in groups if all(text.says_the_same_as(other) for other in group)), None)
        if group is None:
            groups.append([text])
        else:
            group.append(text)
    return [_folded([text.hit for text in group]) for group in groups]


class _Shingled:
    def __init__(self, hit: Hit) -> None:
        self.hit = hit
        words = _WORD.findall(hit.passage.text.casefold())
        self.shingles = {tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1))}
        self.decisive = {word for word in words if word in DECISIVE or any(map(str.isdigit, word))}

    def says_the_same_as(self, other: _Shingled) -> bool:
        small, large = sorted((self.shingles, other.shingles), key=len)
        if len(small) < ALIKE * len(large) or len(small & large) < ALIKE * len(small):
            return False
        return self.decisive == other.decisive or _replaces(self.hit, other.hit) or _replaces(other.hit, self.hit)


def _replaces(later: Hit, earlier: Hit) -> bool:
    return earlier.passage.source.successor == later.passage.source.source_id


def _folded(hits: list[Hit]) -> Hit:
    best = max(hits, key=lambda hit: standing(hit.passage.source))
    others = dict.fromkeys(source for hit in hits for source in (hit.passage.source, *hit.also))
    also = tuple(source for source in others if source.source_id != best.passage.source.source_id)
    return replace(best, score=hits[0].score, also=also)


def standing(source: Source) -> tuple[bool, int, str]:
    """How well a source stands; greater is better: in force, authority, date."""
    rank = KINDS.index(found) if (found := kind(source)) in KINDS else KINDS.index("commentary")
    return gone(source) is None, -rank, source.published or ""
