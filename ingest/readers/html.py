"""HTML: the main text of a saved page, its headings, lists, tables and notes. Nothing is fetched, no script runs."""

from __future__ import annotations

from ingest.blocks import Reading
from ingest.readers.front_matter import check_markup
from ingest.readers.text import check_length, no_text
from ingest.readers.web.blocks import Blocks, body_of
from ingest.readers.web.metadata import page_metadata
from ingest.readers.web.panels import open_panels
from ingest.readers.web.rules import main_element
from ingest.readers.web.sight import settle_sight
from ingest.readers.web.tree import decode_html, parse_html


def read_html(data: bytes) -> Reading:
    """The blocks of a page, a paragraph number each. Raises Rejected when it holds no text of its own."""
    text = decode_html(data)
    check_markup(text)
    return page_reading(text)


def page_reading(text: str, *, paragraph: int = 0, mail: bool = False) -> Reading:
    """As `read_html`, of decoded text; paragraphs count on from `paragraph`. `mail` leaves out quoted replies."""
    reading = page(text, paragraph=paragraph, mail=mail)
    if not reading.blocks:
        raise no_text()
    return reading


def page(text: str, *, paragraph: int = 0, mail: bool = False) -> Reading:
    """As `page_reading`, of a page that may hold nothing but what is left out."""
    root = parse_html(text)
    panels = open_panels(root)
    settle_sight(root, panels)
    body = body_of(root)
    blocks = Blocks(root, main_element(body), paragraph=paragraph, mail=mail, panels=panels)
    check_length(block.text for block in blocks.found)
    headed = any(block.kind == "heading" and block.text for block in blocks.found)
    return Reading(tuple(blocks.found), page_metadata(root), tuple(blocks.dropped), marked=headed)
