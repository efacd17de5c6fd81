"""Tables by row: each row is quoted cell by cell, every cell after the header it stands under."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ingest.blocks import Block
from ingest.sentences import split_sentences
from retrieval.types import Sentence, Span

# A longer row is quoted in parts; a longer header would crowd out what stands under it.
ROW_WORDS, HEADER_WORDS, LABEL_WORDS = 60, 40, 12
CELL, PART = "\t", "\v"

Clean = Callable[[str], str]


def row_sentences(block: Block, clean: Clean) -> list[Sentence]:
    """The rows of a table block as sentences.

    A sentence has a span a cell, so that each is verbatim whatever stood between the cells; the header cells come
    again with every row, for a row without them says nothing.
    """
    rows = [[_parts(cell, clean) for cell in line.split(CELL)] for line in block.text.split("\n")]
    count = min(block.level or 0, len(rows))
    headers, body = rows[:count], rows[count:]
    spell = _Speller(block, _labels(headers) if _words(headers) <= HEADER_WORDS else {})
    found = [] if body and spell.labels else [spell.plain(row) for row in headers]
    for row in body:
        found += spell.row(row)
    return [sentence for sentence in found if sentence.spans]


def _parts(cell: str, clean: Clean) -> list[str]:
    return [cleaned for part in cell.split(PART) if (cleaned := clean(part))]


def _words(rows: Sequence[Sequence[Sequence[str]]]) -> int:
    return sum(len(part.split()) for row in rows for cell in row for part in cell)


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
        return self._sentence(part for cell in row for part in cell)

    def row(self, row: Sequence[Sequence[str]]) -> Iterator[Sentence]:
        """The row as one sentence; a long one as the sentences of its cells, each cell's first with its labels."""
        if _words([row]) <= ROW_WORDS:
            yield self._sentence(
                text for column, cell in enumerate(row) if cell for text in (*self.labels.get(column, ()), *cell)
            )
            return
        lead: tuple[str, ...] = ()
        for column, cell in enumerate(row):
            head = (*lead, *self.labels.get(column, ()))
            if column == 0 and 0 < _words([[cell]]) <= LABEL_WORDS:
                lead = (*head, *cell)
                continue
            for text in (text for part in cell for text in split_sentences(part)):
                yield self._sentence((*head, text))
                head = ()

    def _sentence(self, texts: Iterator[str] | Sequence[str]) -> Sentence:
        return Sentence(tuple(Span(text, self._block.paragraph, self._block.page) for text in texts))
