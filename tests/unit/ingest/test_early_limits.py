"""What would keep a reader busy for minutes is refused by its count or size, before it is parsed, with a way out."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import Rejected
from ingest.parts import read_parts
from tests.support.hostile import crowded_files

SECONDS = 5.0
TAG = ("too many attributes", "A tag in it has over 1,000; save the text from a browser anew.")
TAGS = ("too many parts", "It has over 600,000 tags; split it into parts.")
PIECES = ("too many parts", "It falls into over 300,000 pieces of text; split it into parts.")
CHAPTERS = ("too many chapters", "The limit is 5,000 in one book; split it into parts.")
DEEP = ("nested too deeply", "Its markup is nested beyond reason; save the text from a browser anew.")
HEADERS = ("headers too long", "Its headers have over 64 KB; save its text.")
MATTER = ("metadata unreadable", "Its front matter has over 64 KB; keep to lines of `name: value`.")
REFUSED = {
    "attributes.html": TAG,
    "attributes-valued.html": TAG,
    "attributes.xhtml": TAG,
    "attributes.epub": TAG,
    "package-attributes.epub": TAG,
    "spine.epub": CHAPTERS,
    "cells.html": TAGS,
    "spans.html": PIECES,
    "sections.html": DEEP,
    "cells.md": PIECES,
    "headings.md": PIECES,
    "paragraphs.txt": PIECES,
    "addresses.eml": HEADERS,
    "encoded-words.eml": HEADERS,
    "front-matter.md": MATTER,
}
FILES = {file.name: file for file in crowded_files()}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_too_much_is_refused_early(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name].data)
    started = time.process_time()
    with pytest.raises(Rejected) as caught:
        read_parts(path)

    assert (caught.value.reason, caught.value.hint) == REFUSED[name]
    assert time.process_time() - started < SECONDS


def test_metadata_of_megabytes_is_refused_by_its_size(write: Callable[[str, str | bytes], Path]) -> None:
    path = write("d/a.txt", "Oil is dear.")
    write("d/a.meta.yaml", "title: Oil\n" + "# oil and wicks\n" * 2_500_000)
    started = time.process_time()
    with pytest.raises(Rejected) as caught:
        read_parts(path)

    assert caught.value.hint == (
        "d/a.meta.yaml cannot be read (too large); put a plain file of at most 64 KB there, or remove it."
    )
    assert time.process_time() - started < SECONDS


def test_every_crowded_file_has_its_refusal() -> None:
    assert FILES.keys() == REFUSED.keys()


def test_a_tag_with_a_long_value_is_no_crowd(tmp_path: Path) -> None:
    path = tmp_path / "drawing.html"
    path.write_text(f"<p style='{'a: b; ' * 5000}' data-path=\"{'L 1 2 ' * 5000}\">Oil is dear.</p>")
    assert [sentence.text for unit in read_parts(path).units for sentence in unit.sentences] == ["Oil is dear."]
