"""Presentations: a slide is a page, its title a heading, its tables read by row, the speaker's notes are notes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER

from ingest.blocks import Block, Dropped, Kind, Reading
from ingest.errors import Rejected
from ingest.readers.archives import check_archive
from ingest.readers.metadata import as_author, as_title, known_fields
from ingest.readers.text import SUPERSCRIPTS, check_length, no_text
from ingest.readers.word.parts import has_doctype, parse_part
from ingest.readers.word.text import tag_of
from ingest.tables import Cell, header_rows, rows_of

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
DIAGRAM = "/diagramData"
COMMENT = "/comments"
CORRUPT = "The presentation is damaged; open it in PowerPoint or LibreOffice and save it anew as .pptx."
TITLES = frozenset({PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE})
FURNITURE = frozenset({
    PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER, PP_PLACEHOLDER.SLIDE_NUMBER,
})  # fmt: skip
# A paragraph with this many words is a sentence of text and no item of a list.
ITEM_WORDS = 40
HEADING_WORDS = 40


def read_pptx(data: bytes) -> Reading:
    """The slides in order, hidden ones left out; paragraphs have no numbers. Raises Rejected with the reason."""
    check_archive(data)
    presentation = _open(data)
    deck = _Deck()
    for number, slide in enumerate(presentation.slides, 1):
        deck.slide(number, slide)
    if not any(block.text for block in deck.blocks):
        raise no_text()
    check_length(block.text for block in deck.blocks)
    properties = presentation.core_properties
    metadata = known_fields({"title": as_title(properties.title), "author": as_author(properties.author)})
    return Reading(tuple(deck.blocks), metadata, tuple(deck.dropped), marked=True)


def _open(data: bytes) -> Any:
    try:
        presentation = pptx.Presentation(io.BytesIO(data))
        declared = any(has_doctype(slide.element) for slide in presentation.slides)
    except ValueError as error:
        if "content type" in str(error):
            raise Rejected("type mismatch", "It is no plain presentation; save it as .pptx.") from error
        raise Rejected("corrupt", CORRUPT) from error
    except Exception as error:
        raise Rejected("corrupt", CORRUPT) from error
    if declared:
        raise Rejected("corrupt", CORRUPT)
    return presentation


class _Deck:
    """Gathers the blocks of one presentation."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.dropped: list[Dropped] = []
        self._page = 0

    def slide(self, number: int, slide: Any) -> None:
        """The title first, then the shapes in their order, then the notes."""
        self._page = number
        shown = slide.element.get("show") not in ("0", "false")
        if not shown:
            self._drop("\n".join(_texts(slide.element)), "hidden slide")
        else:
            shapes = sorted(_flat(slide.shapes), key=_is_title, reverse=True)
            self._title(" ".join(text for shape in shapes if _is_title(shape) for text in _texts(shape.element)))
            for shape in shapes:
                self._shape(shape)
            self._related(slide)
        notes = slide.notes_slide if slide.has_notes_slide else None
        for shape in notes.shapes if notes is not None else ():
            self._notes(shape, shown=shown)

    def _shape(self, shape: Any) -> None:
        if getattr(shape, "has_table", False) and shape.has_table:
            self._table(shape.table)
        elif shape.has_text_frame:
            if _placeholder(shape) in FURNITURE:
                self._drop("\n".join(_texts(shape.element)), "slide furniture")
            elif not _is_title(shape):
                self._items(_texts(shape.element))

    def _title(self, text: str) -> None:
        """The heading of a slide; on a slide without one the section of the slide before does not go on."""
        is_heading = len(text.split()) <= HEADING_WORDS
        if is_heading:
            self.blocks.append(Block(" ".join(text.split()), None, self._page, "heading", 1))
        else:
            self._add(text, "text")

    def _items(self, texts: Sequence[str]) -> None:
        for text in texts:
            self._add(text, "list" if len(text.split()) <= ITEM_WORDS else "text")

    def _table(self, table: Any) -> None:
        rows = [[_cell(cell) for cell in row.cells if not cell.is_spanned] for row in table.rows]
        has_head = table.first_row and len(rows) > 1 and len(table.columns) > 1
        lines, headers = rows_of(rows, header_rows(rows, int(has_head)))
        self._add("\n".join(lines), "table", headers)

    def _related(self, slide: Any) -> None:
        """The text of diagrams; what reviewers wrote beside the slide."""
        for relation in slide.part.rels.values():
            if relation.is_external or not relation.reltype.endswith((DIAGRAM, COMMENT)):
                continue
            texts = list(_texts(parse_part(relation.target_part.blob, CORRUPT)))
            if relation.reltype.endswith(DIAGRAM):
                self._items(texts)
            else:
                self._drop("\n".join(texts), "comment")

    def _notes(self, shape: Any, *, shown: bool) -> None:
        text = "\n".join(_texts(shape.element)) if shape.has_text_frame else ""
        if shown and _placeholder(shape) == PP_PLACEHOLDER.BODY:
            self._add(text, "note", 0)
        else:
            self._drop(text, "slide furniture" if shown else "hidden slide")

    def _add(self, text: str, kind: Kind, level: int | None = None) -> None:
        if text.strip():
            level = level if kind in ("heading", "table", "note") else None
            self.blocks.append(Block(text, None, self._page, kind, level))

    def _drop(self, text: str, reason: str) -> None:
        if text.strip():
            self.dropped.append(Dropped(text, reason))


def _flat(shapes: Any) -> Iterator[Any]:
    """The shapes, those in groups included."""
    for shape in shapes:
        if tag_of(shape.element) == "grpSp":
            yield from _flat(shape.shapes)
        else:
            yield shape


def _placeholder(shape: Any) -> Any:
    """What a placeholder is for; None for any other shape."""
    return shape.placeholder_format.type if shape.is_placeholder else None


def _is_title(shape: Any) -> bool:
    return _placeholder(shape) in TITLES


def _cell(cell: Any) -> Cell:
    return Cell(tuple(_texts(cell._tc)), cell.span_width, cell.span_height)


def _texts(element: Any) -> list[str]:
    """The paragraphs below an element that say something; superscript digits as such."""
    texts = ("".join(_pieces(paragraph)) for paragraph in element.iter(f"{A}p"))
    return [text for text in texts if text.strip()]


def _pieces(paragraph: Any) -> Iterator[str]:
    for element in paragraph.iter():
        name = tag_of(element)
        if name == "br":
            yield "\n"
        elif name == "t":
            run = element.getparent().find(f"{A}rPr")
            if run is not None and run.get("strike", "noStrike") != "noStrike":
                continue
            raised = run is not None and (run.get("baseline") or "0")[0] not in "-0"
            yield (element.text or "").translate(SUPERSCRIPTS) if raised else element.text or ""
