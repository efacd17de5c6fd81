"""Tables that go on over a page: their rows keep the headers of the page where they began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.blocks import Block
from ingest.tables import CELL


def with_carried_headers(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks; a table without headers at the top of a page gets those of the table at the foot of the page before.

    Both have as many columns, and nothing stands between them. A header that the page repeats is left once.
    """
    before: Block | None = None
    for block in blocks:
        carried = _carried(before, block)
        yield carried
        before = carried


def _carried(before: Block | None, block: Block) -> Block:
    if before is None or before.kind != "table" or block.kind != "table" or not before.level:
        return block
    if before.page is None or block.page != before.page + 1 or _columns(before) != _columns(block):
        return block
    headers = before.text.split("\n")[: before.level]
    rows = block.text.split("\n")
    if rows[: len(headers)] == headers or block.level:
        return block
    origin = before.header_page or before.page
    return replace(block, text="\n".join([*headers, *rows]), level=before.level, header_page=origin)


def _columns(block: Block) -> int:
    return max(line.count(CELL) for line in block.text.split("\n"))
