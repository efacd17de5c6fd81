from __future__ import annotations

import pytest

from ingest.blocks import Block
from ingest.errors import Rejected
from ingest.readers.epub import read_epub
from tests.unit.ingest.samples import make_epub, zipped

METADATA = (
    "<dc:title>Rules for Lanterns</dc:title><dc:creator>Ada Quill</dc:creator><dc:creator>Bo Reed</dc:creator>"
    "<dc:publisher>Tide Press</dc:publisher><dc:date>2016-07-09T00:00:00Z</dc:date>"
    "<dc:identifier>urn:isbn:978</dc:identifier><dc:source>https://example.org/rules</dc:source>"
)
ENCRYPTION = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:e="http://www.w3.org/2001/04/xmlenc#">'
    '<e:EncryptedData><e:CipherData><e:CipherReference URI="{}"/></e:CipherData></e:EncryptedData></encryption>'
)


def test_chapters_are_read_in_the_order_of_the_spine_and_paragraphs_count_on() -> None:
    chapters = (
        "<h1>One</h1><p>Light the lamps.<a epub:type='noteref' href='#n'>1</a></p>"
        "<aside epub:type='footnote' id='n'>A note.</aside>",
        "<img src='cover.jpg'/>",
        "<h1>Two</h1><p>Keep <span/>the oil &amp; the wicks.</p>",
    )

    reading = read_epub(make_epub(chapters, METADATA))
    assert reading.blocks == (
        Block("One", 1, kind="heading", level=1),
        Block("Light the lamps.", 2),
        Block("A note.", 3, kind="note", level=0),
        Block("Two", 4, kind="heading", level=1),
        Block("Keep the oil & the wicks.", 5),
    )
    assert reading.metadata == {
        "title": "Rules for Lanterns",
        "author": "Ada Quill, Bo Reed",
        "publisher": "Tide Press",
        "published": "2016-07-09T00:00:00Z",
        "url": "https://example.org/rules",
    }


def test_encrypted_fonts_do_no_harm_and_encrypted_chapters_are_named() -> None:
    def book(name: str) -> bytes:
        return make_epub(["<p>Text.</p>"], files={"META-INF/encryption.xml": ENCRYPTION.format(name)})

    assert read_epub(book("OPS/font.otf")).blocks == (Block("Text.", 1),)
    with pytest.raises(Rejected) as caught:
        read_epub(book("OPS/text/c%200.xhtml"))
    assert (caught.value.reason, caught.value.hint) == (
        "encrypted",
        "It is copy-protected; get an edition without protection.",
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped({"mimetype": "application/epub+zip"}), "corrupt"),
        (zipped({"META-INF/container.xml": "<container/>"}), "corrupt"),
        (zipped({"META-INF/container.xml": "<container><rootfile full-path='../../x'/></container>"}), "corrupt"),
        (make_epub(["<p>x</p>"], files={"OPS/book.opf": "<p><spine><itemref idref='no'/></spine></p>"}), "corrupt"),
        (make_epub(["<img/>"]), "empty"),
        (make_epub([]), "empty"),
    ],
)  # fmt: skip
def test_books_that_are_incomplete_or_empty_are_rejected(data: bytes, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_epub(data)
    assert caught.value.reason == reason
