"""Blocks to sentences: headings to section paths, footnotes set apart, sentences that footnotes cut put together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.blocks import Block, Dropped, Reading
from ingest.cleaning import Cleaner
from ingest.continuity import Chain, chains_of
from ingest.headings import DEEPEST, LONGEST, guess_headings, joined_path, section_path
from ingest.marks import PARENTHESISED, begin_items, in_runs, runs_on
from ingest.notes import is_caption, note_blocks
from ingest.numbering import Numbering, of_items
from ingest.tables import row_sentences
from retrieval.corpus.passages import Sentence, Span
from retrieval.text.sentences import sentence_ranges

LOCATOR = re.compile(r"\{([^{}\n]{1,80})\}\s*")
BULLET = re.compile(r"\s*[-*+•▪●◦‣][ \t]+")


@dataclass(frozen=True, slots=True)
class Unit:
    """The sentences of one paragraph, or of paragraphs that one sentence runs through. `note`: not body text."""

    section: str | None
    sentences: tuple[Sentence, ...]
    note: bool = False


@dataclass(frozen=True, slots=True)
class Structure:
    """A document taken apart. Every character of it is in a unit, a heading or `dropped`, white space aside."""

    units: tuple[Unit, ...]
    headings: tuple[str, ...]
    dropped: tuple[Dropped, ...]


def structure(reading: Reading, title: str | None = None, *, digest: bool = False) -> Structure:
    """Take a document apart, in reading order.

    In a digest a paragraph that ends in a mark such as `{par. 3}` is one statement, and the mark is its locator.
    """
    blocks = reading.blocks
    notes = note_blocks(blocks)
    levels, byline = _headings(reading, notes)
    captions = frozenset(i for i, block in enumerate(blocks) if i not in notes and is_caption(block.text))
    builder = _Builder(blocks, notes, title, digest)
    for chain in chains_of(blocks, notes, levels, captions | byline):
        if chain.positions[0] in byline:
            builder.byline(chain)
        elif chain.positions[0] in levels:
            builder.heading(chain, levels[chain.positions[0]])
        else:
            builder.chain(chain)
    return Structure(_told_apart(builder.units), tuple(builder.headings), (*reading.dropped, *builder.cleaner.dropped))


def _headings(reading: Reading, notes: dict[int, int]) -> tuple[dict[int, int], frozenset[int]]:
    if not reading.marked:
        return guess_headings(reading.blocks, notes)
    marked = {
        i: min(b.level or 1, DEEPEST)
        for i, b in enumerate(reading.blocks)
        if b.kind == "heading" and len(b.text) <= LONGEST  # a longer one is text, whatever it is marked as
    }
    return marked, frozenset()


def _told_apart(units: Sequence[Unit]) -> tuple[Unit, ...]:
    """The units, with the numbers of lists as those of items."""
    if not of_items([unit.sentences for unit in units if not unit.note]):
        return tuple(units)
    return tuple(replace(unit, sentences=tuple(map(_as_item, unit.sentences))) for unit in units)


def _as_item(sentence: Sentence) -> Sentence:
    place = sentence.place or ""
    return replace(sentence, place=f"item {place[5:]}") if place.startswith("par. ") else sentence


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a block that no sentence runs across. `raw` is it as written, `bullet` the indent of its bullet."""

    raw: str
    text: str
    marks: tuple[str, ...] = ()
    bullet: int | None = None


class _Builder:
    """Walks the chains of one document and keeps the path of headings."""

    def __init__(self, blocks: Sequence[Block], notes: dict[int, int], title: str | None, digest: bool) -> None:
        self.cleaner = Cleaner(block.text for block in blocks)
        self.units: list[Unit] = []
        self.headings: list[str] = []
        self._blocks, self._notes, self._title, self._digest = blocks, notes, title, digest
        self._path: list[tuple[int, str]] = []
        self._numbering = Numbering(block.text for i, block in enumerate(blocks) if i not in notes)

    def heading(self, chain: Chain, level: int) -> None:
        text = self.cleaner.clean(self._blocks[chain.positions[0]].text)
        self.headings += [text] if text else []
        self._path = section_path(self._path, level, text)
        self._numbering.heading([name for _, name in self._path])

    def byline(self, chain: Chain) -> None:
        for position in chain.positions:
            self.cleaner.drop(self._blocks[position].text, "byline")

    def chain(self, chain: Chain) -> None:
        """One unit of the blocks of a chain: their texts joined, and cut into sentences."""
        first = self._blocks[chain.positions[0]]
        if first.kind == "table":
            self._add(tuple(row_sentences(first, self.cleaner.clean)), note=chain.note)
            return
        begun: list[tuple[_Piece, list[Span]]] = []
        locator = None
        for position in chain.positions:
            block = self._blocks[position]
            text, locator = self._without_locator(block.text)
            for index, piece in enumerate(self._pieces(block, text, position)):
                if index or not begun:
                    begun.append((piece, []))
                begun[-1][1].append(Span(piece.text, block.paragraph, block.page))
        self._add(tuple(s for piece, spans in begun for s in self._said(piece, spans, locator, chain)), note=chain.note)

    def _said(self, piece: _Piece, spans: list[Span], locator: str | None, chain: Chain) -> Sequence[Sentence]:
        """The sentences of a piece and what goes on with it, with the places that the document numbers."""
        if locator is not None:
            # A statement of a digest is quoted whole: its later sentences lean on the first, which says who says it.
            return [Sentence(tuple(spans), locator)]
        said = sentences_of(spans)
        return said if chain.note else self._numbering.placed(said, piece.raw, piece.marks, piece.bullet)

    def _add(self, sentences: tuple[Sentence, ...], *, note: bool) -> None:
        if sentences:
            self.units.append(Unit(joined_path(self._path, self._title), sentences, note))

    def _without_locator(self, text: str) -> tuple[str, str | None]:
        start = text.rfind("{")
        found = LOCATOR.fullmatch(text, start) if self._digest and start >= 0 else None
        if found is None:
            return text, None
        self.cleaner.drop(found[0], "locator")
        return text[:start], found[1].strip()

    def _pieces(self, block: Block, text: str, position: int) -> list[_Piece]:
        """The cleaned parts of a block that no sentence runs across: items, or the whole."""
        length = self._notes.get(position, 0)
        if length:
            self.cleaner.drop(text[:length], "note number")
            text = text[length:]
        itemised = block.kind == "list" or (block.kind == "text" and _lists(text))
        found = self._items(text) if itemised else [_Piece(text, "")]
        marks = block.numbers
        return [_Piece(p.raw, said, marks, p.bullet) for p in found if (said := self.cleaner.clean(p.raw))]

    def _items(self, text: str) -> list[_Piece]:
        parts: list[tuple[list[str], int | None]] = []
        lines = text.split("\n")
        for line, begins in zip(lines, begin_items(lines), strict=True):
            bullet = BULLET.match(line)
            if bullet:
                self.cleaner.drop(bullet[0], "list marker")
                indent = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
                parts.append(([line[bullet.end() :]], indent))
            elif begins or not parts:
                parts.append(([line], None))
            else:
                parts[-1][0].append(line)
        return [_Piece("\n".join(lines), "", (), bullet) for lines, bullet in parts]


def _lists(text: str) -> bool:
    """Whether lines of a paragraph are items: below one that ends with a colon, or two of a run below whole ones."""
    lines = text.split("\n")
    if len(lines) < 2:
        return False
    begin, in_run = begin_items(lines), in_runs(lines)
    below = [at for at in range(1, len(lines)) if begin[at] and (in_run[at] or lines[at - 1].rstrip().endswith(":"))]
    return (
        any(lines[at - 1].rstrip().endswith(":") or PARENTHESISED.match(lines[at]) for at in below)
        or len([at for at in below if not runs_on(lines[at - 1])]) > 1
    )


def sentences_of(segment: Sequence[Span]) -> list[Sentence]:
    """The sentences of spans that run on from one to the next; each keeps the places of its parts."""
    text = " ".join(span.text for span in segment)
    found: list[Sentence] = []
    first = begin = 0  # the first span that a sentence can still have a part in, and where it begins
    for start, end in sentence_ranges(text):
        while begin + len(segment[first].text) <= start:
            begin += len(segment[first].text) + 1
            first += 1
        spans: list[Span] = []
        n, at = first, begin
        while n < len(segment) and at < end:
            span = segment[n]
            cut = span.text[max(0, start - at) : end - at].strip()
            if cut:
                spans.append(Span(cut, span.paragraph, span.page))
            n, at = n + 1, at + len(span.text) + 1
        found.append(Sentence(tuple(spans)))
    return found
