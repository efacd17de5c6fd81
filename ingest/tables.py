"""Tables by row: each row is quoted cell by cell, every cell after the header it stands under."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ingest.blocks import Block
from ingest.errors import MAX_PIECES, too_many_parts
from retrieval.corpus.passages import Sentence, Span
from retrieval.text.sentences import split_sentences

# A longer row is quoted in parts; a longer header would crowd out what stands under it.
ROW_WORDS, HEADER_WORDS, LABEL_WORDS = 60, 40, 12
# What has more characters a word than this is counted by them.
WORD_CHARACTERS = 12
CELL, PART = "\t", "\v"
# What spans more columns than this was not written by hand.
MAX_COLUMNS = 100

Clean = Callable[[str], str]


class Cell(NamedTuple):
    """The paragraphs of a cell, and how many columns and rows it takes."""

    parts: tuple[str, ...]
    columns: int = 1
    rows: int = 1


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
    spell = _Speller(block, _labels(headers) if _words(headers) <= HEADER_WORDS else {})
    found = [spell.unsaid(body)] if spell.labels else [spell.plain(row) for row in headers]
    for row in body:
        found += spell.row(row)
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
        if _words([row]) <= ROW_WORDS:
            filled = ((column, cell) for column, cell in enumerate(row) if cell)
            spans = tuple(span for column, cell in filled for span in (*self._head(column), *self._cell(cell)))
            yield Sentence(spans, row=True)
            return
        lead: tuple[Span, ...] = ()
        for column, cell in enumerate(row):
            head = (*lead, *self._head(column))
            if column == 0 and 0 < _words([[cell]]) <= LABEL_WORDS:
                lead = (*head, *self._cell(cell))
                continue
            for text in (text for part in cell for text in split_sentences(part)):
                yield Sentence((*head, self._said(text)), row=True)
                head = ()

    def _head(self, column: int) -> Iterator[Span]:
        """The labels of a column; where the table goes on from an earlier page they are the stem of each row."""
        page = self._block.header_page
        for text in self.labels.get(column, ()):
            yield self._said(text) if page is None else Span(text, self._block.paragraph, page, "stem")

    def _cell(self, cell: Sequence[str]) -> Iterator[Span]:
        return map(self._said, cell)

    def _said(self, text: str) -> Span:
        return Span(text, self._block.paragraph, self._block.page)
