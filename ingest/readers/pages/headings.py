"""Headings of a PDF by size, weight and capitals, and their levels by style and number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.readers.pages.paragraphs import Group
from ingest.readers.pages.words import Line
from retrieval.text.sentences import is_unfinished

RATIO, SAME_SIZE, MAX_WORDS, MAX_LEVEL = 1.12, 0.97, 20, 6
# Five letters at least, and no more marks than titles have.
CAPITALS = re.compile(r"(?=(?:[\W\d_]*[^\W\d_]){5})[\w\s,.:;&/()'’–—?-]+")
NUMBER = re.compile(r"(?:\d{1,2}\.){0,4}\d{1,2}\.?(?=\s+[^\W\d_])")

Style = tuple[float, bool, bool]


class Headings:
    """The styles of headings in one document, the largest first. `body` is a line of running text."""

    def __init__(self, groups: Sequence[Group], body: Line) -> None:
        self._body = body
        self._depths: dict[Style, int] = {}
        for group in groups:
            style = self._style(group)
            if style is not None:
                depth = _depth(group[0].text)
                self._depths[style] = min(depth, self._depths.get(style, depth))
        self._ranks = {style: rank for rank, style in enumerate(sorted(self._depths, reverse=True), 1)}

    def level(self, group: Group) -> int | None:
        """1 for the largest; None for what is no heading. Numbers part levels where one style serves several."""
        style = self._style(group)
        if style is None:
            return None
        return min(self._ranks[style] + max(0, _depth(group[0].text) - self._depths[style]), MAX_LEVEL)

    def _style(self, group: Group) -> Style | None:
        """(size, bold, capitals) of a heading."""
        text = " ".join(line.text for line in group)
        words = text.split()
        if group[0].table or len(words) > MAX_WORDS or text.rstrip().endswith((".", ",", ";")):
            return None
        if not any(character.isalpha() for character in text):
            return None
        size, bold = group[0].size, group[0].bold
        capitals = text.isupper() and bool(CAPITALS.fullmatch(text))
        if size >= RATIO * self._body.size:
            return size, bold, capitals
        weighty = (bold and not self._body.bold) or (capitals and len(group) == 1)
        if weighty and size >= SAME_SIZE * self._body.size and is_unfinished(text.rstrip("?:")):
            return size, bold, capitals
        return None


def _depth(text: str) -> int:
    """How many numbers it begins with: 2 for "3.1 Towers"; 0 without."""
    found = NUMBER.match(text)
    return len(found[0].strip(".").split(".")) if found else 0
