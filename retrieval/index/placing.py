"""Which finders a generation searches: those of its versions, those kept for its sources, those that digests give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from retrieval.corpus.finders import AnchoredFinder, Placed, Places, finders_of_digest, kept, passages_of, place_name
from retrieval.corpus.passages import Source
from retrieval.corpus.records import Standing, passage_id, source_from_json
from retrieval.corpus.sources import load_passages
from retrieval.corpus.standing import RETIRED, same_title
from retrieval.corpus.storing import chunks
from retrieval.corpus.tables import FinderRow, SourceRow, VersionRow

# What a finder comes from besides a curator and a checklist: its document (the file beside it, or a short form that its
# text defines), or a digest of it.
DOCUMENT, DIGEST = "document", "digest"
PLACED, LOST, ABSENT = "placed", "lost", "absent"
Present = Sequence[tuple[SourceRow, VersionRow, Standing]]


class _Version(NamedTuple):
    version_id: str
    source: Source
    standing: Standing


class _Found(NamedTuple):
    """A finder at its place, what it comes from, and its id where it is kept for a source."""

    placed: Placed
    origin: str
    finder_id: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A finder as it is listed. `finder_id` is None for one that comes with its document or from a digest. `state` is
    placed; lost: the source is there and the place is not; or absent: the source is not there. `source` is the source
    id, or the title in short form of a source that is not there.
    """

    finder_id: str | None
    origin: str
    source: str
    title: str | None
    place: str | None
    line: str
    state: str = PLACED


def placed(session: Session, present: Present) -> tuple[Placed, ...]:
    """The finders of the present corpus at their places, in a fixed order and each once."""
    found = {each.placed for each in _found(session, _versions(present))[0]}
    return tuple(sorted(found, key=lambda each: (each.passage_id, each.position, each.line)))


def listed(session: Session, present: Present) -> list[Listed]:
    """Every finder with its place, those that are lost and those whose source is absent too."""
    versions = _versions(present)
    found, astray = _found(session, versions)
    passages = {p.passage_id: p for p in load_passages(session, sorted({each.placed.passage_id for each in found}))}
    shown = []
    for each in found:
        passage = passages[each.placed.passage_id]
        source, place = passage.source, place_name(passage.sentences[each.placed.position])
        shown.append(Listed(each.finder_id, each.origin, source.source_id, source.title, place, each.placed.line))
    there = {each.finder_id for each in found}
    sources = {version.source.source_id: version.source.title for version in versions}
    speaking = {key for version in versions if _speaks(version) for key in _keys(version)}
    for finder in kept(session):
        if finder.finder_id not in there:
            key, place = finder.anchor.source_key, finder.anchor.place
            state = LOST if finder in astray else PLACED if key in speaking else ABSENT
            shown.append(Listed(finder.finder_id, finder.origin, key, sources.get(key), place, finder.line, state))
    return sorted(set(shown), key=lambda each: (each.title or "", each.source, each.place or "", each.line))


def lost(session: Session, present: Present) -> list[AnchoredFinder]:
    """The finders whose source is there and whose place is not."""
    return _anchored(session, [version for version in _versions(present) if _speaks(version)])[1]


def _versions(present: Present) -> list[_Version]:
    return [_Version(row.version_id, source_from_json(row.source, stands), stands) for _, row, stands in present]


def _found(session: Session, versions: Sequence[_Version]) -> tuple[list[_Found], list[AnchoredFinder]]:
    """The finders at their places, and those that are lost."""
    speaking = [version for version in versions if _speaks(version)]
    indexed = [version for version in speaking if version.standing.indexed]
    own = _own(session, [version.version_id for version in speaking])
    anchored, astray = _anchored(session, speaking)
    found = [each for version in indexed for kept in (own, anchored) for each in kept.get(version.version_id, ())]
    places: dict[str, Places] = {}
    for digest, original in _pairs([v for v in speaking if v.source.kind == "digest"], indexed):
        lines: dict[tuple[str, int], list[str]] = defaultdict(list)
        for each in (*own.get(digest.version_id, ()), *anchored.get(digest.version_id, ())):
            lines[each.placed.passage_id, each.placed.position].append(each.placed.line)
        if original.version_id not in places:
            places[original.version_id] = Places(passages_of(session, original.version_id))
        summed = finders_of_digest(passages_of(session, digest.version_id), lines, places[original.version_id])
        found += [_Found(each, DIGEST) for each in summed]
    return found, astray


def _keys(version: _Version) -> set[str]:
    """What finders may call the source by: its id, its title, and the title of what it sums up."""
    titles = (same_title(version.source.title), same_title(version.source.digest_of))
    return {version.source.source_id, *filter(None, titles)}


def _speaks(version: _Version) -> bool:
    return version.standing.indexed or version.standing.state == RETIRED


def _own(session: Session, versions: Sequence[str]) -> Mapping[str, list[_Found]]:
    """Version id to the finders that were read with it."""
    found: dict[str, list[_Found]] = defaultdict(list)
    for part in chunks(sorted(versions)):
        for row in session.scalars(select(FinderRow).where(FinderRow.version_id.in_(part))):
            place = passage_id(row.version_id, row.ordinal)
            found[row.version_id].append(_Found(Placed(place, row.position, row.line), DOCUMENT))
    return found


def _anchored(
    session: Session, versions: Sequence[_Version]
) -> tuple[Mapping[str, list[_Found]], list[AnchoredFinder]]:
    """Version id to the finders kept for its source, and those that are lost: their source is there, the place not."""
    found: dict[str, list[_Found]] = defaultdict(list)
    astray: list[AnchoredFinder] = []
    waiting: dict[str, list[AnchoredFinder]] = defaultdict(list)
    for finder in kept(session):
        waiting[finder.anchor.source_key].append(finder)
    by_key: dict[str, list[_Version]] = defaultdict(list)
    for version in versions if waiting else ():
        for key in _keys(version):
            by_key[key].append(version)
    for key, finders in waiting.items():
        places = {version: Places(passages_of(session, version.version_id)) for version in by_key.get(key, ())}
        for finder in finders:
            there = [(version, text.resolve(finder.anchor, finder.line)) for version, text in places.items()]
            for version, place in there:
                if place is not None:
                    one = _Found(Placed(*place, finder.line), finder.origin, finder.finder_id)
                    found[version.version_id].append(one)
            if there and not any(place for _, place in there):
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
