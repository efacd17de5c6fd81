"""The order in which a page is read: columns one after the other, rows of a table across.

The order of the file is not trusted: many programs draw two columns line by line. A gutter is sought where several
pieces begin at one height of x, nothing but headings crosses it, and both sides are running text (a table's cells are
short, and stand on common baselines).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from ingest.readers.pages.words import Piece, rows_of

MIN_STARTS, BUCKET, MAX_CANDIDATES = 4, 4.0, 6
MIN_ROWS, MIN_WORDS, MIN_GUTTER = 3, 3.0, 0.7
# Of running text at least half the lines are at least this wide, as shares of the column.
FULL_LINE, FULL_SHARE = 0.6, 0.5
ALIGNED_SHARE, SAME_BASELINE = 0.5, 1.0
DROP_CAP = 1.8
MAX_DEPTH = 8

Region = list[Piece]


def regions_of(pieces: Sequence[Piece], depth: int = 0) -> Iterator[Region]:
    """Runs of pieces to be read one after the other, each from top to bottom."""
    gutter = _gutter(pieces) if depth < MAX_DEPTH else None
    if gutter is None:
        yield list(pieces)
        return
    for crossing, band in _bands(pieces, gutter):
        if crossing:
            yield from regions_of(band, depth + 1)
            continue
        for side in _sides(band, gutter):
            if side:
                yield from regions_of(side, depth + 1)


def with_drop_caps(region: Sequence[Piece]) -> Region:
    """The region with every large first letter put before the line it begins."""
    if len(region) < 2:
        return list(region)
    usual = Counter(found.size for found in region).most_common(1)[0][0]
    kept = list(region)
    for cap in [found for found in region if _is_drop_cap(found, usual)]:
        beside = [
            p for p in kept if p is not cap and 0 <= p.x0 - cap.x1 < usual and cap.y - 1 <= p.y < cap.y + cap.size
        ]
        if beside:
            first = max(beside, key=lambda p: p.y)
            head = cap.words[0]._replace(size=first.size, y=first.y)
            words = (head, first.words[0]._replace(glued=True), *first.words[1:])
            kept[kept.index(first)] = Piece(words, cap.x0, first.x1, first.y, first.size)
            kept.remove(cap)
    return kept


def _is_drop_cap(found: Piece, usual: float) -> bool:
    if found.table or len(found.words) != 1 or found.size < DROP_CAP * usual:
        return False
    return len(found.words[0].text) == 1 and found.words[0].text.isupper()


def _gutter(pieces: Sequence[Piece]) -> float | None:
    """Where a right-hand column begins; None when the pieces are one column."""
    if len(pieces) < 2 * MIN_ROWS:
        return None
    left = min(found.x0 for found in pieces)
    starts: Counter[int] = Counter(int(found.x0 // BUCKET) for found in pieces if not found.table)
    near = {bucket: count + starts.get(bucket + 1, 0) for bucket, count in starts.items()}
    for bucket, count in sorted(near.items(), key=lambda item: -item[1])[:MAX_CANDIDATES]:
        # The leftmost start that counted, so that an indent inside the column does not cut it.
        at = min(found.x0 for found in pieces if bucket * BUCKET <= found.x0 < (bucket + 2) * BUCKET)
        if count >= MIN_STARTS and at > left + BUCKET and _parts_columns(pieces, at):
            return at
    return None


def _parts_columns(pieces: Sequence[Piece], gutter: float) -> bool:
    both: tuple[Region, Region] = ([], [])
    for crossing, band in _bands(pieces, gutter):
        left, right = ([], []) if crossing else _sides(band, gutter)
        if left and right:
            both[0].extend(left)
            both[1].extend(right)
    rows = [[row for row in rows_of(side) if not row[0].table] for side in both]
    if min(map(len, rows)) < MIN_ROWS or not _is_wide(rows[0], gutter):
        return False
    return all(map(_is_prose, rows)) or not _aligned(rows[0], rows[1])


def _is_wide(rows: Sequence[Sequence[Piece]], gutter: float) -> bool:
    """Whether the gap before `gutter` is wider than the spaces between words."""
    ends = sorted(gutter - row[-1].x1 for row in rows)
    return ends[len(ends) // 10] >= MIN_GUTTER * rows[0][0].size


def _is_prose(rows: Sequence[Sequence[Piece]]) -> bool:
    widths = [row[-1].x1 - row[0].x0 for row in rows]
    side = max(row[-1].x1 for row in rows) - min(row[0].x0 for row in rows)
    full = sum(width >= FULL_LINE * side for width in widths)
    words = sum(len(found.words) for row in rows for found in row)
    return full >= FULL_SHARE * len(rows) and words >= MIN_WORDS * len(rows)


def _aligned(left: Sequence[Sequence[Piece]], right: Sequence[Sequence[Piece]]) -> bool:
    """Whether the shorter side mostly stands on baselines of the other, as the cells of a table do."""
    short, long = sorted((left, right), key=len)
    baselines = [row[0].y for row in long]
    common = sum(any(abs(row[0].y - y) <= SAME_BASELINE for y in baselines) for row in short)
    return common >= ALIGNED_SHARE * len(short)


def _bands(pieces: Sequence[Piece], gutter: float) -> Iterator[tuple[bool, Region]]:
    """(whether they cross the gutter, pieces) from the top."""
    ordered = sorted(pieces, key=lambda found: -found.y)
    for crossing, band in groupby(ordered, key=lambda found: found.x0 < gutter - 1 and found.x1 > gutter - 1):
        yield crossing, list(band)


def _sides(band: Sequence[Piece], gutter: float) -> tuple[Region, Region]:
    left = [found for found in band if found.x0 < gutter - 1]
    return left, [found for found in band if found.x0 >= gutter - 1]
