"""Sentences to passages: whole sentences of one section, one paragraph where it fits, short neighbours together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import NamedTuple

from ingest.errors import Rejected
from ingest.readers.text import paragraphs
from ingest.structure import Unit, sentences_of
from retrieval.corpus.passages import Passage, Sentence, Source, Span

Count = Callable[[str], int]

# The model reads 256 pieces, two of which are its own marks.
MAX_PIECES = 254
MIN_BUDGET = 96
# A paragraph with fewer words than this is put together with its neighbour, up to the target.
SHORT_WORDS, TARGET_WORDS = 60, 160
CLAUSES = (";", ":", "—", "–", ", ")
# Cautious: technical English has about 1.35 pieces a word.
PIECES_PER_WORD, CHARACTERS_PER_PIECE = 1.5, 6
# A word too long for the tokeniser is one piece to it, however long it is.
MOST_CHARACTERS_PER_PIECE = 16
MAX_PASSAGES = 20_000


def estimate(text: str) -> int:
    """How many word pieces `text` has at most, more or less, where no tokeniser is at hand."""
    words = len(text.split())
    return max(ceil(PIECES_PER_WORD * words), ceil(len(text) / CHARACTERS_PER_PIECE))


def pack(units: Iterable[Unit], source: Source, count: Count = estimate) -> tuple[Passage, ...]:
    """The passages of a document, in reading order; notes are passages of their own.

    Each has at most 254 word pieces by `count`, title and section path included. A sentence that alone is longer is
    cut at clauses where it can be. Raises Rejected when there are over 20,000.
    """
    packer = _Packer(source, count)
    found: list[tuple[str | None, bool, tuple[Sentence, ...]]] = []
    for section, note, body in _runs(units):
        found += ((section, note, sentences) for sentences in packer.groups(section, note, body))
        if len(found) > MAX_PASSAGES:
            raise Rejected("too many parts", f"It falls into over {MAX_PASSAGES:,} passages; split it into parts.")
    return tuple(
        Passage(f"{source.source_id}-{ordinal}", source, sentences, section, note)
        for ordinal, (section, note, sentences) in enumerate(found)
    )


def split(text: str, source: Source, count: Count = estimate) -> tuple[Passage, ...]:
    """The passages of bare text: paragraphs between blank lines, no headings, no footnotes."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    units = (
        Unit(None, tuple(sentences_of([Span(" ".join(block.split()), number)]))) for number, block in paragraphs(lines)
    )
    return pack(units, source, count)


@dataclass(frozen=True, slots=True)
class _Sized:
    """Sentences with their words and word pieces."""

    sentences: tuple[Sentence, ...]
    words: int
    pieces: int

    def __add__(self, other: _Sized) -> _Sized:
        return _Sized(self.sentences + other.sentences, self.words + other.words, self.pieces + other.pieces)


class _Slice(NamedTuple):
    """A stretch of a span's text."""

    span: Span
    start: int
    end: int


class _Packer:
    def __init__(self, source: Source, count: Count) -> None:
        self._source, self._count = source, count

    def groups(
        self, section: str | None, note: bool, paragraphs: Sequence[Sequence[Sentence]]
    ) -> Iterator[tuple[Sentence, ...]]:
        """The sentences of each passage of one section."""
        head = "\n".join(part for part in (self._source.title, section) if part)
        budget = max(MIN_BUDGET, MAX_PIECES - (self._pieces(head) if head else 0))
        pieces = [piece for sentences in paragraphs for piece in self._paragraph(sentences, budget)]
        merged = pieces if note else _merged(pieces, budget)
        return (piece.sentences for piece in merged)

    def _paragraph(self, sentences: Sequence[Sentence], budget: int) -> list[_Sized]:
        """A paragraph whole, or in parts of about equal length."""
        sized = [part for sentence in sentences for part in self._fitting(sentence, budget)]
        total = sum(part.pieces for part in sized)
        if not sized:
            return []
        aim = total / ceil(total / budget)
        parts: list[_Sized] = []
        filled = 0
        for part in sized:
            # A part ends where going on would take it further from its share than stopping.
            over = filled + part.pieces / 2 > aim * len(parts) if parts else False
            if parts and not over and parts[-1].pieces + part.pieces <= budget:
                parts[-1] = parts[-1] + part
            else:
                parts.append(part)
            filled += part.pieces
        return parts

    def _fitting(self, sentence: Sentence, budget: int) -> list[_Sized]:
        """The sentence, or the parts it must be cut into, each verbatim."""
        sized = self._sized(sentence)
        if sized.pieces <= budget:
            return [sized]
        groups: list[list[_Slice]] = []
        filled = 0
        for span in sentence.spans:
            for start, end, size in self._cuts(span.text, budget):
                if groups and filled + size <= budget:
                    groups[-1].append(_Slice(span, start, end))
                    filled += size
                else:
                    groups.append([_Slice(span, start, end)])
                    filled = size
        return [self._sized(_stretches(group, sentence)) for group in groups]

    def _cuts(self, text: str, budget: int) -> Iterator[tuple[int, int, int]]:
        """(start, end, pieces) of the parts that are short enough, each cut from what was too long about its middle."""
        waiting = [(0, len(text))]
        while waiting:
            start, end = waiting.pop()
            pieces = self._pieces(text[start:end])
            if pieces <= budget or end - start == 1:
                yield start, end, pieces
                continue
            cut = _middle(text, start, end)
            waiting += [(cut + (text[cut] == " "), end), (start, cut)]

    def _sized(self, sentence: Sentence) -> _Sized:
        text = sentence.text
        return _Sized((sentence,), len(text.split()), self._pieces(text))

    def _pieces(self, text: str) -> int:
        """Word pieces; above what a passage may have they are not counted one by one."""
        least = len(text) // MOST_CHARACTERS_PER_PIECE
        return least if least > MAX_PIECES else max(least, self._count(text))


def _middle(text: str, start: int, end: int) -> int:
    """Where to cut text[start:end]: behind a clause in its middle half, else before a space there, else anywhere."""
    low, middle, high = start + (end - start) // 4, (start + end) // 2, end - (end - start) // 4
    for marks in (CLAUSES, (" ",)):
        for found in (
            max(text.rfind(mark, low, middle) for mark in marks),
            min((at for mark in marks if (at := text.find(mark, middle, high)) >= 0), default=-1),
        ):
            cut = found + (marks is CLAUSES)
            if found >= 0 and start < cut < end - 1:
                return cut
    return max(middle, start + 1)


def _stretches(pieces: Sequence[_Slice], whole: Sentence) -> Sentence:
    """The part of `whole` that these pieces are, in order. Pieces of one span that follow each other make one span."""
    stretches: list[_Slice] = []
    for piece in pieces:
        if stretches and stretches[-1].span is piece.span:
            stretches[-1] = _Slice(piece.span, stretches[-1].start, piece.end)
        else:
            stretches.append(piece)
    return replace(whole, spans=tuple(replace(s.span, text=s.span.text[s.start : s.end]) for s in stretches))


def _merged(pieces: Sequence[_Sized], budget: int) -> list[_Sized]:
    """Short pieces put together with the one before, as long as the whole stays near the target."""
    merged: list[_Sized] = []
    for piece in pieces:
        if merged:
            last = merged[-1]
            fits = last.pieces + piece.pieces <= budget and last.words + piece.words <= TARGET_WORDS
            if fits and min(last.words, piece.words) < SHORT_WORDS:
                merged[-1] = last + piece
                continue
        merged.append(piece)
    return merged


def _runs(units: Iterable[Unit]) -> list[tuple[str | None, bool, list[list[Sentence]]]]:
    """(section, note, paragraphs): the body of a section together, whatever notes stand in it; each note alone."""
    runs: list[tuple[str | None, bool, list[list[Sentence]]]] = []
    body: list[list[Sentence]] | None = None
    section: str | None = None
    for unit in units:
        if unit.note:
            runs.append((unit.section, True, [list(unit.sentences)]))
            continue
        if body is None or section != unit.section:
            body, section = [], unit.section
            runs.append((section, False, body))
        body += _by_paragraph(unit.sentences)
    return runs


def _by_paragraph(sentences: Sequence[Sentence]) -> list[list[Sentence]]:
    """The sentences by the paragraph they begin in; paragraphs that a sentence runs through stay together if short."""
    if sum(len(sentence.text.split()) for sentence in sentences) <= TARGET_WORDS:
        return [list(sentences)]
    found: list[list[Sentence]] = []
    for sentence in sentences:
        if found and found[-1][0].spans[0].paragraph == sentence.spans[0].paragraph:
            found[-1].append(sentence)
        else:
            found.append([sentence])
    return found
