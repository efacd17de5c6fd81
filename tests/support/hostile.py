"""Files made to break readers: damaged, lying, nested without end, or unpacking to more than a machine has."""

from __future__ import annotations

import io
import random
import zlib
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tests.unit.ingest.archives import bomb, encrypted, handmade, lying, zipped
from tests.unit.ingest.conftest import ARTICLE, make_pdf
from tests.unit.ingest.drawn import drawn, ruled, two_columns

SEED = 20
DEEP = 20_000
MILLION = 1_000_000
WORDS = "The council pays for the oil of every tower on the coast. "


class Hostile(NamedTuple):
    """A file, and what lies beside it as `.meta.yaml`."""

    name: str
    data: bytes
    beside: bytes = b""


def hostile_files(*, large: bool = True) -> Iterator[Hostile]:
    """At least 200 of them; `large` adds those over 5 MB."""
    for kind, whole in (("pdf", _pdf()), ("docx", _docx()), ("pptx", _pptx()), ("epub", _epub())):
        yield from _damaged(kind, whole)
    for kind, text in (("html", _HTML), ("eml", _EML), ("md", ARTICLE.encode()), ("txt", ARTICLE.encode())):
        yield from _damaged(kind, text, count=5)
    yield from _wrong_magic()
    yield from _pdfs()
    yield from _archives(large=large)
    yield from _html()
    yield from _mail()
    yield from _texts()
    yield from _yaml()
    if large:
        yield from crowded_files()
        yield from _large()


def crowded_files() -> Iterator[Hostile]:
    """Files of more parts than a parser takes in good time, each part harmless."""
    n = 300_000
    bare, valued = (" ".join(f"a{i}{value}" for i in range(n)) for value in ("", '="1"'))
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><body><p {}>' + WORDS + "</p></body></html>"
    book = _unzipped(_epub())
    chapters, package = '<itemref idref="t"/>', book["book.opf"].decode()
    yield Hostile("attributes.html", f"<html><body><p {bare}>{WORDS}".encode())
    yield Hostile("attributes-valued.html", f"<html><body><p {valued.replace(' ', '')}>{WORDS}".encode())
    yield Hostile("attributes.xhtml", ("<?xml version='1.0'?>" + page.format(valued)).encode())
    yield Hostile("attributes.epub", zipped({**book, "text.xhtml": page.format(valued).encode()}))
    crowded = package.replace("<metadata/>", f"<metadata {valued}/>")
    yield Hostile("package-attributes.epub", zipped({**book, "book.opf": crowded.encode()}))
    long = package.replace(chapters, chapters * 200_000)
    yield Hostile("spine.epub", zipped({**book, "book.opf": long.encode()}))
    yield Hostile("cells.html", ("<table>" + ("<tr>" + "<td>a</td>" * 1000 + "</tr>") * 1000 + "</table>").encode())
    wide = "<td rowspan=999 colspan=100>oil</td>" * 2
    yield Hostile("spans.html", ("<table>" + f"<tr>{wide}</tr>" * 2000 + "</table>").encode())
    yield Hostile("sections.html", ("<section>" * 200 + "<p>oil</p>" * 150_000).encode())
    yield Hostile("cells.md", ("| a | b |\n|---|---|\n" + "| a | b |\n" * 400_000).encode())
    yield Hostile("headings.md", ("# a\n\nb\n\n" * 500_000).encode())
    yield Hostile("paragraphs.txt", b"a\n \n" * 900_000)
    people = ", ".join(f"a{i}@b.example" for i in range(100_000))
    yield Hostile("addresses.eml", f"From: {people}\nSubject: Oil\n\n{WORDS}\n".encode())
    words = " ".join(f"=?utf-8?q?a{i}?=" for i in range(200_000))
    yield Hostile("encoded-words.eml", f"From: a@b.example\nSubject: {words}\n\n{WORDS}\n".encode())
    matter = "title: Oil\n" + "".join(f"key{i}: v\n" for i in range(300_000))
    yield Hostile("front-matter.md", f"---\n{matter}---\n\n{WORDS}".encode())


def _damaged(kind: str, whole: bytes, count: int = 12) -> Iterator[Hostile]:
    chance = random.Random(SEED)
    for n in range(count):
        data = bytearray(whole)
        for _ in range(1 + 4 * n):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        yield Hostile(f"flipped-{n}.{kind}", bytes(data))
    for share in (3, 50, 90):
        yield Hostile(f"cut-{share}.{kind}", whole[: len(whole) * share // 100])
    middle = len(whole) // 2
    yield Hostile(f"zeros.{kind}", whole[:middle] + b"\0" * 5000 + whole[middle:])
    yield Hostile(f"twice.{kind}", whole + whole)


def _wrong_magic() -> Iterator[Hostile]:
    for kind in ("pdf", "docx", "pptx", "epub", "html", "eml", "md", "txt"):
        yield Hostile(f"program.{kind}", b"\x7fELF" + random.Random(SEED).randbytes(4000))
        yield Hostile(f"empty.{kind}", b"")
    yield Hostile("page.pdf", _HTML)
    yield Hostile("book.docx", _epub())
    yield Hostile("word.epub", _docx())
    yield Hostile("slides.docx", _pptx())
    yield Hostile("pdf.txt", _pdf())
    yield Hostile("all-zeros.txt", b"\0" * 50_000)
    yield Hostile("noise.txt", random.Random(SEED).randbytes(50_000))


def _pdfs() -> Iterator[Hostile]:
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
    )
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    text = b"BT /F 10 Tf 50 700 Td (" + WORDS.encode() * 3 + b") Tj ET"
    catalog = b"<< /Type /Catalog /Pages 2 0 R >>"

    def made(name: str, *, pages: bytes = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page: bytes = page,
             content: bytes = text, filters: bytes = b"", extra: tuple[bytes, ...] = ()) -> Hostile:  # fmt: skip
        stream = b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), filters, content)
        return Hostile(f"{name}.pdf", pdf_of([catalog, pages, page, stream, font, *extra]))

    yield made("self-parent", pages=b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>")
    yield made("many-kids", pages=b"<< /Type /Pages /Kids [" + b"3 0 R " * 100_000 + b"] /Count 100000 >>")
    yield made("count-lies", pages=b"<< /Type /Pages /Kids [3 0 R] /Count 2147483647 >>")
    yield made("count-negative", pages=b"<< /Type /Pages /Kids [3 0 R] /Count -5 >>")
    yield made("deep-arrays", page=page[:-2] + b"/X " + b"[" * 100_000 + b"]" * 100_000 + b" >>")
    yield made("deep-dictionaries", page=page[:-2] + b"/X " + b"<</X " * 50_000 + b">>" * 50_000 + b" >>")
    yield made("giant-box", page=page.replace(b"600 800", b"9" * 300 + b" 1e308"))
    yield made("giant-size", content=b"BT /F " + b"9" * 200 + b" Tf (Oil) Tj ET " + text)
    yield made("giant-place", content=b"BT /F 10 Tf 1e30 -1e30 Td (" + WORDS.encode() * 9 + b") Tj ET")
    yield made("zero-size", content=b"BT /F 0 Tf 50 700 Td (" + WORDS.encode() * 9 + b") Tj ET")
    yield made("open-states", content=b"q " * 200_000 + text)
    yield made("open-strings", content=b"(" * 200_000 + text)
    yield made("flate-twice", content=zlib.compress(zlib.compress(text * 20_000, 9), 9),
               filters=b"/Filter [/FlateDecode /FlateDecode]")  # fmt: skip
    yield made("one-letter-a-time", content=b"".join(b"BT /F 10 Tf %d %d Td (a) Tj ET\n" % (n % 500, n % 700)
                                                     for n in range(60_000)))  # fmt: skip
    yield made("one-line", content=b"BT /F 10 Tf 50 700 Td (" + b"abc " * 200_000 + b") Tj ET")
    yield made("no-spaces", content=b"BT /F 10 Tf 50 700 Td (" + b"abcd" * 100_000 + b") Tj ET")
    yield made("all-on-one-spot", content=(b"BT /F 10 Tf 50 700 Td (" + WORDS.encode() + b") Tj ET\n") * 4000)
    yield made("many-rules", content=b"".join(b"%d 0 m %d 800 l S\n" % (n % 600, n % 600) for n in range(4000)) + text)
    form = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /A 6 0 R >> >> /Length 5 >>"
    yield made("form-in-itself", page=page[:-3] + b"/XObject << /A 6 0 R >> >> >>", content=b"/A Do " * 50 + text,
               extra=(form + b"\nstream\n/A Do\nendstream",))  # fmt: skip
    whole = _pdf()
    start = whole.rindex(b"startxref")
    yield Hostile("xref-loop.pdf", whole.replace(b"/Size", b"/Prev %d /Size" % whole.rindex(b"xref\n", 0, start)))
    yield Hostile("xref-far.pdf", whole[:start] + b"startxref\n99999999999999\n%%EOF")
    yield Hostile("only-objects.pdf", b"%PDF-1.7\n" + b"1 0 obj\n<<>>\nendobj\n" * 100_000)
    yield Hostile("header-only.pdf", b"%PDF-1.7" + b"\n%" * 100_000)


def _pdf_with(name: str, packed: bytes) -> Hostile:
    """A PDF of one page whose content is `packed` by Flate."""
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>"
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return Hostile(f"{name}.pdf", pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, stream]))


def pdf_of(objects: list[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1, the first being the catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def _archives(*, large: bool) -> Iterator[Hostile]:
    laughs = _laughs()
    for kind, whole, main in (
        ("docx", _docx(), "word/document.xml"),
        ("pptx", _pptx(), "ppt/slides/slide1.xml"),
        ("epub", _epub(), "text.xhtml"),
    ):
        inside = _unzipped(whole)
        deep = b"<a>" * 100_000 + b"</a>" * 100_000
        for name, content in (
            ("laughs", laughs),
            ("outside", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
            ("deep", deep),
            ("no-xml", b"Oil"),
            ("nothing", b""),
            ("half", inside[main][: len(inside[main]) // 2]),
            ("padded", inside[main] + b"\0" * 10_000),
            ("giant-number", inside[main].replace(b'"1"', b'"' + b"9" * 100_000 + b'"')),
        ):
            yield Hostile(f"{name}.{kind}", zipped({**inside, main: content}))
        yield Hostile(f"headless.{kind}", zipped({main: inside[main]}))
        yield Hostile(f"climbing.{kind}", zipped({**inside, "../../climbed.xml": b"x"}))
        yield Hostile(f"locked.{kind}", encrypted(whole))
        yield Hostile(f"nested.{kind}", zipped({**inside, "more.zip": whole}))
        yield Hostile(f"overlapping.{kind}", handmade([f"{n}.xml" for n in range(500)], b"\x03\x00", 0))
        if large:
            yield Hostile(f"crowded.{kind}", zipped({**inside, **{f"{n}.xml": b"" for n in range(6000)}}))
            yield Hostile(f"lying.{kind}", lying(b" " * 20 * MILLION, 10))
            yield Hostile(f"bomb.{kind}", bomb(514, main))


def _html() -> Iterator[Hostile]:
    n = 100_000
    rows = {
        "deep": "<div>" * n + WORDS + "</div>" * n,
        "deep-lists": "<ul><li>" * 20_000 + WORDS,
        "deep-tables": "<table><tr><td>" * 5000 + WORDS,
        "deep-inline": "<b><i>" * 50_000 + WORDS,
        "wide-table": f"<table><tr><td colspan=1000000000 rowspan=1000000000>{WORDS}</td></tr></table>",
        "many-cells": "<table>" + ("<tr>" + "<td>a</td>" * 300 + "</tr>") * 300 + "</table>",
        "unclosed": "<p <p <p " * n,
        "comment": "<!--" * n + WORDS,
        "entities": "&amp;" * n + "&#x110000;&#0;&nosuch;" * 1000,
        "scripts": f"<script>{WORDS * 1000}</script>" * 20 + WORDS,
        "attributes": "<p " + " ".join(f"a{i}=1" for i in range(n // 2)) + f">{WORDS}",
        "doctype": f'<!DOCTYPE html [<!ENTITY a "{"x" * 1000}">]>' + "&a;" * 10_000 + WORDS,
        "frames": "<iframe src=file:///etc/passwd></iframe><object data=http://127.0.0.1/></object>" + WORDS,
        "breaks": "<br>" * n + WORDS,
        "one-word": "<p>" + "x" * 2 * MILLION,
        "headings": "".join(f"<h{1 + i % 6}>{WORDS}</h{1 + i % 6}>" for i in range(5000)),
        "hidden": "<div hidden>" * 5000 + WORDS + "</div>" * 5000 + f"<p>{WORDS}",
    }
    for name, text in rows.items():
        yield Hostile(f"{name}.html", f"<html><body>{text}".encode())
    for charset in ("zlib_codec", "rot13", "utf-7", "idna", "unicode_escape", "x" * 10_000):
        yield Hostile(f"{charset[:20]}.html", f'<html><meta charset="{charset}"><p>{WORDS}</p>'.encode())


def _mail() -> Iterator[Hostile]:
    head = b"From: a@example.org\nSubject: Oil\nMIME-Version: 1.0\n"
    part = b"--b\nContent-Type: text/plain\n\n" + WORDS.encode() + b"\n"
    yield Hostile("parts.eml", head + b"Content-Type: multipart/mixed; boundary=b\n\n" + part * 10_000 + b"--b--\n")
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    yield Hostile("nested.eml", head + nested + b"Content-Type: text/plain\n\n" + WORDS.encode())
    yield Hostile("messages.eml", head + b"Content-Type: message/rfc822\n\n" * 3000 + head + b"\n" + WORDS.encode())
    yield Hostile("no-boundary.eml", head + b"Content-Type: multipart/mixed\n\n" + part * 5)
    yield Hostile("long-header.eml", head + b"X: " + b"a" * 2 * MILLION + b"\n\n" + WORDS.encode())
    yield Hostile("many-headers.eml", head + b"X: a\n" * 100_000 + b"\n" + WORDS.encode())
    yield Hostile("encoded-words.eml", b"Subject: " + b"=?utf-8?q?=41?= " * 20_000 + b"\n\n" + WORDS.encode())
    yield Hostile("addresses.eml", b"From: " + b"(((((" * 20_000 + b"a@b\n\n" + WORDS.encode())
    yield Hostile("base64.eml", head + b"Content-Transfer-Encoding: base64\n\n" + b"A=" * 100_000)
    for charset in (b"zlib", b"unicode_escape", b"nosuch", b"utf-16"):
        typed = b"Content-Type: text/plain; charset=%s\n\n" % charset
        yield Hostile(f"charset-{charset.decode()}.eml", head + typed + WORDS.encode())
    yield Hostile("html.eml", head + b"Content-Type: text/html\n\n" + b"<div>" * 100_000 + WORDS.encode())


def _texts() -> Iterator[Hostile]:
    n = 100_000
    texts = {
        "quotes": ">" * n + " oil",
        "quotes-apart": "> " * n + "oil",
        "hashes": "#" * n + " oil",
        "brackets": "[" * n + "oil" + "](" * n,
        "stars": "*" * MILLION,
        "pipes": "| a " * n + "\n" + "|---" * n + "\n" + "| b " * n,
        "rows": "| a | b |\n" * 50_000,
        "fences": "```\n" * n,
        "comments": "<!--" * n + " oil",
        "comment-ends": "<!-- a -->" * n + " oil",
        "notes": "".join(f"[^{i}]: oil\n" for i in range(20_000)) + "[^" * n,
        "items": "- " * n + "oil",
        "nested-items": "\n".join(" " * (2 * i) + "- oil" for i in range(2000)),
        "backticks": "`" * n + "oil" + "`" * (n - 1),
        "hyphens": "oil-\n" * n,
        "stops": ". " * n,
        "dots": "." * MILLION,
        "initials": "A. B. " * n,
        "numbers": "1. " * n,
        "marks": "oil¹" * n,
        "braces": "{" * n + "}" * n,
        "newlines": "\n" * MILLION + "oil",
        "spaces": " " * MILLION + "oil",
        "tabs": "oil\t" * n,
        "one-line": WORDS * 20_000,
        "right-to-left": "\u202e\u2066" * n + WORDS,
        "zero-width": "\u200b\u2060\ufeff" * n + WORDS,
        "combining": "o" + "\u0301" * n + WORDS,
        "capitals": "OIL " * n,
        "headings": "Oil of the Towers\n\n" * 50_000,
        "mixed": "\n\n".join(f"{i} Oil ¹ {WORDS}" for i in range(20_000)),
        "emoji": "👩‍👩‍👧‍👦" * 50_000 + WORDS,
    }
    for name, text in texts.items():
        yield Hostile(f"{name}.md", text.encode())
        yield Hostile(f"{name}.txt", text.encode())
    yield Hostile("lone-surrogates.txt", WORDS.encode() + b"\xed\xa0\x80" * 500)
    yield Hostile("half-pair.txt", b"\xff\xfe" + ("Oil. " * 100).encode("utf-16-le") + b"\x00\xd8")
    yield Hostile("wide.txt", b"\xff\xfe\x00\x00" + b"\xff\xff\xff\xff" * 1000)
    yield Hostile("odd.txt", b"\xfe\xff" + b"\x00O\x00i\x00l" * 100 + b"\x00")


def _yaml() -> Iterator[Hostile]:
    laughs = "a0: &a0 [oil, oil]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12))
    for name, text in {
        "laughs": laughs + "title: *a11\n",
        "laughs-merged": "a: &a {x: 1}\n" + "b: &b {<<: [" + "*a, " * 20_000 + "*a]}\ntitle: Oil\n",
        "recursive": "title: &a [*a]\n",
        "deep": "title: " + "[" * DEEP + "]" * DEEP + "\n",
        "deep-maps": "".join(" " * i + "a:\n" for i in range(2000)),
        "python": 'title: !!python/object/apply:os.system ["true"]\n',
        "giant-number": "title: " + "9" * 100_000 + "\npublished: 0x" + "f" * 100_000 + "\n",
        "sexagesimal": "published: " + ":".join(["59"] * 20_000) + "\n",
        "date": "published: 2024-99-99\n",
        "binary": "title: !!binary " + "A" * 100_000 + "\n",
        "keys": "".join(f"k{i}: v\n" for i in range(20_000)),
        "key-of-keys": "? {? {a: b} : c}\n: d\n",
        "alias": "title: *nobody\n",
        "directive": "%YAML 99.9\n---\ntitle: Oil\n",
        "long": "title: " + "oil " * DEEP + "\n",
        "list": "- title\n- publisher\n",
        "tabs": "\ttitle: Oil\n",
        "no-text": "title: \x00\x01\x02\n",
    }.items():
        yield Hostile(f"front-{name}.md", f"---\n{text}---\n\n{WORDS}".encode())
        yield Hostile(f"beside-{name}.txt", WORDS.encode(), text.encode())


def _large() -> Iterator[Hostile]:
    yield _pdf_with("flate-bomb", zlib.compress(b" " * (300 * MILLION), 1))
    yield Hostile("one-line-of-50-MB.txt", b"oil and wicks " * (49 * 1024 * 1024 // 14))
    yield Hostile("one-word-of-50-MB.txt", b"x" * (49 * 1024 * 1024))
    yield Hostile("over-50-MB.txt", b"oil and wicks " * (51 * 1024 * 1024 // 14))
    yield Hostile("4-million-characters.txt", (WORDS * 10 + "\n\n").encode() * 6800)
    yield Hostile("4-million-in-a-line.md", (WORDS * 68_000).encode())
    yield Hostile("lines-of-20-MB.html", b"<p>oil</p>\n" * (20 * MILLION // 11))
    yield Hostile("mail-of-20-MB.eml", b"Subject: Oil\n\n" + WORDS.encode() * (20 * MILLION // len(WORDS)))
    yield Hostile("pages.pdf", _many_pages(1300))


@cache
def _pdf() -> bytes:
    rows = [["Step", "Owner"], ["Assess", "Legal adviser"], ["Train", "Commander"]]
    return drawn(lambda canvas: two_columns(canvas, 1) and None, ruled(rows, 60, 700))


def _many_pages(count: int) -> bytes:
    return make_pdf([("BodyText", WORDS * 70)] * count)


@cache
def _docx() -> bytes:
    import docx

    document = docx.Document()
    document.add_heading("Oil", 1)
    document.add_paragraph(WORDS * 3)
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text = "Step"
    return _saved(document)


@cache
def _pptx() -> bytes:
    import pptx

    slides = pptx.Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[1])
    slide.shapes.title.text = "Oil"
    slide.placeholders[1].text = WORDS
    return _saved(slides)


@cache
def _epub() -> bytes:
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata/><manifest>'
        '<item id="t" href="text.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="t"/></spine></package>'
    )
    container = (
        '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    return zipped(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": container.encode(),
            "book.opf": opf.encode(),
            "text.xhtml": _XHTML,
        }
    )


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def _unzipped(data: bytes) -> dict[str, bytes]:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _laughs() -> bytes:
    lines = ['<!ENTITY l0 "oil">'] + [f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12)]
    return ("<?xml version='1.0'?><!DOCTYPE a [" + "".join(lines) + "]><a>&l11;</a>").encode()


_HTML = f"<!doctype html><html><title>Oil</title><body><h1>Oil</h1><p>{WORDS * 3}</p></body></html>".encode()
_XHTML = f'<html xmlns="http://www.w3.org/1999/xhtml"><body><p id="1">{WORDS}</p></body></html>'.encode()
_EML = f"From: a@example.org\nSubject: Oil\nContent-Type: text/plain\n\n{WORDS * 5}\n".encode()
