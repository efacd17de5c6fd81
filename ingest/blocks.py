"""What a reader hands on: blocks of text in reading order, with their places, and what was left out and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "heading", "list", "table", "code", "note"]


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text as the document has it, line breaks kept.

    `paragraph` and `page` count from 1 (None where the format has none). Several blocks share a paragraph number when
    the document set no blank line between them. `level` is the depth of a heading, from 1 (one without
    text only ends the section before it); of a table, how many of its
    first rows are headers; of a note, 0 when its text does not begin with its number.

    A table has a row a line, cells parted by tabs; a vertical tab parts the paragraphs of a cell. `header_page` is the
    page of its header rows where that is another one, because the table goes on from there. `places` are those of its
    rows where they have any ("Conditions, row 4").

    `numbers` are those of the items of lists that it stands in, from the outermost in, where the format keeps them
    apart from the text; an item without a number has its position with a minus ("-2").
    """

    text: str
    paragraph: int | None = None
    page: int | None = None
    kind: Kind = "text"
    level: int | None = None
    header_page: int | None = None
    places: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """A piece of text that is not indexed, and why."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as read. `metadata` holds only what the document, or the file beside it, says of itself.

    `marked` tells that the format marks its headings, so none are guessed. `content_hash` is the SHA-256 of the
    bytes that were parsed. `warnings` say in words what of it was not read, or not understood.
    `finders` are the names and texts of the files of finders beside it.
    """

    blocks: tuple[Block, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[Dropped, ...] = ()
    marked: bool = False
    content_hash: str = ""
    warnings: tuple[str, ...] = ()
    finders: tuple[tuple[str, str], ...] = ()
