"""HTML to a tree, safely: nothing is fetched, entities cannot expand, the encoding is found as browsers find it."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from html.entities import name2codepoint

from lxml import etree

from ingest.errors import Rejected
from ingest.readers.encodings import decode, has_mark

DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
HEAD_BYTES = 4096
# Pages labelled with these are often UTF-8, and Windows-1252 else: the usual ladder tells them apart.
NARROW = frozenset({"ascii", "iso8859-1", "latin-1", "cp1252"})
ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
TOO_DEEP = "Its markup is nested beyond reason; save the text from a browser anew."
XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
EMPTY_TAG = re.compile(r"<([A-Za-z][\w.-]*)((?:\s[^<>]{0,2000})?)/>")
VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
# More tags, or more names in one tag, than a document has: the parser compares each attribute of a tag with the others.
MAX_TAGS, MAX_ATTRIBUTES = 600_000, 1000
LONG_TAG = re.compile(r"<[A-Za-z][^<>]{3000,}")
VALUE = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""")
# The depths of all elements together: readers ask of each what stands around it.
MAX_DEPTHS = 20_000_000
XML_START = re.compile(r"\s*(?:<\?xml\b|<!DOCTYPE[^>]{0,200}XHTML)", re.IGNORECASE)


def parse_html(text: str) -> etree._Element:
    """The root of a page. Raises Rejected when it holds nothing, or has more markup than a document."""
    check_tags(text)
    root = _strict(text) if XML_START.match(text) else None
    root = _lenient(text) if root is None else root
    _check_depths(root)
    return root


def check_tags(text: str) -> None:
    """Raise Rejected for more tags, or more attributes in one, than a parser takes in good time."""
    if text.count("<") > MAX_TAGS:
        raise Rejected("too many parts", f"It has over {MAX_TAGS:,} tags; split it into parts.")
    for found in LONG_TAG.finditer(text):
        names = VALUE.sub("= ", found[0])
        if max(names.count("="), len(names.split())) > MAX_ATTRIBUTES:
            raise Rejected(
                "too many attributes", f"A tag in it has over {MAX_ATTRIBUTES:,}; save the text from a browser anew."
            )


def decode_html(data: bytes) -> str:
    """The text of a page: byte order mark, then what it declares if that fits, then as any other text."""
    declared = None if has_mark(data) else DECLARED.search(data[:HEAD_BYTES])
    if declared:
        try:
            encoding = codecs.lookup(declared[1].decode("ascii")).name
            if encoding not in NARROW and not encoding.startswith(("utf-16", "utf-32")):
                return decode(data, encoding)
        except (LookupError, UnicodeError):
            return decode(data)
    return decode(data)


def local_name(element: etree._Element) -> str:
    """The tag in small letters without its namespace; "" for comments and the like."""
    tag = element.tag
    return _bare(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=1000)
def _bare(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def _check_depths(root: etree._Element) -> None:
    depth = total = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        total += depth
        if total > MAX_DEPTHS:
            raise Rejected("nested too deeply", TOO_DEEP)


def _strict(text: str) -> etree._Element | None:
    """As XML, where self-closing tags mean what they say; None when it is none."""
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(ENTITY.sub(_character, text).encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    # An entity that stays unexpanded is text that would be lost; the lenient parser keeps it as written.
    return None if any(True for _ in root.iter(etree.Entity)) else root


def _lenient(text: str) -> etree._Element:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    if XML_START.match(text):
        text = EMPTY_TAG.sub(_opened, text)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    if any(entry.type == etree.ErrorTypes.ERR_NO_MEMORY for entry in parser.error_log):
        raise MemoryError  # what was built until then is not the page
    if any("depth" in entry.message for entry in parser.error_log):
        raise Rejected("nested too deeply", TOO_DEEP)
    if root is None:
        raise Rejected("empty", "It holds no text; copy it again from where it came.")
    return root


def _character(found: re.Match[str]) -> str:
    name = found[1]
    return chr(name2codepoint[name]) if name in name2codepoint and name not in XML_NAMES else found[0]


def _opened(found: re.Match[str]) -> str:
    """`<a id="x"/>` means an empty element in XHTML; the lenient parser would leave it open."""
    name, attributes = found.groups()
    return found[0] if name.lower() in VOID else f"<{name}{attributes}></{name}>"
