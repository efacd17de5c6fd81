"""Pages to blocks: running headers off, columns in order, lines to paragraphs, headings by size and weight, notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ingest.blocks import Block, Dropped
from ingest.readers.pages.columns import regions_of, with_drop_caps
from ingest.readers.pages.continued import with_carried_headers
from ingest.readers.pages.edges import without_running
from ingest.readers.pages.headings import Headings
from ingest.readers.pages.margins import without_line_numbers
from ingest.readers.pages.paragraphs import Group, Pitch, groups_of, joined_columns
from ingest.readers.pages.tables import lines_of, with_ruled_tables
from ingest.readers.pages.words import Line, Page, Piece, text_of
from ingest.readers.text import kind_of

NOTE_RATIO = 0.92
# A row of stops leads to a page number.
CONTENTS = re.compile(r"(?:\. ?){5,}\s*[\divxlc-]{1,7}$")
NOTE = re.compile(r"[⁰¹²³⁴-⁹]|\d{1,3}[\s.)]|[*†‡]")


def blocks_of(pages: Sequence[Page]) -> tuple[tuple[Block, ...], tuple[Dropped, ...]]:
    """The blocks of all pages in reading order, and what was left out."""
    pages, numbers = without_line_numbers(pages)
    whole = [with_ruled_tables(page.words, page.rules) for page in pages]
    kept, dropped = without_running(whole, _body_size(whole))
    read = [_read(page) for page in kept]
    body = _body(line for page in read for line in page)
    pitch = Pitch(read)
    contents = [Dropped(line.text, "table of contents") for page in read for line in page if CONTENTS.search(line.text)]
    read = [[line for line in page if not CONTENTS.search(line.text)] for page in read]
    groups = [list(joined_columns(list(groups_of(lines, pitch, body.size)))) for lines in read]
    headings = Headings([group for page in groups for group in page], body)
    blocks: list[Block] = []
    for number, (page, found) in enumerate(zip(pages, groups, strict=True), 1):
        blocks += _blocks(found, number, body, headings)
        blocks += [Block(text_of(words), None, number, "note", 0) for words in page.sideways]
    slanted = tuple(Dropped(page.slanted, "slanted text") for page in pages if page.slanted)
    return tuple(with_carried_headers(blocks)), (*numbers, *dropped, *contents, *slanted)


def _read(pieces: Sequence[Piece]) -> list[Line]:
    """The lines of one page in reading order."""
    return [line for region in regions_of(with_drop_caps(pieces)) for line in lines_of(region)]


def _body_size(pages: Iterable[Iterable[Piece]]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for found in page:
            sizes[found.size] += sum(len(word.text) for word in found.words)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _body(lines: Iterable[Line]) -> Line:
    """A line of running text: the size and weight most characters have."""
    styles: Counter[tuple[float, bool]] = Counter()
    for line in lines:
        styles[line.size, line.bold] += 0 if line.table else len(line.text)
    (size, bold) = styles.most_common(1)[0][0] if styles else (0.0, False)
    return Line("", size, 0, 0, bold=bold)


def _blocks(groups: Sequence[Group], page: int, body: Line, headings: Headings) -> Iterator[Block]:
    for group, is_last in zip(groups, _at_foot(groups, body), strict=True):
        text = "\n".join(line.text for line in group)
        table = group[0].table
        level = headings.level(group)
        if table:
            yield Block(text, None, page, "table", table.headers)
        elif level is not None:
            yield Block(" ".join(text.split()), None, page, "heading", level)
        elif _is_small(group, body) and (NOTE.match(text) or is_last):
            yield Block(text, None, page, "note", None if NOTE.match(text) else 0)
        else:
            yield Block(text, None, page, kind_of(text))


def _is_small(group: Group, body: Line) -> bool:
    return group[0].size <= NOTE_RATIO * body.size


def _at_foot(groups: Sequence[Group], body: Line) -> list[bool]:
    """Whether each group stands at the foot of its column: below it are only small ones."""
    found = [False] * len(groups)
    for i in range(len(groups) - 1, -1, -1):
        ends = i + 1 == len(groups) or groups[i + 1][0].y > groups[i][-1].y
        found[i] = _is_small(groups[i], body) and (ends or found[i + 1])
    # A page of small text alone has no foot.
    return found if any(not _is_small(group, body) for group in groups) else [False] * len(groups)
