"""Pure rules for which sources are in force, from the decisions of curators and from what sources say of each other."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from retrieval.corpus.passages import Source
from retrieval.corpus.records import STANDING, Standing

WITHDRAWN, UPHELD, SUPERSEDED, ACTIVE, RETIRED = "withdrawn", "upheld", "superseded", "active", "retired"
DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Entry:
    """A source as it was read, with the decision of the curator about it (see `SourceRow`)."""

    source: Source
    decision: str = ACTIVE
    successor: str | None = None
    words_hash: str | None = None


def standings(entries: Sequence[Entry]) -> dict[str, Standing]:
    """Map the id of every source to its standing.

    A decision by a curator comes first. Otherwise a source is superseded if another source names its title in
    `supersedes`, and a digest is retired if a source has the title in its `digest_of`. Withdrawn sources have no effect
    on others, digests have none on originals, and no source has an effect on one with readers who may not see it.
    Of sources with the same text, the one with the most metadata is kept; the others are its duplicates.
    """
    speaking = [entry.source for entry in entries if entry.decision != WITHDRAWN]
    present = {source.source_id: source for source in speaking}
    later = _by_title((source.supersedes, source) for source in speaking)
    originals = _by_title((source.title, source) for source in speaking if source.kind != "digest")
    copies = _duplicates(entries)
    return {
        entry.source.source_id: copies.get(entry.source.source_id) or _standing(entry, present, later, originals)
        for entry in entries
    }


def same_title(title: str | None) -> str:
    """Return the form in which titles are compared: letters and digits in lower case, separated by single spaces."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", title or "").casefold()))


def _standing(
    entry: Entry,
    present: Mapping[str, Source],
    later: Mapping[str, list[Source]],
    originals: Mapping[str, list[Source]],
) -> Standing:
    source = entry.source
    if entry.decision == WITHDRAWN:
        return Standing(WITHDRAWN)
    if entry.decision == UPHELD:
        return STANDING
    if any(_reaches(original, source) for original in originals.get(same_title(source.digest_of), ())):
        return Standing(RETIRED)
    replacing = [other for other in later.get(same_title(source.title), ()) if _replaces(other, source)]
    newest = max(replacing, key=lambda other: (other.published or "", other.source_id), default=None)
    if entry.decision != SUPERSEDED and newest is None:
        return STANDING
    named = present.get(entry.successor or "")
    # A curator may name a successor with readers of its own: to the others its title says what they may not know.
    successor = named if named is not None and _reaches(named, source) else newest
    if successor is None:
        return Standing(SUPERSEDED)
    return Standing(SUPERSEDED, successor.source_id, successor.title or successor.path)


def _duplicates(entries: Iterable[Entry]) -> dict[str, Standing]:
    """Return the standing of every duplicate: another source has its text and may be seen by all its readers."""
    alike: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.words_hash is not None and entry.decision in (ACTIVE, UPHELD):
            alike[entry.words_hash].append(entry)
    found: dict[str, Standing] = {}
    for group in alike.values():
        ranked = sorted((entry.source for entry in group), key=_rank)
        upheld = {entry.source.source_id for entry in group if entry.decision == UPHELD}
        for i, source in enumerate(ranked):
            kept = next((other for other in ranked[:i] if _reaches(other, source)), None)
            if kept is not None and source.source_id not in upheld:
                found[source.source_id] = Standing(DUPLICATE, kept.source_id)
    return found


def _rank(source: Source) -> tuple[bool, int, int, str, str]:
    """Sort originals before digests, then sources with more metadata first, then shorter paths first."""
    known = sum(getattr(source, field.name) is not None for field in fields(source))
    return source.kind == "digest", -known, len(source.path), source.path, source.source_id


def _replaces(later: Source, earlier: Source) -> bool:
    if later.source_id == earlier.source_id or not _reaches(later, earlier):
        return False
    if later.kind == "digest" and earlier.kind != "digest":
        return False
    # Two editions of one title may each name the other: then the later date replaces the earlier one.
    mutual = same_title(earlier.supersedes) == same_title(later.title)
    return not mutual or (later.published or "") > (earlier.published or "")


def _reaches(one: Source, other: Source) -> bool:
    """Whether all readers of `other` may see `one`."""
    return one.audience is None or one.audience == other.audience


def _by_title(pairs: Iterable[tuple[str | None, Source]]) -> Mapping[str, list[Source]]:
    found: dict[str, list[Source]] = defaultdict(list)
    for title, source in pairs:
        if key := same_title(title):
            found[key].append(source)
    return found
