from __future__ import annotations

import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import Rejected
from ingest.readers.archives import check_archive
from tests.unit.ingest.archives import bomb, encrypted, handmade, lying, zipped

BOMB = ("zip bomb", "It unpacks to far more than a document holds; save it anew from the program that made it.")
DAMAGED = ("corrupt", "The archive in it is damaged or cut short; fetch it again from where it came.")
UNSAFE = ("unsafe names", "A file inside it is named to land elsewhere; save it anew in a trusted program.")
PLAIN = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w>" + b"Oil. " * 2000, "docProps/": b""})


def rejection(data: bytes) -> tuple[str, str]:
    with pytest.raises(Rejected) as caught:
        check_archive(data)
    return caught.value.reason, caught.value.hint


def test_an_ordinary_document_passes() -> None:
    check_archive(PLAIN)
    check_archive(zipped({"mimetype": b"application/epub+zip"}, zipfile.ZIP_STORED))
    check_archive(zipped({"ppt/embeddings/Microsoft_Excel_Sheet1.xlsx": PLAIN, "ppt/slides/slide1.xml": b"<p/>"}))
    check_archive(zipped({"word/document.xml": b" " * 2_000_000}))  # repetitive, and small


@pytest.mark.parametrize("megabytes", [50, 220])
def test_a_bomb_is_refused_before_it_goes_off(megabytes: int) -> None:
    data = bomb(megabytes)
    started = time.process_time()

    assert rejection(data) == BOMB
    assert time.process_time() - started < 0.1


def test_what_unpacks_is_counted_and_not_what_is_declared() -> None:
    assert rejection(lying(b" " * 50_000_000, 1000)) == BOMB
    assert rejection(lying(b"Oil. " * 1000, 1000)) == DAMAGED


def test_entries_that_share_their_bytes_are_a_bomb() -> None:
    assert rejection(handmade([f"word/{n}.xml" for n in range(200)], b"\x03\x00", 0)) == BOMB


def test_each_way_to_be_wrong_has_its_reason() -> None:
    assert rejection(encrypted(PLAIN)) == ("encrypted", "It needs a password; save a copy without one.")
    assert rejection(zipped({"a/b.xml": b"", "inner.zip": PLAIN})) == (
        "nested archive",
        "There is an archive inside it; unpack that and ingest its documents.",
    )
    assert rejection(zipped({f"{n}.xml": b"" for n in range(5001)})) == (
        "too many entries",
        "The limit is 5,000 files in one document; save it anew.",
    )
    assert rejection(zipped({"word/document.xml": b"Oil."}, zipfile.ZIP_BZIP2)) == (
        "corrupt",
        "It is packed in a way documents are not; save it anew from the program that made it.",
    )
    assert rejection(b"PK\x03\x04 and no more") == DAMAGED
    assert rejection(PLAIN[:-40]) == DAMAGED


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", "..\\x", "C:/x", "\\\\host\\x"])
def test_a_name_that_leads_out_of_the_folder_is_refused(name: str) -> None:
    assert rejection(zipped({name: b"x"})) == UNSAFE


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(PLAIN)), st.integers(0, 60), st.binary(max_size=20))
def test_a_damaged_archive_passes_or_is_rejected_and_nothing_else(start: int, length: int, junk: bytes) -> None:
    try:
        check_archive(PLAIN[:start] + junk + PLAIN[start + length :])
    except Rejected as rejected:
        assert rejected.hint
