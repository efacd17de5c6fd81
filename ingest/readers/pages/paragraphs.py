"""Lines to paragraphs: by gap, size, weight, indent, a short last line, and the marks of items and notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ingest.marks import ITEM
from ingest.readers.pages.words import Line
from retrieval.text.sentences import is_unfinished

Group = list[Line]

GAP_RATIO, USUAL_PITCH, MAX_PITCH = 1.3, 1.25, 2.6
SIZE_RATIO, CODE_RATIO, INDENT = 0.05, 0.2, 0.8
# A last line that ends this share of the column before its edge is short.
SHORT_LINE = 0.25
SMALL = 0.92
# A step up the page of this share of the size is a new column.
UPWARDS = 0.5
BULLET = re.compile(r"\s*[-–*+•▪●◦‣]\s+\S")
NOTE_START = re.compile(r"[⁰¹²³⁴-⁹]{1,3}\s*\S|\d{1,3}\s+\S")


class Pitch:
    """The distance from line to line that is usual for a font size, learned from the whole document."""

    def __init__(self, pages: Iterable[Sequence[Line]]) -> None:
        steps: dict[float, Counter[float]] = {}
        for lines in pages:
            for upper, lower in pairwise(lines):
                step = upper.y - lower.y
                if upper.size == lower.size and 0.8 * upper.size <= step <= MAX_PITCH * upper.size:
                    steps.setdefault(upper.size, Counter())[round(step * 2) / 2] += 1
        self._usual = {size: _usual(counts) for size, counts in steps.items()}

    def of(self, size: float) -> float:
        """Points from one baseline to the next."""
        return self._usual.get(size, USUAL_PITCH * size)


def _usual(counts: Counter[float]) -> float:
    """The most common step; of about equally common ones the smallest, the others being gaps between paragraphs."""
    most = max(counts.values())
    return min(step for step, count in counts.items() if 2 * count > most)


def groups_of(lines: Sequence[Line], pitch: Pitch, body: float) -> Iterator[Group]:
    """The paragraphs of a page's lines in reading order. `body` is the size of running text."""
    group: Group = []
    for i, line in enumerate(lines):
        following = lines[i + 1] if i + 1 < len(lines) else None
        if group and _parts(group, line, following, pitch, body):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _parts(group: Group, line: Line, following: Line | None, pitch: Pitch, body: float) -> bool:
    """Whether `line` begins a paragraph of its own."""
    last = group[-1]
    step = last.y - line.y
    if line.table or last.table or line.bold != last.bold or _is_other_size(last, line):
        return True
    if step < -UPWARDS * line.size or step > GAP_RATIO * pitch.of(line.size):
        return True
    if ITEM.match(group[0].text) and ITEM.match(line.text):
        return False  # the items of a list stay together
    if BULLET.match(line.text) or (ITEM.match(line.text) and not is_unfinished(last.text)):
        return True
    if line.size <= SMALL * body and NOTE_START.match(line.text) and not is_unfinished(last.text):
        return True
    return _is_indented(group, line, following) or _ends_short(group, line)


def _is_other_size(last: Line, line: Line) -> bool:
    """Whether the size changes, other than by a line of code in the middle of a sentence."""
    change = abs(line.size - last.size)
    begins = line.text[:1].isupper() or not line.text[:1].isascii() or line.text[:1].isdigit()
    goes_on = is_unfinished(last.text) and not begins
    return change > (CODE_RATIO if goes_on else SIZE_RATIO) * last.size


def _is_indented(group: Group, line: Line, following: Line | None) -> bool:
    """A first line set in; or one set out again where the lines after the first were set in."""
    slack = INDENT * line.size
    last = group[-1]
    if len(group) >= 2 and group[1].x0 - group[0].x0 > slack and last.x0 - line.x0 > slack:
        return abs(line.x0 - group[0].x0) <= slack / 2 and not is_unfinished(last.text)
    back = following is None or following.x0 < line.x0 - slack / 2
    set_in = slack <= line.x0 - last.x0 <= 6 * slack and (len(group) > 1 or not ITEM.match(last.text))
    return set_in and back and not is_unfinished(last.text)


def _ends_short(group: Group, line: Line) -> bool:
    """Whether the line before `line` is finished and ends well before the right edge."""
    last = group[-1]
    edge = max(found.x1 for found in [*group, line])
    short = edge - last.x1 > SHORT_LINE * (edge - last.x0)
    return short and not is_unfinished(last.text) and not line.text[:1].islower() and not ITEM.match(group[0].text)


def joined_columns(groups: Sequence[Group]) -> Iterator[Group]:
    """The paragraphs of a page, one that goes on at the top of the next column put together."""
    merged: list[Group] = []
    for group in groups:
        above = _cut_off(merged, group)
        if above is None:
            merged.append(group)
        else:
            merged[above] = [*merged[above], *group]
    yield from merged


def _cut_off(groups: Sequence[Group], group: Group) -> int | None:
    """The position of the paragraph that `group` goes on with; smaller text (footnotes) may stand between."""
    if not groups or groups[-1][-1].y > group[0].y or not group[0].text[:1].islower():
        return None
    for i in range(len(groups) - 1, -1, -1):
        last = groups[i][-1]
        if last.table or last.size > group[0].size * (1 + SIZE_RATIO):
            return None
        if last.size >= group[0].size * (1 - SIZE_RATIO):
            goes_on = is_unfinished(last.text) and last.bold == group[0].bold
            return i if goes_on and len(groups[i]) + len(last.text.split()) > 3 else None
    return None
