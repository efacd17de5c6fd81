"""Tables by row: each row is quoted cell by cell, every cell after the header it stands under."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from ingest.blocks import Block
from ingest.errors import MAX_PIECES, too_many_parts
from retrieval.corpus.passages import Sentence, Span
from retrieval.text.sentences import split_sentences

# A longer row, or one with longer headers, is quoted in parts; a longer header crowds out what stands under it.
ROW_WORDS, HEADER_WORDS, LABEL_WORDS = 60, 40, 12
# What labels the cells below it is short.
MOST_OF_A_LABEL = 8
YEAR = re.compile(r"(?:19|20)\d\d")
# What has more characters a word than this is counted by them.
WORD_CHARACTERS = 12
CELL, PART = "\t", "\v"
# What spans more columns than this was not written by hand.
MAX_COLUMNS = 100

Clean = Callable[[str], str]
# A column, and the paragraphs of the cell in it.
Numbered = tuple[int, Sequence[str]]


class Cell(NamedTuple):
    """The paragraphs of a cell, and how many columns and rows it takes. `goes_on`: it is one with the cell above."""

    parts: tuple[str, ...]
    columns: int = 1
    rows: int = 1
    goes_on: bool = False

    @property
    def text(self) -> str:
        """Its paragraphs on one line."""
        return " ".join(" ".join(self.parts).split())


def header_rows(rows: Sequence[Sequence[Cell]], first: int) -> int:
    """How many rows are headers, where the first ones are known to be.

    Below a header that spans columns the next row names these columns, and a row that a header reaches down into
    is one too; below a title over all columns, a row of labels.
    """
    count = first
    while 0 < count < len(rows) - 1 and _labels_too(rows, count):
        count += 1
    return count


def _labels_too(rows: Sequence[Sequence[Cell]], count: int) -> bool:
    above, row = rows[count - 1], rows[count]
    reach = any(cell.goes_on and cell.text for cell in row)
    reach |= any(cell.rows > count - index for index, head in enumerate(rows[:count]) for cell in head)
    if reach:
        return True
    if not any(cell.columns > 1 for cell in above):
        return False
    if len(above) == 1:
        return are_labels(row)
    below = _by_column(row)
    single = {column: cell for column, cell in _by_column(above).items() if cell.columns == 1 and cell.text}
    return all(_is_short(cell) for cell in row) and all(
        column not in below or below[column].text in ("", cell.text) for column, cell in single.items()
    )


def _by_column(row: Sequence[Cell]) -> dict[int, Cell]:
    found: dict[int, Cell] = {}
    column = 0
    for cell in row:
        found[column] = cell
        column += cell.columns
    return found


def are_labels(cells: Sequence[Cell]) -> bool:
    """Whether every cell holds a label of its own."""
    texts = [cell.text for cell in cells]
    return len(set(texts)) == len(texts) and all(
        _is_short(cell) and (YEAR.fullmatch(text) or any(map(str.isalpha, text)))
        for text, cell in zip(texts, cells, strict=True)
    )


def _is_short(cell: Cell) -> bool:
    return len(cell.text.split()) <= MOST_OF_A_LABEL and not cell.text.endswith(".")


def rows_of(rows: Sequence[Sequence[Cell]], headers: int) -> tuple[list[str], int]:
    """(the lines of a table block, its header rows) of rows of cells.

    A cell that spans rows comes again in each, and a header that spans columns over each: a row is read alone. Rows
    without text are left out; a table of headers alone has none. Raises Rejected for more cells than a document has.
    """
    lines: list[str] = []
    count = cells = 0
    open_cells: dict[int, tuple[int, str]] = {}
    for index, row in enumerate(rows):
        line = _line(row, open_cells, repeat=index < headers)
        cells += 1 + line.count(CELL)
        if cells > MAX_PIECES:
            raise too_many_parts()
        if line.strip():
            lines.append(line)
            count += index < headers
    return lines, count if count < len(lines) else 0


def _line(row: Sequence[Cell], open_cells: dict[int, tuple[int, str]], *, repeat: bool) -> str:
    """The texts of one row by column; `open_cells` has the rows left of cells that began above."""
    texts: dict[int, str] = {}
    for column, (left, text) in list(open_cells.items()):
        texts[column] = text
        open_cells[column] = (left - 1, text)
        if left <= 1:
            del open_cells[column]
    column = 0
    for cell in row:
        while column in texts:
            column += 1
        text = PART.join(" ".join(part.split()) for part in cell.parts)
        for offset in range(min(cell.columns, MAX_COLUMNS)):
            texts[column + offset] = text if repeat or offset == 0 else ""
            if cell.rows > 1:
                open_cells[column + offset] = (cell.rows - 1, texts[column + offset])
        column += min(cell.columns, MAX_COLUMNS)
    return CELL.join(texts.get(i, "") for i in range(max(texts, default=-1) + 1))


def row_sentences(block: Block, clean: Clean) -> list[Sentence]:
    """The rows of a table block as sentences.

    A sentence has a span a cell, so that each is verbatim whatever stood between the cells; the header cells come
    again with every row, for a row without them says nothing.
    """
    rows = [[_parts(cell, clean) for cell in line.split(CELL)] for line in block.text.split("\n")]
    count = min(block.level or 0, len(rows))
    headers, body = rows[:count], rows[count:]
    labels = _labels(headers)
    spell = _Speller(block, {} if any(_words([[label]]) > HEADER_WORDS for label in labels.values()) else labels)
    found = [spell.unsaid(body)] if spell.labels else [spell.plain(row) for row in headers]
    places = block.places[count:] or (None,) * len(body)
    for place, row in zip(places, body, strict=True):
        found += (replace(sentence, place=place) for sentence in spell.row(row))
    return [sentence for sentence in found if sentence.spans]


def _parts(cell: str, clean: Clean) -> list[str]:
    return [cleaned for part in cell.split(PART) if (cleaned := clean(part))]


def _words(rows: Sequence[Sequence[Sequence[str]]]) -> int:
    parts = (part for row in rows for cell in row for part in cell)
    return sum(max(len(part.split()), len(part) // WORD_CHARACTERS) for part in parts)


def _labels(headers: Sequence[Sequence[Sequence[str]]]) -> dict[int, list[str]]:
    """Column to its header cells from the top, each once."""
    labels: dict[int, list[str]] = {}
    for row in headers:
        for column, cell in enumerate(row):
            known = labels.setdefault(column, [])
            known += [part for part in cell if part not in known]
    return labels


class _Speller:
    def __init__(self, block: Block, labels: dict[int, list[str]]) -> None:
        self._block, self.labels = block, labels

    def plain(self, row: Sequence[Sequence[str]]) -> Sentence:
        return Sentence(tuple(self._said(part) for cell in row for part in cell), row=True)

    def unsaid(self, rows: Sequence[Sequence[Sequence[str]]]) -> Sentence:
        """The headers that no cell of `rows` stands under; none of a table that goes on: they were said before."""
        if self._block.header_page is not None:
            return Sentence(())
        filled = {column for row in rows for column, cell in enumerate(row) if cell}
        said = {text for column in filled for text in self.labels.get(column, ())}
        unsaid = (text for labels in self.labels.values() for text in labels if text not in said)
        return Sentence(tuple(map(self._said, unsaid)), row=True)

    def row(self, row: Sequence[Sequence[str]]) -> Iterator[Sentence]:
        """The row as one sentence; a long one as the sentences of its cells, each cell's first with its labels."""
        filled = [(column, cell) for column, cell in enumerate(row) if cell]
        if _words([row]) <= ROW_WORDS and self._label_words(filled) <= HEADER_WORDS:
            yield Sentence(self._spelled(filled), row=True)
            return
        lead: tuple[Span, ...] = ()
        if filled and filled[0][0] == 0 and _words([[filled[0][1]]]) <= LABEL_WORDS:
            lead = self._spelled(filled[:1])
            filled = filled[1:]
        for run in self._runs(filled):
            spans = (*lead, *self._spelled(run))
            if len(run) > 1 or _words([[run[0][1]]]) <= LABEL_WORDS:
                yield Sentence(spans, row=True)
            else:
                yield from self._sentences(run[0], lead)

    def _runs(self, filled: Sequence[Numbered]) -> Iterator[list[Numbered]]:
        """The cells in runs of short ones that are read together; a longer cell alone."""
        run: list[Numbered] = []
        for cell in filled:
            is_long = _words([[cell[1]]]) > LABEL_WORDS
            whole = [*run, cell]
            if run and (is_long or _words([[c for _, c in whole]]) + self._label_words(whole) > HEADER_WORDS):
                yield run
                run = []
            run.append(cell)
            if is_long:
                yield run
                run = []
        if run:
            yield run

    def _sentences(self, cell: Numbered, lead: tuple[Span, ...]) -> Iterator[Sentence]:
        """The sentences of a long cell, the first with its labels."""
        head = (*lead, *self._head(cell[0]))
        for text in (text for part in cell[1] for text in split_sentences(part)):
            yield Sentence((*head, self._said(text)), row=True)
            head = ()

    def _label_words(self, filled: Sequence[Numbered]) -> int:
        return _words([[self.labels.get(column, ()) for column, _ in filled]])

    def _spelled(self, filled: Sequence[Numbered]) -> tuple[Span, ...]:
        return tuple(span for column, cell in filled for span in (*self._head(column), *self._cell(cell)))

    def _head(self, column: int) -> Iterator[Span]:
        """The labels of a column, on the page where they stand."""
        page = self._block.header_page or self._block.page
        return (Span(text, self._block.paragraph, page, "stem") for text in self.labels.get(column, ()))

    def _cell(self, cell: Sequence[str]) -> Iterator[Span]:
        return map(self._said, cell)

    def _said(self, text: str) -> Span:
        return Span(text, self._block.paragraph, self._block.page)
