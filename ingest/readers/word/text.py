"""The text of one Word paragraph: what it shows, the notes it calls for, the boxes anchored in it, what is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lxml import etree

from ingest.blocks import Dropped
from ingest.readers.text import SUPERSCRIPTS

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DELETED = frozenset({"del", "moveFrom", "delText"})
CODES = frozenset({"instrText", "delInstrText"})
BREAKS = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad"}
PROPERTIES = frozenset(
    {"rPr", "pPr", "sdtPr", "sectPr", "tcPr", "trPr", "tblPr", "tblGrid", "smartTagPr", "customXmlPr"}
)
PICTURES = frozenset({"drawing", "pict", "object"})
OFF = frozenset({"0", "false", "off"})


# Why the text of a run in a paragraph is left out, where it is.
Looks = Callable[[etree._Element, etree._Element], str | None]


class NoteRef(NamedTuple):
    """A call for a note: "footnote" or "endnote", and its id in that part."""

    kind: str
    id: str


class Paragraph:
    """What one paragraph holds. `text` has line breaks as line feeds, and superscript digits as such."""

    def __init__(self, element: etree._Element, looks: Looks) -> None:
        self._looks, self._element = looks, element
        self.notes: list[NoteRef] = []
        self.boxes: list[etree._Element] = []
        self.dropped: list[Dropped] = []
        self.text = "".join(self._below(element))

    def _below(self, element: etree._Element) -> Iterator[str]:
        for child in element:
            yield from self._one(child)

    def _one(self, element: etree._Element) -> Iterator[str]:
        name = tag_of(element)
        if name == "t":
            yield element.text or ""
        elif name in BREAKS:
            yield BREAKS[name]
        elif name in ("footnoteReference", "endnoteReference"):
            self.notes.append(NoteRef(name.removesuffix("Reference"), element.get(f"{W}id") or ""))
        elif name in PICTURES:
            self.boxes += boxes_in(element)
        elif name == "AlternateContent":
            yield from self._alternative(element)
        elif name == "r":
            yield from self._run(element)
        elif name and name not in PROPERTIES:
            reason = _why_left_out(element, name)
            if reason:
                self._drop(element, reason)
            else:
                yield from self._below(element)

    def _run(self, run: etree._Element) -> Iterator[str]:
        properties = run.find(f"{W}rPr")
        reason = self._looks(run, self._element)
        if reason:
            self._drop(run, reason)
            return
        raised = None if properties is None else properties.find(f"{W}vertAlign")
        if raised is not None and raised.get(f"{W}val") == "superscript":
            yield from (text.translate(SUPERSCRIPTS) for text in self._below(run))
        else:
            yield from self._below(run)

    def _alternative(self, element: etree._Element) -> Iterator[str]:
        """The first of several forms of one content."""
        forms = [child for child in element if tag_of(child) in ("Choice", "Fallback")]
        for form in forms[:1]:
            yield from self._below(form)
        for form in forms[1:]:
            self._drop(form, "other form of the same text")

    def _drop(self, element: etree._Element, reason: str) -> None:
        text = all_text(element)
        if text.strip():
            self.dropped.append(Dropped(text, reason))


def tag_of(element: etree._Element) -> str:
    """The tag without its namespace; "" for comments and the like."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def all_text(element: etree._Element) -> str:
    """Every text below an element, shown or not, a line a paragraph."""
    parts: list[str] = []
    for below in element.iter():
        name = tag_of(below)
        if name in ("t", "delText", *CODES):
            parts.append(below.text or "")
        elif name == "p":
            parts.append("\n")
    return "".join(parts).strip("\n")


def boxes_in(element: etree._Element) -> list[etree._Element]:
    """The outermost text boxes below an element; of two forms of one drawing the first."""
    found: list[etree._Element] = []
    for child in element:
        if tag_of(child) == "txbxContent":
            found.append(child)
        elif tag_of(child) == "AlternateContent":
            found += [box for form in list(child)[:1] for box in boxes_in(form)]
        else:
            found += boxes_in(child)
    return found


def is_on(switch: etree._Element | None) -> bool:
    """Whether an on/off property is there and on."""
    return switch is not None and (switch.get(f"{W}val") or "1").lower() not in OFF


def _why_left_out(element: etree._Element, name: str) -> str | None:
    if name in DELETED:
        return "deleted"
    if name in CODES:
        return "field code"
    if name in ("rt", "rubyPr"):
        return "ruby"
    if name == "sdt" and element.find(f"{W}sdtPr/{W}showingPlcHdr") is not None:
        return "placeholder"
    return None
