"""Word documents: body paragraphs in order, headings by style and outline level, tables by row, notes as notes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import docx
from lxml import etree

from ingest.blocks import Block, Dropped, Kind, Reading
from ingest.errors import Rejected
from ingest.headings import MAX_CHARACTERS, MAX_WORDS
from ingest.readers.archives import check_archive
from ingest.readers.metadata import as_author, as_title, known_fields
from ingest.readers.text import check_length, no_text
from ingest.readers.word.numbering import Numbers
from ingest.readers.word.parts import has_doctype, parse_part
from ingest.readers.word.styles import STRUCK, Role, Styles, is_bold
from ingest.readers.word.table import cells_in, deleted_text, rows_in, table_lines
from ingest.readers.word.text import Looks, NoteRef, Paragraph, W, all_text, tag_of
from retrieval.text.sentences import is_unfinished

# More words than this are no heading, whatever the style says.
HEADING_WORDS = 40
CONTAINERS = frozenset({"ins", "moveTo", "customXml", "sdtContent", "smartTag"})
PARTS_LEFT_OUT = (
    (re.compile(r"/word/header\d*\.xml"), "running header"),
    (re.compile(r"/word/footer\d*\.xml"), "running footer"),
    (re.compile(r"/word/comments\w*\.xml"), "comment"),
    (re.compile(r"/word/(?:diagrams/data|charts/chart)\d*\.xml"), "graphic"),
)
NOTES = ("footnote", "endnote")
CORRUPT = "The Word document is damaged; open it in Word or LibreOffice and save it anew as .docx."


def read_docx(data: bytes) -> Reading:
    """The body of a document; paragraphs are its non-empty body paragraphs. Raises Rejected with the reason.

    Rows of tables and text boxes are no body paragraphs and have no number; a note has that of the paragraph that
    calls for it.
    """
    check_archive(data)
    document = _open(data)
    body = _Body(document)
    if not body.blocks:
        raise no_text()
    check_length(block.text for block in body.blocks)
    blocks = tuple(body.blocks) if body.headed else tuple(_with_bold_headings(body.blocks, body.bold))
    marked = any(block.kind == "heading" for block in blocks)
    return Reading(blocks, _metadata(document, body.title), tuple(body.dropped), marked)


def _open(data: bytes) -> Any:
    try:
        document = docx.Document(io.BytesIO(data))
        body = document.element.body
    except ValueError as error:
        if "content type" in str(error):
            raise Rejected("type mismatch", "It is no plain Word document; save it as .docx.") from error
        raise Rejected("corrupt", CORRUPT) from error
    except Exception as error:  # whatever a damaged package trips over
        raise Rejected("corrupt", CORRUPT) from error
    if body is None or has_doctype(body):
        raise Rejected("corrupt", CORRUPT)
    return document


class _Body:
    """Walks the body of one document. `bold` are positions of short paragraphs that are bold throughout."""

    def __init__(self, document: Any) -> None:
        self.blocks: list[Block] = []
        self.dropped: list[Dropped] = []
        self.bold: set[int] = set()
        self.title: str | None = None
        self.headed = False
        self._number = 0
        relations = (relation for relation in document.part.rels.values() if not relation.is_external)
        related = {relation.reltype.rpartition("/")[2]: relation.target_part for relation in relations}
        self._styles = Styles(_xml(related.get("styles")))
        self._numbers = Numbers(_xml(related.get("numbering")))
        self._notes = {kind: _notes(_xml(related.get(f"{kind}s")), self._styles) for kind in NOTES}
        self._walk(document.element.body, counted=True)
        self._rest({str(part.partname): part for part in document.part.package.iter_parts()})

    @property
    def looks(self) -> Looks:
        """Why a run is left out, by the styles of the document."""
        return self._styles.why_unseen

    def _walk(self, element: etree._Element, *, counted: bool) -> None:
        for child in element:
            name = tag_of(child)
            if name == "p":
                self._paragraph(child, counted=counted)
            elif name == "tbl":
                self._table(child)
            elif name == "sdt":
                self._control(child, counted=counted)
            elif name in CONTAINERS:
                self._walk(child, counted=counted)
            elif name in ("del", "moveFrom"):
                self._drop(all_text(child), "deleted")

    def _control(self, element: etree._Element, *, counted: bool) -> None:
        gallery = next(element.iter(f"{W}docPartGallery"), None)
        if gallery is not None and "contents" in (gallery.get(f"{W}val") or "").lower():
            self._drop(all_text(element), "table of contents")
            return
        for content in element.findall(f"{W}sdtContent"):
            self._walk(content, counted=counted)

    def _paragraph(self, element: etree._Element, *, counted: bool) -> None:
        paragraph = Paragraph(element, self._styles.why_unseen)
        self.dropped += paragraph.dropped
        struck = any(item.reason == STRUCK for item in paragraph.dropped)
        self._number += counted and (struck or bool(paragraph.text.strip()))
        if paragraph.text.strip():
            self._emit(paragraph.text, element, self._number if counted else None)
        self._after(paragraph, self._number if counted else None)

    def _emit(self, text: str, element: etree._Element, number: int | None) -> None:
        role = self._styles.role(element)
        if role.is_contents:
            self._drop(text, "table of contents")
            return
        if role.title and self.title is None:
            self.title = " ".join(text.split())
        kind, level = _kind(role, text)
        self.headed |= kind == "heading" and not role.title
        if kind == "text" and is_bold(element):
            self.bold.add(len(self.blocks))
        numbers, shown = self._numbers.next(role.list_id, role.list_level) if role.list_id else ((), "")
        if kind == "heading":
            text, numbers = " ".join(f"{shown} {text}".split()), ()
        self.blocks.append(Block(text.strip("\n"), number, None, kind, level, numbers=numbers))

    def _after(self, paragraph: Paragraph, number: int | None) -> None:
        """The notes a paragraph calls for, and the boxes anchored in it."""
        for reference in paragraph.notes:
            self._note(reference, number)
        for box in paragraph.boxes:
            self._walk(box, counted=False)

    def _note(self, reference: NoteRef, number: int | None) -> None:
        note = self._notes[reference.kind].pop(reference.id, None)
        if note is not None:
            self.dropped += note.dropped
            if note.text.strip():
                self.blocks.append(Block(note.text, number, None, "note", 0))

    def _table(self, table: etree._Element) -> None:
        for text in deleted_text(table):
            self._drop(text, "deleted")
        rows = rows_in(table)
        if all(len(cells_in(row)) < 2 for row in rows):  # a frame around text
            for cell in (cell for row in rows for cell in cells_in(row)):
                self._walk(cell, counted=False)
            return
        inner = _Cells(self)
        lines, headers = table_lines(table, self._styles, inner.read)
        if lines:
            self.blocks.append(Block("\n".join(lines), None, None, "table", headers))
        for paragraph in inner.paragraphs:
            self._after(paragraph, None)

    def _rest(self, parts: dict[str, Any]) -> None:
        """What stands outside the body: notes nobody calls for, and what repeats on every page."""
        for note in (note for notes in self._notes.values() for note in notes.values()):
            self._drop(note.text, "note without a call")
        for name, part in parts.items():
            for pattern, reason in PARTS_LEFT_OUT:
                root = _xml(part) if pattern.fullmatch(name) else None
                if root is not None:
                    self._drop(all_text(root), reason)

    def _drop(self, text: str, reason: str) -> None:
        if text.strip():
            self.dropped.append(Dropped(text, reason))


class _Cells:
    """Reads the cells of one table, and keeps their paragraphs for the notes and boxes in them."""

    def __init__(self, body: _Body) -> None:
        self.paragraphs: list[Paragraph] = []
        self._dropped, self._looks = body.dropped, body.looks

    def read(self, cell: etree._Element) -> list[str]:
        """The paragraphs of a cell; those of a table within it as well."""
        parts: list[str] = []
        for element in cell.iter(f"{W}p"):
            if any(tag_of(above) == "txbxContent" for above in element.iterancestors()):
                continue  # comes with the paragraph it is anchored in
            paragraph = Paragraph(element, self._looks)
            self.paragraphs.append(paragraph)
            self._dropped += paragraph.dropped
            if paragraph.text.strip():
                parts.append(paragraph.text)
        return parts


class _Note:
    """The paragraphs of one note as one text."""

    def __init__(self, element: etree._Element, styles: Styles) -> None:
        paragraphs = [Paragraph(p, styles.why_unseen) for p in element.iter(f"{W}p")]
        self.text = "\n".join(p.text for p in paragraphs if p.text.strip())
        self.dropped = [item for p in paragraphs for item in p.dropped]


def _notes(root: etree._Element | None, styles: Styles) -> dict[str, _Note]:
    """The notes of a part by id, without the lines that part them from the text."""
    if root is None:
        return {}
    elements = (e for e in root if tag_of(e) in NOTES and e.get(f"{W}type", "normal") == "normal")
    return {e.get(f"{W}id") or "": _Note(e, styles) for e in elements}


def _xml(part: Any) -> etree._Element | None:
    """The root of a part; None without one."""
    return None if part is None else parse_part(part.blob, CORRUPT)


def _kind(role: Role, text: str) -> tuple[Kind, int | None]:
    if role.level is not None and len(text.split()) <= HEADING_WORDS:
        return "heading", role.level
    if role.is_caption:
        return "note", 0
    return ("list", None) if role.is_list else ("text", None)


def _with_bold_headings(blocks: list[Block], bold: set[int]) -> Iterator[Block]:
    """A document that marks no headings sets them in bold: short, without a stop, above text that is not bold."""
    for i, block in enumerate(blocks):
        text = " ".join(block.text.split())
        above_text = i + 1 < len(blocks) and not {i, i + 1} <= bold
        short = len(text.split()) <= MAX_WORDS and len(text) <= MAX_CHARACTERS and is_unfinished(text.rstrip("?:"))
        yield replace(block, text=text, kind="heading", level=1) if i in bold and above_text and short else block


def _metadata(document: Any, title: str | None) -> dict[str, str]:
    """What the properties say where somebody wrote them; the paragraph in the style of a title where they do not."""
    try:
        properties = document.core_properties
        stated, author = as_title(properties.title), as_author(properties.author)
    except (AttributeError, KeyError, ValueError):  # the part is there, and is something else
        stated = author = None
    return known_fields({"title": stated or title, "author": author})
