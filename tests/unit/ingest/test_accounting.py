"""Every character of a source is body, note, heading, or dropped with a reason: in each format, and in real files."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.blocks import Reading
from ingest.errors import Rejected
from ingest.evaluation import paragraph_reader
from ingest.readers.encodings import decode
from ingest.readers.html import read_html
from ingest.readers.web.tree import parse_html
from ingest.structure import Structure, structure
from retrieval.text.wording import normal
from tests.unit.ingest.conftest import ARTICLE
from tests.unit.ingest.samples import FORMATS, Part, documents, words_of

KINDS = {"txt": "text", "md": "markdown"}
GUESSED = {"txt", "eml"}  # these mark no headings and hide nothing


def reader(extension: str) -> Callable[[bytes], Reading]:
    kind = KINDS.get(extension, extension)
    found: Callable[[bytes], Reading] = getattr(import_module(f"ingest.readers.{kind}"), f"read_{kind}")
    return found


def span_texts(parts: Structure) -> list[str]:
    return [span.text for unit in parts.units for sentence in unit.sentences for span in sentence.spans]


@pytest.mark.parametrize("extension", FORMATS)
@settings(max_examples=12, deadline=None)
@given(document=documents())
def test_every_word_of_a_document_is_kept_in_its_place_or_dropped_with_a_reason(
    extension: str, document: list[Part]
) -> None:
    parts = structure(reader(extension)(FORMATS[extension](document)))

    body, headings = Counter(words_of(span_texts(parts))), Counter(words_of(parts.headings))
    dropped = Counter(words_of([item.text for item in parts.dropped]))
    tables = {word for part in document if part.kind == "table" for word in part.flat}
    assert all(item.reason for item in parts.dropped)
    for part in document:
        for word in part.flat:
            found = body[word] + headings[word] + dropped[word]
            assert found == 1 or (found > 1 and word in tables), (part.kind, word, found)
            if extension not in GUESSED:
                place = {"heading": headings, "junk": dropped}.get(part.kind, body)
                assert place[word], (part.kind, word)


def test_what_is_left_out_of_a_chapter_without_text_is_told() -> None:
    document = [Part("heading", (("one",),)), Part("text", (("two",),)), Part("junk", (("three",),))]
    reading = reader("epub")(FORMATS["epub"]([*document, Part("junk", (("four",),))]))
    assert [(item.text.strip(), item.reason) for item in reading.dropped] == [
        ("three", "script"),
        ("four", "navigation"),
    ]


@pytest.mark.parametrize("extension", sorted(set(FORMATS) - GUESSED))
@settings(max_examples=8, deadline=None)
@given(document=documents())
def test_each_row_is_quotable_with_its_headers_and_in_order(extension: str, document: list[Part]) -> None:
    parts = structure(reader(extension)(FORMATS[extension](document)))
    quotes = [tuple(s.text for s in sentence.spans) for unit in parts.units for sentence in unit.sentences]

    for table in (part for part in document if part.kind == "table"):
        header, *rows = table.words
        for row in rows:
            assert tuple(word for pair in zip(header, row, strict=True) for word in pair) in quotes


@pytest.mark.parametrize("extension", FORMATS)
def test_every_quoted_span_is_verbatim_in_the_paragraph_it_names(extension: str, tmp_path: Path) -> None:
    kinds = ("heading", "text", "table", "list", "junk", "heading", "text", "table")
    rows = ((("a", "b"), ("c", "d"), ("e", "f")) for _ in kinds)
    document = [Part(kind, tuple(row)) for kind, row in zip(kinds, rows, strict=True)]
    (tmp_path / f"doc.{extension}").write_bytes(FORMATS[extension](document))
    paragraph = paragraph_reader(tmp_path)

    parts = structure(reader(extension)(FORMATS[extension](document)))
    spans = [span for unit in parts.units for sentence in unit.sentences for span in sentence.spans]
    named = [span for span in spans if span.paragraph is not None]
    assert [
        s for s in named if normal(s.text) not in normal(paragraph(f"doc.{extension}", s.paragraph or 0) or "")
    ] == []
    assert bool(named) is (extension != "pptx")


PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<b>", "</b>", "<br>", "<br/><br/>", "<h1>", "</h1>", "<ul><li>", "</li></ul>", "<li>",
        "<table>", "<tr>", "<td>", "<th>", "</td></tr></table>", "<div hidden>", "<nav>", "</nav>", "<main>",
        "</main>", "<article>", "<script>", "</script>", "<!-- ", " -->", "<aside>", "</aside>", "<footer>",
        "</footer>", "<header>", "</header>", "<sup>", "</sup>", "<a href='#f1'>", "</a>", "<form>", "</form>",
        "<pre>", "</pre>", "</div>", "<section>", "<div class='footnotes'>", "<div id='cookie-bar'>", "one two",
        "three. Four", " ", "\n", "&amp;lt;", "&nbsp;", "12", "Ü — “q”", "x²", "<style>", "</style>",
        "<title>t</title>", "<body>", "<td colspan=2 rowspan=2>", "<caption>", "</caption>", "<blockquote>",
        "<dl><dt>", "<dd>", "<figcaption>", "<details>", "<svg>", "</svg>", "<del>", "</del>",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=30).map("".join))
def test_no_character_of_a_page_is_lost_however_broken_its_markup(page: str) -> None:
    try:
        reading = read_html(page.encode())
    except Rejected as rejected:
        assert rejected.reason == "empty"
        return

    # Superscripts are digits set high: as such they are the same characters.
    tree = [text for element in parse_html(page).iter() for text in (element.text, element.tail) if text]
    there = characters(tree)
    found = characters([block.text for block in reading.blocks] + [item.text for item in reading.dropped])
    spread = "rowspan" in page or "colspan" in page
    assert (found >= there) if spread else (found == there)


def real_files() -> list[Path]:
    """The text files of the folder that EVAL names."""
    folder = os.environ.get("EVAL")
    found = sorted(Path(folder).rglob("*")) if folder else []
    return [path for path in found if path.suffix in (".txt", ".md")]


@pytest.mark.parametrize("path", [None, *real_files()], ids=lambda path: path.name if path else "look-alike")
def test_no_character_of_an_article_is_lost(path: Path | None) -> None:
    data = path.read_bytes() if path else ARTICLE.encode()
    reading = reader(path.suffix[1:] if path else "txt")(data)
    parts = structure(reading)

    kept = [*span_texts(parts), *parts.headings, *(item.text for item in parts.dropped)]
    assert characters([decode(data)]) == characters(kept)
    assert all(item.reason for item in parts.dropped)


def characters(texts: list[str]) -> Counter[str]:
    return Counter(c for text in texts for c in unicodedata.normalize("NFKC", text) if not c.isspace())
