"""Which sources stand: what curators decided of them, and what sources say of one another. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from retrieval.records import STANDING, Standing
from retrieval.types import Source

WITHDRAWN, UPHELD, SUPERSEDED, ACTIVE, RETIRED = "withdrawn", "upheld", "superseded", "active", "retired"


@dataclass(frozen=True, slots=True)
class Entry:
    """A source as it was read, and the curator's decision about it (see `SourceRow`)."""

    source: Source
    decision: str = ACTIVE
    successor: str | None = None


def standings(entries: Sequence[Entry]) -> dict[str, Standing]:
    """Source id to standing, for every entry.

    A curator's decision comes first. Otherwise a source is superseded once another names its title in `supersedes`,
    and a digest is retired once a source of the title in `digest_of` is there. What was withdrawn says nothing of
    others, a digest nothing of an original, and no source anything of one that has readers it does not have.
    """
    speaking = [entry.source for entry in entries if entry.decision != WITHDRAWN]
    titles = {source.source_id: source.title or source.path for source in speaking}
    later = _by_title((source.supersedes, source) for source in speaking)
    originals = _by_title((source.title, source) for source in speaking if source.kind != "digest")
    return {entry.source.source_id: _standing(entry, titles, later, originals) for entry in entries}


def same_title(title: str | None) -> str:
    """A title for comparison: letters and digits in lower case, parted by single spaces."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", title or "").casefold()))


def _standing(
    entry: Entry,
    titles: Mapping[str, str],
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
    successor = entry.successor if entry.successor in titles else newest.source_id if newest else None
    if entry.decision != SUPERSEDED and newest is None:
        return STANDING
    return Standing(SUPERSEDED, successor, titles[successor] if successor else None)


def _replaces(later: Source, earlier: Source) -> bool:
    if later.source_id == earlier.source_id or not _reaches(later, earlier):
        return False
    if later.kind == "digest" and earlier.kind != "digest":
        return False
    # Editions of one title that each replace "the one before": the date tells which that is.
    mutual = same_title(earlier.supersedes) == same_title(later.title)
    return not mutual or (later.published or "") > (earlier.published or "")


def _reaches(one: Source, other: Source) -> bool:
    """Whether everybody who may see `other` may see `one`."""
    return one.audience is None or one.audience == other.audience


def _by_title(pairs: Iterable[tuple[str | None, Source]]) -> Mapping[str, list[Source]]:
    found: dict[str, list[Source]] = defaultdict(list)
    for title, source in pairs:
        if key := same_title(title):
            found[key].append(source)
    return found
