from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.blocks import Block, Dropped
from ingest.child_server import Limits
from ingest.children import ReadingPool
from ingest.errors import Rejected
from ingest.parts import read_parts
from ingest.readers.beside import fingerprint
from ingest.readers.encodings import decode
from ingest.readers.markdown import read_markdown
from ingest.readers.reading import read
from ingest.readers.text import read_text
from ingest.structure import structure
from tests.unit.ingest.samples import FORMATS, Part

Write = Callable[[str, str | bytes], Path]

SENTENCE = "Größe, “quoted” – naïve café: 5 €."


def rejection(path: Path) -> tuple[str, str]:
    with pytest.raises(Rejected) as caught:
        read(path)
    return caught.value.reason, caught.value.hint


@pytest.mark.parametrize(
    "data",
    [
        SENTENCE.encode(),
        SENTENCE.encode("utf-8-sig"),
        SENTENCE.encode("utf-16"),
        SENTENCE.encode("utf-16-le"),
        SENTENCE.encode("utf-16-be"),
        b"\xfe\xff" + SENTENCE.encode("utf-16-be"),
        SENTENCE.encode("utf-32"),
        SENTENCE.encode("cp1252"),
    ],
)
def test_the_encoding_is_found_without_being_told(data: bytes) -> None:
    assert decode(data) == SENTENCE


def test_a_few_stray_control_characters_are_tolerated_and_many_are_not() -> None:
    assert decode(b"x" * 200 + b"\x07") == "x" * 200 + "\x07"
    with pytest.raises(Rejected, match="control characters"):
        decode(b"x" * 50 + b"\x07")


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_rejected(data: bytes) -> None:
    for reader in (read_text, read_markdown):
        try:
            assert reader(data).blocks
        except Rejected as rejected:
            assert rejected.reason in ("control characters", "empty")


def test_paragraphs_count_from_one_between_blank_or_white_space_only_lines() -> None:
    reading = read_text(b"\r\n \r\nFirst\r\nline two\r\n\t\r\n\r\nSecond\n\xc2\xa0\nThird")

    assert reading.blocks == (Block("First\nline two", 1), Block("Second", 2), Block("Third", 3))


def test_front_matter_is_metadata_and_not_counted() -> None:
    reading = read_text(b"---\ntitle: The Oil Rules\ndate: 2016-07-09\nedition: 2\ntags: [a, b]\n---\n\nFirst.")

    assert reading.metadata == {"title": "The Oil Rules", "published": "2016-07-09", "edition": "2"}
    assert reading.blocks == (Block("First.", 1),)
    assert [item.reason for item in reading.dropped] == ["front matter"]


@pytest.mark.parametrize(
    "text", ["---\nnot: [closed\n---\nText.", "---\njust words\n---\nText.", "---\nNo end.", "--- \n"]
)
def test_a_fence_without_a_mapping_is_text(text: str) -> None:
    reading = read_text(text.encode())

    assert (dict(reading.metadata), reading.dropped) == ({}, ())


def test_a_document_that_says_nothing_of_itself_has_no_metadata(write: Write) -> None:
    assert read(write("Great Title 2016.txt", "A Great Title\n\nBy Somebody, 2016. It is about oil.")).metadata == {}


def test_addresses_that_are_no_web_addresses_and_unknown_kinds_are_left_out() -> None:
    reading = read_text(b"---\nurl: 'javascript:alert(1)'\nkind: oracle\nstatus: in force\n---\nText.")

    assert reading.metadata == {"status": "in force"}


def test_markdown_tells_headings_lists_tables_code_and_comments_apart() -> None:
    text = """\
# Oil #
Right below.

Setext heading
--------------

1. one
2. two
   more

```
# no heading
```

| a | b |
|---|---|
| 1 | 2 |

<!-- not

shown --> shown

***

> quoted
"""
    reading = read_markdown(text.encode())

    assert reading.blocks == (
        Block("Oil", 1, kind="heading", level=1),
        Block("Right below.", 1),
        Block("Setext heading", 2, kind="heading", level=2),
        Block("1. one\n2. two\n   more", 3, kind="list"),
        Block("# no heading", 4, kind="code"),
        Block("a\tb\n1\t2", 5, kind="table", level=1),
        Block(" shown", 7),
        Block("quoted", 9),
    )
    assert reading.marked
    assert Dropped("***", "markup") in reading.dropped


@pytest.mark.parametrize(
    ("text", "read", "struck"),
    [
        ("The fee is ~~30 crowns~~ 20 crowns.", "The fee is 20 crowns.", ["~~30 crowns~~"]),
        ("- ~~a~~ b ~~c\n d~~ e", "b e", ["~~a~~", "~~c\n d~~"]),
        ("The <del>old</del> fee <S>is</S> due.", "The fee due.", ["<del>old</del>", "<S>is</S>"]),
        ("Type `~~x~~` and ``<del>`` here.", "Type `~~x~~` and ``<del>`` here.", []),
        ("About ~~ 30 crowns, a <del> tag, <s>one</del>.", "About ~~ 30 crowns, a .", ["<del> tag, <s>one</del>"]),
        ("```\n~~kept~~\n```", "~~kept~~", []),
        ("~~~\n~~kept~~\n~~~", "~~kept~~", []),
        ("Set 5~~10 metres and 7~~12 metres.", "Set 5~~10 metres and 7~~12 metres.", []),
        ("From 1.5~~2 to 3~~.5 m, not ~~4~~ 5 m.", "From 1.5~~2 to 3~~.5 m, not 5 m.", ["~~4~~"]),
        ("Pay 1,~~2~~000 crowns.", "Pay 1,~~2~~000 crowns.", []),
        ("Pay 1<del>0</del>5 crowns.", "Pay 1 5 crowns.", ["<del>0</del>"]),
        ("Pay 1<s>2</s><s>3</s>,<s>4</s>5.", "Pay 1, 5.", ["<s>2</s>", "<s>3</s>", "<s>4</s>"]),
        ("Pay ~~10~~5 of 8~~0~~ crowns; wa~~it~~rn.", "Pay 5 of 8 crowns; warn.", ["~~10~~", "~~0~~", "~~it~~"]),
        ("`open ~~gone~~ here", "`open here", ["~~gone~~"]),
    ],
)  # fmt: skip
def test_what_markdown_strikes_through_is_no_text(text: str, read: str, struck: list[str]) -> None:
    reading = read_markdown(f"Seen.\n\n{text}\n".encode())
    units = structure(reading).units[1:]

    assert " ".join(sentence.text for unit in units for sentence in unit.sentences) == read
    assert [item.text for item in reading.dropped if item.reason == "deleted"] == struck


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Lamp fees\n\nThe fee is 20 crowns.", "Lamp fees"),
        ("Lamp fees\n=========\n\nThe fee is 20 crowns.", "Lamp fees"),
        ("---\ntitle: Fees of 2026\n---\n# Lamp fees\n\nThe fee is 20 crowns.", "Fees of 2026"),
        ("# Lamp fees\n\nThe fee is 20 crowns.\n\n# Oil\n\nOil is dear.", None),
        ("## Lamp fees\n\nThe fee is 20 crowns.", None),
        ("The fee is 20 crowns.\n\n# Oil\n\nOil is dear.", None),
        ("# Untitled\n\nThe fee is 20 crowns.", None),
        ("# (anonymous)\n\nThe fee is 20 crowns.", None),
    ],
)
def test_the_one_heading_above_all_others_is_the_title_of_markdown(text: str, title: str | None) -> None:
    assert read_markdown(text.encode()).metadata.get("title") == title


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Caveat\n: A limit a State sets.\n: A reservation,\n  in older texts.",
            ["Caveat: A limit a State sets.", "Caveat: A reservation, in older texts."],
        ),
        ("Caveat\nReservation\n:   A limit.\nPost\n: A place.", ["Caveat – Reservation: A limit.", "Post: A place."]),
        ("Caveat\n: A limit.\nand more", ["Caveat : A limit. and more"]),
        ("- Caveat\n: A limit.", ["Caveat : A limit."]),
        ("Note this : A limit.", ["Note this : A limit."]),
        ("Caveat\n---\n: A limit.", [": A limit."]),
    ],
)
def test_a_definition_of_markdown_is_read_with_its_term(text: str, said: list[str]) -> None:
    parts = structure(read_markdown(text.encode()))
    assert [sentence.text for unit in parts.units for sentence in unit.sentences] == said


def test_markdown_tables_need_no_pipes_at_their_edges() -> None:
    text = b"Who | What\\|why\n:-- | ---\nPolice | Report\nGuild |\n\nneither | nor\nis one"
    reading = read_markdown(text)

    assert reading.blocks == (
        Block("Who\tWhat\\|why\nPolice\tReport\nGuild", 1, kind="table", level=1),
        Block("neither | nor\nis one", 2),
    )
    assert [item.text for item in reading.dropped] == ["|", ":-- | ---", "|", "|"]


def test_markdown_counts_the_same_paragraphs_as_text() -> None:
    text = b"# A\n\nOne.\n\n- x\n\n- y\n\nLast."

    assert {b.paragraph for b in read_markdown(text).blocks} == {b.paragraph for b in read_text(text).blocks}


@pytest.mark.parametrize("name", ["doc.txt.meta.yaml", "doc.meta.yaml"])
def test_the_file_beside_it_gives_metadata_and_counts_towards_the_hash(write: Write, name: str) -> None:
    path = write("doc.txt", "---\ntitle: Old\nstatus: draft\n---\nText.")
    before = fingerprint(path)
    write(name, "title: New\nauthority: policy\nbinds: the council\n")

    reading = read(path)
    assert reading.metadata == {"title": "New", "status": "draft", "authority": "policy", "binds": "the council"}
    assert reading.content_hash == fingerprint(path) != before


def test_metadata_that_cannot_be_read_rejects_the_document(write: Write) -> None:
    path = write("doc.txt", "Text.")
    write("doc.meta.yaml", "title: [open")

    assert rejection(path) == (
        "metadata unreadable",
        f"{path.parent.name}/doc.meta.yaml: It must be lines of `name: value`, each name once; mend or remove it.",
    )


@pytest.mark.parametrize(
    ("name", "data", "reason", "hint"),
    [
        ("a.txt", b"", "empty", "The file has no bytes; copy it again from where it came."),
        ("a.txt", b" \n\n\t", "empty", "It holds no text; copy it again from where it came."),
        ("a.md", b"***\n", "empty", "It holds no text; copy it again from where it came."),
        ("a.pdf", b"", "empty", "The file has no bytes; copy it again from where it came."),
        (
            "a.pdf",
            b"<!DOCTYPE html><html>",
            "type mismatch",
            "It is named .pdf but is HTML; rename it to what it is.",
        ),
        ("a.pdf", b"plain words", "type mismatch", "It is named .pdf but is plain text; rename it to what it is."),
        (
            "a.pdf",
            b"PK\x03\x04....",
            "type mismatch",
            "It is named .pdf but is zip or Office; rename it to what it is.",
        ),
        ("a.pdf", bytes(range(256)), "corrupt", "It does not begin like a PDF; fetch it again from where it came."),
        ("a.txt", b"%PDF-1.7\n", "type mismatch", "It is named as text but is PDF; rename it to what it is."),
        (
            "a.md",
            b"\x89PNG\r\n\x1a\n",
            "type mismatch",
            "It is named as text but is PNG image; rename it to what it is.",
        ),
        ("a.txt", b"\n <html><p>x", "type mismatch", "It is named as text but is HTML; rename it to what it is."),
        (
            "a.doc",
            b"\xd0\xcf\x11\xe0",
            "unsupported type",
            "Save it as PDF, .docx, .pptx, .xlsx, .csv, .html, .epub, .eml, .md or plain text (.txt).",
        ),
        (
            "a.docx",
            b"PK\x03\x04",
            "corrupt",
            "The archive in it is damaged or cut short; fetch it again from where it came.",
        ),
        ("a.docx", b"words", "type mismatch", "It is named .docx but is plain text; rename it to what it is."),
        (
            "a.pptx",
            b"\xd0\xcf\x11\xe0..",
            "type mismatch",
            "It is named .pptx but is old Office; rename it to what it is.",
        ),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0.." + "EncryptedPackage".encode("utf-16-le"),
            "encrypted",
            "It needs a password; save a copy without one.",
        ),
        (
            "a.epub",
            bytes(range(256)),
            "corrupt",
            "It does not begin like a .epub file; fetch it again from where it came.",
        ),
        ("a.html", b"%PDF-1.7\n", "type mismatch", "It is named .html but is PDF; rename it to what it is."),
        ("a.html", b"<html><script>x</script>", "empty", "It holds no text; copy it again from where it came."),
        ("a.eml", b"no headers here", "corrupt", "It does not begin with the headers of a mail; save it anew as .eml."),
        (
            "a.txt",
            bytes(range(1, 32)) * 9,
            "control characters",
            "It does not look like text; save it as UTF-8 text or as PDF.",
        ),
    ],
)
def test_what_cannot_be_read_is_rejected_with_the_way_out(
    write: Write, name: str, data: bytes, reason: str, hint: str
) -> None:
    assert rejection(write(name, data)) == (reason, hint)


def test_a_file_above_the_limit_is_rejected_before_it_is_read(write: Write) -> None:
    path = write("a.txt", "x")
    os.truncate(path, 51 * 1024 * 1024)

    assert rejection(path) == ("too large", "The limit is 50 MB a file; split it into parts.")


def test_a_file_that_is_being_written_is_left_for_the_next_run(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.txt", "Text.")
    fstat = os.fstat

    def growing(descriptor: int) -> os.stat_result:
        found = fstat(descriptor)
        with path.open("a") as file:
            file.write("more")
        return found

    monkeypatch.setattr(os, "fstat", growing)
    assert rejection(path) == ("changed while read", "Wait until nothing writes to it, then ingest again.")


def test_pipes_and_links_are_rejected_without_waiting(write: Write) -> None:
    folder = write("real.txt", "Text.").parent
    os.mkfifo(folder / "pipe.txt")
    (folder / "link.txt").symlink_to("/etc/hostname")

    assert rejection(folder / "pipe.txt")[0] == "not a regular file"
    assert rejection(folder / "link.txt") == ("symbolic link", "Links are not followed; name the file it points to.")
    assert rejection(folder / "gone.txt") == ("not readable", "The system says: No such file or directory.")


def test_a_page_that_memory_is_too_short_for_is_not_said_to_be_empty(write: Write) -> None:
    path = write("long.html", "<p>oil</p>" * 200_000)

    with ReadingPool(1, Limits(memory_bytes=40 << 20)) as pool, pytest.raises(Rejected) as caught:
        pool.read(path).result()
    assert caught.value.reason == "out of memory"


def test_a_limited_child_reads_every_format_as_we_do(write: Write) -> None:
    document = [Part("heading", (("duties",),)), Part("text", (("keepers", "light", "lamps"),))]
    paths = [write(f"doc.{extension}", make(document)) for extension, make in FORMATS.items()]

    with ReadingPool(size=1) as pool:
        assert list(pool.read_all(paths)) == [(path, read_parts(path)) for path in paths]
