"""How far a source carries: what kind of text it is, whom it binds, whether it still stands, and how old it is."""

from __future__ import annotations

import re
from datetime import date

from retrieval.corpus.passages import Source

AGED_AFTER_YEARS = 5
"""Years after which a source is flagged: long enough for policies to be revised, short enough to notice."""

# First words of a status that say: no longer in force.
GONE = frozenset({"superseded", "withdrawn", "repealed", "revoked", "rescinded", "cancelled", "expired"})
DIGEST = "digest"
KINDS = ("treaty", "customary rule", "statute", "policy", "guidance", "commentary", DIGEST)
# Kinds of text that bind nobody, whatever they say of themselves.
NEVER_BINDS = frozenset({"commentary", DIGEST})
_NOBODY = frozenset({"nobody", "no one", "none"})

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?!\d)")
_WORD = re.compile(r"\s*(\w+)")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")


def kind(source: Source) -> str | None:
    """The kind of text: treaty, customary rule, statute, policy, guidance, commentary, digest; None when not stated."""
    if source.kind == DIGEST:
        return DIGEST
    return " ".join(source.authority.casefold().replace("_", " ").split()) if source.authority else None


def binds(source: Source) -> str | None:
    """Whom it binds, as the source has it; "nobody" for what binds nobody; None when it is not stated."""
    if kind(source) in NEVER_BINDS or (source.binds and source.binds.casefold() in _NOBODY):
        return "nobody"
    return source.binds


def bound(source: Source) -> tuple[str, ...]:
    """Whom it binds, each by itself ("United States; NATO" names two); empty when it is not stated."""
    return tuple(part.strip() for part in (binds(source) or "").split(";") if part.strip())


def gone(source: Source) -> str | None:
    """How it went out of force, "superseded" or "withdrawn" for instance; None for what stands, or does not say."""
    first = _WORD.match((source.status or "").casefold())
    if first and first.group(1) in GONE:
        return first.group(1)
    return "superseded" if source.superseded_by else None


def published_year(published: str | None) -> int | None:
    """The year; None where none is given, or several are: which of them counts is not guessed."""
    years = set(_YEAR.findall(published or ""))
    return int(years.pop()) if len(years) == 1 else None


def is_date(text: str) -> bool:
    """Whether `text` is YYYY, YYYY-MM or YYYY-MM-DD, and in the calendar."""
    try:
        return bool(_ISO.fullmatch(text) and date.fromisoformat(text + "-01-01"[len(text) - 4 :]))
    except ValueError:
        return False


def age_years(published: str | None, today: date) -> int | None:
    """Whole years from publication to `today`; None for what is undated, or dated later than today.

    A year or a month alone counts from its first day: the flag errs on the side of asking what changed.
    """
    earliest = _earliest(published)
    if earliest is None or earliest > today:
        return None
    return today.year - earliest.year - ((today.month, today.day) < (earliest.month, earliest.day))


def is_aged(published: str | None, today: date, after: int = AGED_AFTER_YEARS) -> bool:
    """Whether the source is at least `after` years old; never of what is undated."""
    age = age_years(published, today)
    return age is not None and age >= after


def _earliest(published: str | None) -> date | None:
    """The first day the date allows."""
    year = published_year(published)
    if year is None:
        return None
    given = _ISO.match((published or "").strip())
    month, day = (int(part) if part else 1 for part in given.groups()[1:]) if given else (1, 1)
    try:
        return date(year, month, day)
    except ValueError:  # "2019-13-40": the year alone is believed
        return date(year, 1, 1)
