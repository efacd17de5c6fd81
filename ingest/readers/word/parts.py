"""Parts of an Office package that its library leaves as bytes, parsed safely."""

from __future__ import annotations

from lxml import etree

from ingest.errors import Rejected


def parse_part(blob: bytes, hint: str) -> etree._Element:
    """The root of a part. Raises Rejected with `hint` when it is damaged. Nothing is fetched, no entity expands."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(blob, parser)
    except etree.XMLSyntaxError as error:
        raise Rejected("corrupt", hint) from error
