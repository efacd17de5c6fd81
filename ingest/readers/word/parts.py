"""Parts of an Office package that its library leaves as bytes, parsed safely."""

from __future__ import annotations

from lxml import etree

from ingest.errors import Rejected


def parse_part(blob: bytes, hint: str) -> etree._Element:
    """The root of a part. Raises Rejected with `hint` when it is damaged. Nothing is fetched, no entity expands."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(blob, parser)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        raise Rejected("corrupt", hint) from error
    if has_doctype(root):
        raise Rejected("corrupt", hint)
    return root


def has_doctype(element: etree._Element) -> bool:
    """Whether the part of an element declares a document type: Office never does, and entities hide text in it."""
    return bool(element.getroottree().docinfo.doctype)
