"""Numbers that Word sets before paragraphs: counted by list and level, written in the form that the level has."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from lxml import etree

from ingest.marks import BULLET, in_style
from ingest.readers.word.styles import value_of
from ingest.readers.word.text import W
from retrieval.text.places import begun

LEVELS = 9
PART = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    style: str
    start: int
    form: str


class Numbers:
    """Counts the numbered paragraphs of one document in reading order."""

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._restarts: dict[tuple[str, int], int] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        for element in root if root is not None else ():
            if element.tag == f"{W}abstractNum":
                self._levels[element.get(f"{W}abstractNumId") or ""] = dict(map(_level, element.findall(f"{W}lvl")))
            elif element.tag == f"{W}num":
                self._list(element)

    def next(self, list_id: str, level: int) -> tuple[tuple[str, ...], str]:
        """(the numbers from the outermost list in, the number as it is set) of the next paragraph of a list."""
        abstract = self._abstract.get(list_id)
        if abstract is None or not 0 <= level < LEVELS:
            return (), ""
        known, counts = self._levels.get(abstract, {}), self._counts[abstract]
        # A list that begins anew does so once.
        restart = self._restarts.pop((list_id, level), None)
        start = known[level].start if level in known else 1
        counts[level] = restart if restart is not None else counts[level] + 1 if level in counts else start
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        for outer in range(level):
            counts.setdefault(outer, known[outer].start if outer in known else 1)
        shown = _shown(known, counts, level)
        if begun(shown):
            return (shown,), shown
        return tuple(_part(known.get(outer), counts[outer]) for outer in range(level + 1)), shown

    def _list(self, element: etree._Element) -> None:
        list_id = element.get(f"{W}numId") or ""
        self._abstract[list_id] = value_of(element.find(f"{W}abstractNumId"))
        for override in element.findall(f"{W}lvlOverride"):
            start = value_of(override.find(f"{W}startOverride"))
            if start.isdigit():
                self._restarts[list_id, int(override.get(f"{W}ilvl") or 0)] = int(start)


def _level(element: etree._Element) -> tuple[int, _Level]:
    start = value_of(element.find(f"{W}start"))
    style = value_of(element.find(f"{W}numFmt")) or "decimal"
    form = value_of(element.find(f"{W}lvlText"))
    return int(element.get(f"{W}ilvl") or 0), _Level(style, int(start) if start.isdigit() else 1, form)


def _part(level: _Level | None, count: int) -> str:
    """A number alone, without what the level sets around it; the position of an item that has none."""
    style = level.style if level else "decimal"
    return f"{BULLET}{count}" if style in ("bullet", "none") else in_style(count, style)


def _shown(known: dict[int, _Level], counts: dict[int, int], level: int) -> str:
    """The number as Word sets it: "Article 12", "1.2", "(a)"; "" for a bullet."""
    here = known.get(level)
    if here is None or here.style in ("bullet", "none"):
        return ""

    def number(found: re.Match[str]) -> str:
        at = int(found[1]) - 1
        return in_style(counts.get(at, 1), known[at].style if at in known else "decimal")

    return PART.sub(number, here.form).strip()
