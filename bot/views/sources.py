"""How a source and a place in it are named, the same wherever they are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.types import Citation, Source

_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_GONE = ("superseded", "withdrawn")


@dataclass(frozen=True)
class SourceLine:
    """A source in words: `title`, `facts` about it, `place` in it, and `digest` when the words are ours."""

    title: str
    facts: str
    place: str
    digest: str | None = None


def describe(citation: Citation) -> SourceLine:
    """Title, publisher, year, authority, state; section, paragraphs, page; what it digests."""
    source = citation.source
    return SourceLine(
        title=title(source),
        facts=facts(source),
        place=place(citation.section, tuple(citation.paragraphs), citation.page),
        digest=digest(source, citation.source_locator),
    )


def title(source: Source) -> str:
    """The title, or the file's path where it gives none."""
    return source.title or source.path


def facts(source: Source) -> str:
    """Publisher, year, authority, and its state when it is no longer in force."""
    year = _YEAR.search(source.published or "")
    state = source.status.upper() if source.status and source.status.casefold() in _GONE else None
    # Of a digest the label says so already.
    authority = source.authority if source.kind != "digest" else None
    parts = (source.publisher, year.group() if year else source.published, authority, state)
    return " · ".join(part for part in parts if part)


def place(section: str | None, paragraphs: tuple[int, ...], page: int | None) -> str:
    """Section, paragraphs and page, as far as they are known."""
    parts = [
        f"section “{section}”" if section else None,
        f"par. {', '.join(map(str, paragraphs))}" if paragraphs else None,
        f"p. {page}" if page else None,
    ]
    return " · ".join(part for part in parts if part)


def digest(source: Source, locator: str | None) -> str | None:
    """The label of a digest: whose words these are, and where to verify them in the original."""
    if source.kind != "digest":
        return None
    of = f" of “{source.digest_of}”" if source.digest_of and source.digest_of not in (source.title or "") else ""
    where = f" {locator} of the original" if locator else " the original"
    return f"digest, our words{of}: verify against{where}"
