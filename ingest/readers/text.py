"""Plain text: paragraphs are the blocks between blank lines, counted from 1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ingest.blocks import Block, Dropped, Kind, Reading
from ingest.errors import MAX_PIECES, Rejected, too_many_parts
from ingest.marks import ITEM, PARENTHESISED
from ingest.readers.encodings import decode
from ingest.readers.front_matter import front_matter, unread_audience

MAX_CHARACTERS = 5_000_000
BLANK_LINES = re.compile(r"\S[^\S\n]*\n(?=[^\S\n]*\n)")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def read_text(data: bytes) -> Reading:
    """The paragraphs of a text file. Raises Rejected when it is not text, or holds none."""
    metadata, matter, rest = opened(data)
    blocks = tuple(Block(text, number, None, kind_of(text)) for number, text in paragraphs(rest))
    if not blocks:
        raise no_text()
    return Reading(blocks, metadata, dropped_matter(matter), warnings=doubts(metadata, rest))


def opened(data: bytes) -> tuple[dict[str, str], str, str]:
    """(metadata, front matter as written, text) with every line end a line feed."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    check_length([text])
    if len(BLANK_LINES.findall(text)) > MAX_PIECES:
        raise too_many_parts()
    return front_matter(text)


def doubts(metadata: Mapping[str, str], text: str) -> tuple[str, ...]:
    """What is to be said of a text below its front matter: that it seems to name an audience where none is read."""
    return () if "audience" in metadata else unread_audience(text)


def check_length(texts: Iterable[str]) -> None:
    """Raises Rejected when the texts together are above the limit."""
    check_size(sum(map(len, texts)))


def check_size(characters: int) -> None:
    """Raises Rejected when a document has more characters than the limit."""
    if characters > MAX_CHARACTERS:
        raise Rejected("too large", "The limit is 5 million characters a document; split it into parts.")


def no_text() -> Rejected:
    """The rejection of a file that holds no text."""
    return Rejected("empty", "It holds no text; copy it again from where it came.")


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """(number from 1, text) of each block between blank or white-space-only lines; line breaks inside are kept."""
    number, lines = 0, list[str]()
    for line in [*text.split("\n"), ""]:
        if line.strip():
            lines.append(line)
        elif lines:
            number += 1
            yield number, "\n".join(lines)
            lines = []


def kind_of(text: str) -> Kind:
    """list when it begins with a bullet, or with a number and another item follows; text otherwise."""
    lines = text.split("\n")
    if not ITEM.match(lines[0]):
        return "text"
    bulleted = not (lines[0].lstrip()[0].isdigit() or PARENTHESISED.match(lines[0]))
    return "list" if bulleted or any(ITEM.match(line) for line in lines[1:]) else "text"


def dropped_matter(matter: str) -> tuple[Dropped, ...]:
    """The record that front matter is not indexed as text."""
    return (Dropped(matter, "front matter"),) if matter else ()
