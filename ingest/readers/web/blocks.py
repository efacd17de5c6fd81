"""A tree of HTML to blocks: one for each stretch of text that a browser sets apart, tables by row, notes as notes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from lxml import etree

from ingest.blocks import Block, Dropped, Kind
from ingest.readers.text import SUPERSCRIPTS
from ingest.readers.web.definitions import definition_groups, is_definition_list
from ingest.readers.web.lists import Lists
from ingest.readers.web.rules import all_in, count_titles, is_note, is_quoted_reply, is_reference, why_left_out
from ingest.readers.web.table import is_data_table, left_out, table_rows
from ingest.readers.web.tree import HEADINGS, local_name
from ingest.tables import Cell, rows_of

INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "ins",
    "kbd", "label", "mark", "meter", "nobr", "output", "progress", "q", "ruby", "samp", "small", "span", "strong",
    "sub", "sup", "time", "tt", "u", "var", "wbr", "input", "img", "picture", "source", "map", "area",
})  # fmt: skip
# They stand in the midst of a sentence and show nothing.
UNSEEN = frozenset({"script", "style", "template", "noscript", "rt", "rp", "del", "s", "strike", "svg", "button"})
ITEMS = frozenset({"li", "dt", "dd"})
SPACE = re.compile(r"[ \t\r\n\f]+")
PARAGRAPH_END = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


class Blocks:
    """The blocks of one tree, paragraphs counted on from `paragraph`; what is left out is in `dropped`.

    Text outside `main` is left out; notes are kept wherever they stand. In a `mail` quoted replies are left out.
    `panels` are those that open by a click, with the level of a heading that ends with them.
    """

    def __init__(
        self,
        root: etree._Element,
        main: etree._Element | None = None,
        *,
        paragraph: int = 0,
        mail: bool = False,
        panels: Mapping[etree._Element, int | None] | None = None,
    ) -> None:
        self.found: list[Block] = []
        self.dropped: list[Dropped] = []
        self.paragraph = paragraph
        self._main = root if main is None else main
        self._above = frozenset(self._main.iterancestors())
        self._mail, self._panels = mail, panels or {}
        self._titles = count_titles(root)
        self._inside = self._notes = self._superscript = 0
        self._collected: int | None = None  # where notes begin that stand together, with no text after them
        self._around: list[list[str]] = []  # the texts that a note stands in the midst of
        self._aside: list[str] = []  # such notes, until the paragraph around them has ended
        self._boxes: list[etree._Element] = []
        self._text: list[str] = []
        self._lists = Lists()
        self._walk(root)

    def _walk(self, root: etree._Element) -> None:
        walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        skipped: etree._Element | None = None
        for event, element in walk:
            if event == "start":
                if self._enters(element):
                    self._start(element)
                else:
                    skipped = element
                    walk.skip_subtree()
                continue
            if event == "end":
                if element is not skipped:
                    self._end(element)
                skipped = None
            else:
                self._drop(element.text or "", "comment")
            if element is not root:
                self._add(element.tail or "")
        self._flush()
        self._part_from_sections()

    def _enters(self, element: etree._Element) -> bool:
        """Whether to go into an element; one that is not gone into is dropped, or taken as a whole."""
        if element in self._above or local_name(element) == "head":
            return True
        reason = why_left_out(element, self._titles)
        if reason is None and not self._inside and element is not self._main and not is_note(element):
            reason = "outside the main text"
        if reason is None and is_reference(element):
            reason = "footnote mark"
        if reason is None and self._mail and is_quoted_reply(element):
            reason = "quoted reply"
        if reason is not None:
            if local_name(element) not in INLINE and local_name(element) not in UNSEEN:
                self._flush()
            self._drop(all_in(element), reason)
            return False
        if local_name(element) == "table" and is_data_table(element):
            self._table(element)
            return False
        if is_definition_list(element):
            self._definitions(element)
            return False
        return True

    def _start(self, element: etree._Element) -> None:
        name = local_name(element)
        if element is self._main or is_note(element):
            self._inside += 1
        if name == "br":
            self._text.append("\n")
        elif name == "sup":
            self._superscript += 1
        elif name not in INLINE:
            self._flush()
            self._boxes.append(element)
        if is_note(element):
            if name in INLINE:
                self._around.append(self._text)
                self._text = []
            elif name != "aside" and self._collected is None:
                self._collected = len(self.found)
            self._notes += 1
        self._lists.start(element)
        self._add(element.text or "")

    def _end(self, element: etree._Element) -> None:
        name = local_name(element)
        if name == "sup":
            self._superscript -= 1
        elif name not in INLINE and name != "br":
            self._flush()
            self._boxes.pop()
        self._lists.end(element)
        level = self._panels.get(element)
        if level is not None and self._inside and not self._text:
            self.found.append(Block("", None, None, "heading", level))
        if is_note(element):
            self._notes -= 1
            if name in INLINE:
                self._aside.append("".join(self._text))
                self._text = self._around.pop()
        if element is self._main or is_note(element):
            self._inside -= 1

    def _add(self, text: str) -> None:
        if not self._inside:
            self._drop(text, "outside the main text")
        elif text:
            if self._superscript:
                text = text.translate(SUPERSCRIPTS)
            self._text.append(text if self._in_pre() else SPACE.sub(" ", text))

    def _drop(self, text: str, reason: str) -> None:
        if text.strip():
            self.dropped.append(Dropped(text, reason))

    def _in_pre(self) -> bool:
        return any(local_name(box) in ("pre", "listing", "plaintext", "xmp") for box in self._boxes)

    def _flush(self) -> None:
        """What was gathered becomes blocks; an empty line, or two line breaks, part paragraphs."""
        text, self._text = "".join(self._text), []
        kind, level = self._kind()
        for part in PARAGRAPH_END.split(text.replace("\r\n", "\n")):
            if part.strip():
                part = " ".join(part.split()) if kind == "heading" else part.strip("\n ")
                self._emit(part, kind, level)
        if not self._around:
            aside, self._aside = self._aside, []
            for note in filter(str.strip, aside):
                self._emit(note.strip("\n "), "note", 0)

    def _part_from_sections(self) -> None:
        """Notes collected at the end of a page stand in none of its sections, whichever the last one is."""
        level = 2 if self._titles == 1 else 1  # what has one title alone stands below it as a whole
        before = self.found[: self._collected or 0]
        section = next((block for block in reversed(before) if block.kind == "heading"), None)
        if section is not None and section is not before[-1] and (section.level or 1) >= level:
            self.found.insert(len(before), Block("", None, None, "heading", level))

    def _emit(self, text: str, kind: Kind, level: int | None) -> None:
        self.paragraph += 1
        if kind != "note":
            self._collected = None
        numbers = self._lists.numbers if kind in ("list", "text") else ()
        self.found.append(Block(text, self.paragraph, None, kind, level, numbers=numbers))

    def _kind(self) -> tuple[Kind, int | None]:
        names = [local_name(box) for box in reversed(self._boxes)]
        if self._notes or "figcaption" in names or "caption" in names:
            return "note", 0
        for name in names:
            if name in HEADINGS:
                return "heading", HEADINGS[name]
            if name in ITEMS:
                return "list", None
        return "text", None

    def _table(self, element: etree._Element) -> None:
        self._flush()
        for text, reason in left_out(element):
            self._drop(text, reason)
        for caption in (below for below in element if local_name(below) == "caption"):
            inner = Blocks(caption, paragraph=self.paragraph)
            self.dropped += inner.dropped
            self.found += inner.found
            self.paragraph = inner.paragraph
        rows, headers = table_rows(element, self._cell)
        if rows:
            self._emit("\n".join(rows), "note" if self._notes else "table", 0 if self._notes else headers)

    def _definitions(self, element: etree._Element) -> None:
        """Terms as the header of what defines them, so that each definition is read with its term."""
        self._flush()
        for terms, meanings in definition_groups(element):
            rows = [[Cell(tuple(self._cell(part)))] for part in (*terms, *meanings)]
            lines, headers = rows_of(rows, sum(bool(row[0].text) for row in rows[: len(terms)]))
            if lines:
                self._emit("\n".join(lines), "note" if self._notes else "table", 0 if self._notes else headers)

    def _cell(self, cell: etree._Element) -> Sequence[str]:
        """The paragraphs of a cell."""
        inner = Blocks(cell)
        self.dropped += inner.dropped
        return [block.text for block in inner.found]


def body_of(root: etree._Element) -> etree._Element:
    """The body of a page; its root where there is none."""
    bodies: Iterator[etree._Element] = (element for element in root if local_name(element) == "body")
    return next(bodies, root)
