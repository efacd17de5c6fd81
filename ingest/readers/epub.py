"""EPUB: the chapters of the book in reading order, each through the HTML reader; nothing but the book is opened."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from lxml import etree

from ingest.blocks import Block, Dropped, Reading
from ingest.errors import Rejected
from ingest.readers.archives import MAX_ENTRIES, check_archive
from ingest.readers.html import page
from ingest.readers.metadata import as_author, as_title, known_fields
from ingest.readers.text import check_size, no_text
from ingest.readers.web.tree import check_tags, decode_html, local_name

CONTAINER, ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
CHAPTER_TYPES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
# A chapter stands in the spine once, and no book has more files than an archive may.
MAX_CHAPTERS = MAX_ENTRIES
CORRUPT = "The book in it is damaged or incomplete; fetch it again from where it came."


def read_epub(data: bytes) -> Reading:
    """The chapters of a book, paragraphs counted through all of them. Raises Rejected with the reason."""
    check_archive(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _Book(archive).reading()
    except (KeyError, zipfile.BadZipFile, etree.XMLSyntaxError, NotImplementedError, OSError, ValueError) as error:
        raise Rejected("corrupt", CORRUPT) from error


class _Book:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._name = self._package_name()
        self._package = self._xml(self._name)

    def reading(self) -> Reading:
        blocks: list[Block] = []
        dropped: list[Dropped] = []
        paragraph = length = 0
        for text in self._chapters(dropped):
            chapter = page(text, paragraph=paragraph)  # a cover may hold no text
            blocks += chapter.blocks
            dropped += chapter.dropped
            paragraph = max((b.paragraph or 0 for b in chapter.blocks), default=paragraph)
            length += sum(len(block.text) for block in chapter.blocks)
            check_size(length)
        if not blocks:
            raise no_text()
        headed = any(block.kind == "heading" for block in blocks)
        return Reading(tuple(blocks), self._metadata(), tuple(dropped), marked=headed)

    def _package_name(self) -> str:
        for element in self._xml(CONTAINER).iter():
            if local_name(element) == "rootfile" and element.get("full-path"):
                return str(element.get("full-path"))
        raise KeyError(CONTAINER)

    def _chapters(self, dropped: list[Dropped]) -> Iterator[str]:
        """The text of each chapter in the order of the spine; a table of contents made of links is left out."""
        items = {e.get("id"): e for e in self._package.iter() if local_name(e) == "item"}
        locked = self._locked()
        spine = [e for e in self._package.iter() if local_name(e) == "itemref"]
        if len(spine) > MAX_CHAPTERS:
            raise Rejected("too many chapters", f"The limit is {MAX_CHAPTERS:,} in one book; split it into parts.")
        for reference in spine:
            item = items[reference.get("idref")]
            name = posixpath.normpath(
                posixpath.join(posixpath.dirname(self._name), unquote((item.get("href") or "").partition("#")[0]))
            )
            if name in locked:
                raise Rejected("encrypted", "It is copy-protected; get an edition without protection.")
            if item.get("media-type") not in CHAPTER_TYPES:
                continue
            text = decode_html(self._archive.read(name))
            if "nav" in (item.get("properties") or "").split():
                dropped.append(Dropped(text, "navigation"))
            else:
                yield text

    def _locked(self) -> frozenset[str]:
        """The files that are encrypted; fonts often are where the text is not."""
        if ENCRYPTION not in self._archive.namelist():
            return frozenset()
        references = (e for e in self._xml(ENCRYPTION).iter() if local_name(e) == "cipherreference")
        return frozenset(posixpath.normpath(unquote(e.get("URI") or "")) for e in references)

    def _metadata(self) -> dict[str, str]:
        said: dict[str, list[str]] = {}
        for element in self._package.iter():
            if "purl.org/dc/" in str(element.tag) and (element.text or "").strip():
                said.setdefault(local_name(element), []).append((element.text or "").strip())
        names = dict.fromkeys(author for name in said.get("creator", ()) if (author := as_author(name)))
        links = [link for link in (*said.get("source", ()), *said.get("identifier", ())) if link.startswith("http")]
        return known_fields({
            "title": as_title(next(iter(said.get("title", ())), None)),
            "author": ", ".join(names),
            "publisher": next(iter(said.get("publisher", ())), None),
            "published": next(iter(said.get("date", ())), None),
            "url": next(iter(links), None),
        })  # fmt: skip

    def _xml(self, name: str) -> etree._Element:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        data = self._archive.read(name)
        check_tags(data.decode("latin-1"))
        return etree.fromstring(data, parser)
