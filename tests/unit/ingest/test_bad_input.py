"""Each kind of file that cannot be taken in, or only in part, with what its owner is told."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from ingest.errors import Rejected
from ingest.readers import files
from ingest.readers.reading import read
from tests.unit.ingest.archives import bomb
from tests.unit.ingest.conftest import make_pdf
from tests.unit.ingest.drawn import SENTENCES, drawn, wrapped

Write = Callable[[str, str | bytes], Path]

TEXT = " ".join(SENTENCES[:6])
STORY = [("BodyText", TEXT)]


def scan() -> bytes:
    return drawn(*[lambda canvas: canvas.rect(50, 50, 400, 600, fill=1)] * 5)


@pytest.mark.parametrize(
    ("name", "data", "reason", "hint"),
    [
        (
            "locked.pdf",
            make_pdf(STORY, encrypt=StandardEncryption("secret")),
            "encrypted",
            "It needs a password; save a copy without one.",
        ),
        ("scan.pdf", scan(), "no text", "It looks scanned: run text recognition (OCR) on it first."),
        (
            "cut.pdf",
            make_pdf(STORY)[:400],
            "corrupt",
            "The PDF is damaged or cut short; fetch it again from where it came.",
        ),
        (
            "page.pdf",
            b"<!doctype html><p>Oil",
            "type mismatch",
            "It is named .pdf but is HTML; rename it to what it is.",
        ),
        ("empty.pdf", b"", "empty", "The file has no bytes; copy it again from where it came."),
        (
            "bomb.docx",
            bomb(40),
            "zip bomb",
            "It unpacks to far more than a document holds; save it anew from the program that made it.",
        ),
        (
            "program.txt",
            b"oil \x00\x01\x02\x03" * 100,
            "control characters",
            "It does not look like text; save it as UTF-8 text or as PDF.",
        ),
    ],
)
def test_a_bad_file_is_rejected_with_its_reason_and_the_way_out(
    write: Write, name: str, data: bytes, reason: str, hint: str
) -> None:
    with pytest.raises(Rejected) as caught:
        read(write(name, data))

    assert (caught.value.reason, caught.value.hint) == (reason, hint)


def test_an_owner_password_alone_keeps_nobody_from_reading(write: Write) -> None:
    locked = StandardEncryption("", ownerPassword="owner", canPrint=0, canCopy=0)

    reading = read(write("a.pdf", make_pdf(STORY, encrypt=locked)))
    assert SENTENCES[0].split()[1] in reading.blocks[0].text
    assert reading.warnings == ("restricted by an owner password; read as every viewer shows it",)


def pages(count: int) -> bytes:
    lines = wrapped(TEXT, 480)

    def draw(canvas: object) -> None:
        for n, line in enumerate(lines[:2]):
            canvas.drawString(50, 700 - 12 * n, line)  # type: ignore[attr-defined]

    return drawn(*[draw] * count)


def test_five_hundred_pages_are_read_whole_and_what_is_longer_in_part(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pages(500)
    whole = read(write("a.pdf", data))
    monkeypatch.setattr("ingest.readers.pdf.MAX_PAGES", 20)
    part = read(write("b.pdf", data))

    assert (max(block.page or 0 for block in whole.blocks), whole.warnings) == (500, ())
    assert max(block.page or 0 for block in part.blocks) == 20
    assert part.warnings == ("only the first 20 of its 500 pages were read; split it into parts",)


def test_more_characters_than_a_document_may_have_are_read_in_part(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.readers.pdf.MAX_CHARACTERS", 300)

    assert read(write("a.pdf", pages(9))).warnings == (
        "only the first 2 of its 9 pages were read; split it into parts",
    )


def test_a_file_that_keeps_changing_waits_for_the_next_time(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.txt", "Oil is dear.")
    looks: list[os.stat_result] = []

    def look(descriptor: int) -> os.stat_result:
        path.write_text("Oil is dear. " * (2 + len(looks)))
        looks.append(os.stat(descriptor))
        return looks[-1]

    monkeypatch.setattr(files.os, "fstat", look)
    with pytest.raises(Rejected) as caught:
        read(path)

    assert (caught.value.reason, len(looks)) == ("changed while read", 6)
    assert caught.value.hint == "Wait until nothing writes to it, then ingest again."


def test_front_matter_with_a_number_nobody_can_read_is_turned_down(write: Write) -> None:
    with pytest.raises(Rejected, match="metadata unreadable"):
        read(write("a.md", f"---\ntitle: {'9' * 6000}\n---\n\n{TEXT}"))


@pytest.mark.parametrize("number", ["0x" + "f" * 6000, ":".join(["59"] * 6000)])
def test_a_number_of_thousands_of_digits_is_no_title(write: Write, number: str) -> None:
    assert "title" not in read(write("a.md", f"---\ntitle: {number}\n---\n\n{TEXT}")).metadata
