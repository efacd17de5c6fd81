"""Which finders a generation searches: those of its versions, those kept for its sources, those that digests give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from retrieval.corpus.finders import AnchoredFinder, Placed, kept, resolve, sums_up
from retrieval.corpus.passages import Passage, Source
from retrieval.corpus.records import Standing, passage_id, source_from_json
from retrieval.corpus.sources import to_passage
from retrieval.corpus.standing import RETIRED, same_title
from retrieval.corpus.storing import chunks
from retrieval.corpus.tables import FinderRow, PassageRow, SourceRow, VersionRow

Present = Sequence[tuple[SourceRow, VersionRow, Standing]]


class _Version(NamedTuple):
    version_id: str
    source: Source
    standing: Standing


def placed(session: Session, present: Present) -> tuple[Placed, ...]:
    """The finders of the present corpus at their places, in a fixed order and each once."""
    versions = [_Version(row.version_id, source_from_json(row.source, stands), stands) for _, row, stands in present]
    indexed = [version for version in versions if version.standing.indexed]
    digests = [version for version in versions if version.source.kind == "digest" and _speaks(version)]
    speaking = [*indexed, *(digest for digest in digests if not digest.standing.indexed)]
    own = _own(session, [version.version_id for version in speaking])
    anchored, _ = _anchored(session, speaking)
    there = {version.version_id for version in indexed}
    found = [finder for version, finders in (*own.items(), *anchored.items()) if version in there for finder in finders]
    for digest, original in _pairs(digests, indexed):
        lines: dict[tuple[str, int], list[str]] = defaultdict(list)
        for finder in (*own.get(digest.version_id, ()), *anchored.get(digest.version_id, ())):
            lines[finder.passage_id, finder.position].append(finder.line)
        found += sums_up(_passages(session, digest), lines, _passages(session, original))
    return tuple(sorted(set(found), key=lambda each: (each.passage_id, each.position, each.line)))


def lost(session: Session, present: Present) -> list[AnchoredFinder]:
    """The finders kept for a source that is there, whose place no present version has."""
    versions = [_Version(row.version_id, source_from_json(row.source, stands), stands) for _, row, stands in present]
    return _anchored(session, [version for version in versions if version.standing.indexed or _speaks(version)])[1]


def _speaks(version: _Version) -> bool:
    return version.standing.indexed or version.standing.state == RETIRED


def _own(session: Session, versions: Sequence[str]) -> Mapping[str, list[Placed]]:
    """Version id to the finders that were read with it."""
    found: dict[str, list[Placed]] = defaultdict(list)
    for part in chunks(sorted(versions)):
        for row in session.scalars(select(FinderRow).where(FinderRow.version_id.in_(part))):
            place = passage_id(row.version_id, row.ordinal)
            found[row.version_id].append(Placed(place, row.position, row.line))
    return found


def _anchored(
    session: Session, versions: Sequence[_Version]
) -> tuple[Mapping[str, list[Placed]], list[AnchoredFinder]]:
    """Version id to the finders kept for its source, and those that are lost: their source is there, the place not."""
    found: dict[str, list[Placed]] = defaultdict(list)
    astray: list[AnchoredFinder] = []
    waiting: dict[str, list[AnchoredFinder]] = defaultdict(list)
    for finder in kept(session):
        waiting[finder.anchor.source_key].append(finder)
    by_key: dict[str, list[_Version]] = defaultdict(list)
    for version in versions if waiting else ():
        titles = (same_title(version.source.title), same_title(version.source.digest_of))
        for key in {version.source.source_id, *filter(None, titles)}:
            by_key[key].append(version)
    for key, finders in waiting.items():
        texts = {version: _passages(session, version) for version in by_key.get(key, ())}
        for finder in finders:
            places = {version: resolve(finder.anchor, passages, finder.line) for version, passages in texts.items()}
            for version, place in places.items():
                if place is not None:
                    found[version.version_id].append(Placed(*place, finder.line))
            if texts and not any(places.values()):
                astray.append(finder)
    return found, astray


def _pairs(digests: Sequence[_Version], indexed: Sequence[_Version]) -> list[tuple[_Version, _Version]]:
    """Each digest with the indexed originals it sums up; one with a label speaks for those of that label alone."""
    originals: dict[str, list[_Version]] = defaultdict(list)
    for version in indexed:
        if version.source.kind != "digest" and version.source.title:
            originals[same_title(version.source.title)].append(version)
    return [
        (digest, original)
        for digest in digests
        for original in originals.get(same_title(digest.source.digest_of), ())
        if digest.source.audience in (None, original.source.audience)
    ]


def _passages(session: Session, version: _Version) -> list[Passage]:
    query = select(PassageRow).where(PassageRow.version_id == version.version_id).order_by(PassageRow.ordinal)
    return [to_passage(row, version.source) for row in session.scalars(query)]
