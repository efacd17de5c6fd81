"""Lists of terms with what defines them."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from ingest.readers.web.rules import is_hidden, is_note
from ingest.readers.web.tree import local_name

TERM, MEANING = "dt", "dd"
# What holds more than this is no definition, but a part of a page.
PARTS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "table", "article", "section", "form", "dl"})


def is_definition_list(element: etree._Element) -> bool:
    """Whether an element pairs terms with definitions and holds nothing else."""
    if local_name(element) != "dl" or any(local_name(below) in PARTS for below in element.iterdescendants()):
        return False
    parts = list(_parts(element))
    names = {local_name(part) for part in parts}
    stray = (element.text or "") + "".join(part.tail or "" for part in (*element, *parts))
    return names == {TERM, MEANING} and not stray.strip() and not any(map(is_note, element.iterdescendants()))


def definition_groups(element: etree._Element) -> Iterator[tuple[list[etree._Element], list[etree._Element]]]:
    """(terms, their definitions) in order. A part without an end tag is taken out of the one before it."""
    for part in element.iter(f"{{*}}{TERM}", f"{{*}}{MEANING}"):
        parent = part.getparent()
        if parent is not None and local_name(parent) in (TERM, MEANING):
            parent.addnext(part)
    terms: list[etree._Element] = []
    meanings: list[etree._Element] = []
    for part in _parts(element):
        if local_name(part) == TERM and meanings:
            yield terms, meanings
            terms, meanings = [], []
        if not is_hidden(part):
            (terms if local_name(part) == TERM else meanings).append(part)
    yield terms, meanings


def _parts(element: etree._Element) -> Iterator[etree._Element]:
    """The children, those in a wrapper that groups them included."""
    for child in element:
        if local_name(child) == "div":
            yield from child
        elif isinstance(child.tag, str):
            yield child
