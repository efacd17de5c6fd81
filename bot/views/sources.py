"""How a source and a place in it are named, the same wherever they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.views.limits import clip
from retrieval.corpus.authority import (
    AGED_AFTER_YEARS,
    DIGEST,
    age_years,
    binds,
    gone,
    is_aged,
    kind,
    published_year,
)
from retrieval.corpus.passages import Source
from retrieval.types import Citation

UNDATED = "undated"
LONGEST_AUTHOR = 100


@dataclass(frozen=True)
class Ageing:
    """The day sources are looked at, and how many years old a source is flagged."""

    today: date
    after: int = AGED_AFTER_YEARS

    def to_data(self) -> dict[str, Any]:
        """As it waits in the outbox."""
        return {"today": self.today.isoformat(), "after": self.after}

    @classmethod
    def from_data(cls, data: dict[str, Any] | None) -> Ageing | None:
        """The inverse of `to_data`; None of what was written before there was one."""
        return cls(date.fromisoformat(data["today"]), data["after"]) if data else None

    def of(self, published: str | None) -> dict[str, Any]:
        """`age_years` (None where that is unknown) and `aged`, as JSON gives them."""
        return {"age_years": age_years(published, self.today), "aged": is_aged(published, self.today, self.after)}


def title(source: Source) -> str:
    """The title, or the file's path where it gives none."""
    return source.title or source.path


def heading(source: Source) -> str:
    """What stands above the quotes of a source: its title, or that these are words of ours on which original."""
    if kind(source) != DIGEST:
        return title(source)
    return f"Our digest of “{source.digest_of}”" if source.digest_of else f"Our digest “{title(source)}”"


def credit(source: Source) -> str:
    """Author, publisher and year, kind of text, edition and status: what holds for all quotes of a source."""
    year = published_year(source.published)
    return _joined(
        author(source),
        source.publisher if kind(source) != DIGEST else None,
        str(year) if year else source.published or UNDATED,
        None if kind(source) == DIGEST else kind(source) or "kind of text not stated",
        source.edition,
        None if kind(source) == DIGEST or gone(source) else source.status,
    )


def where(citation: Citation) -> str:
    """The place of a quote, the original's own number first: "Art. 12(2)", "par. 8", "p. 3"."""
    if citation.source.kind == DIGEST:
        return citation.source_locator or "place in the original not stated"
    own = f"par. {', '.join(map(str, citation.paragraphs))}" if citation.paragraphs else None
    page = f"p. {citation.page}" if citation.page else None
    numbered = citation.locator
    if numbered and numbered.startswith("item"):  # of which list, the paragraph tells
        numbered = _comma(citation.source_locator or own, numbered)
    return _comma(numbered or citation.source_locator or own, page) or _comma(citation.section) or "no number"


def facts(source: Source) -> str:
    """Author, publisher, year, authority and whom it binds, edition and status, as far as the source states them."""
    year = published_year(source.published)
    return _joined(
        author(source),
        source.publisher,
        str(year) if year else source.published or UNDATED,
        # Of a digest its caution says so already, and of what is gone.
        None if kind(source) == DIGEST else authority(source),
        source.edition,
        None if kind(source) == DIGEST or gone(source) else source.status,
    )


def author(source: Source) -> str | None:
    """Who wrote it, where that is somebody else than the publisher; a long list is cut."""
    if source.author is None or source.author.casefold() == (source.publisher or "").casefold():
        return None
    return clip(source.author, LONGEST_AUTHOR)


def authority(source: Source) -> str:
    """The kind of text and whom it binds: "policy, binds US forces"."""
    known, bound = kind(source), binds(source)
    if known == "commentary":
        return "commentary: one author’s view, binds nobody"
    if bound is None:
        return f"{known} (whom it binds is not stated)" if known else "authority not stated"
    return f"{known or 'authority not stated'}, binds {bound}"


def place(section: str | None, paragraphs: tuple[int, ...], page: int | None) -> str:
    """Section, paragraphs and page, as far as they are known."""
    return _joined(
        f"section “{section}”" if section else None,
        f"par. {', '.join(map(str, paragraphs))}" if paragraphs else None,
        f"p. {page}" if page else None,
    )


def cautions(source: Source, locator: str | None, ageing: Ageing | None) -> str:
    """What to know before relying on it: no longer in force, our own summary, old."""
    return _joined(_gone(source), _digest(source, locator), _age(source, ageing))


def _gone(source: Source) -> str | None:
    state = gone(source)
    if state is None:
        return None
    return state.upper() + (f" by “{source.superseded_by}”" if source.superseded_by else "")


def _digest(source: Source, locator: str | None) -> str | None:
    """Whose words these are, and where to verify them in the original."""
    if kind(source) != DIGEST:
        return None
    return f"our words, not the original’s: verify against {f'{locator} of ' if locator else ''}the original"


def _age(source: Source, ageing: Ageing | None) -> str | None:
    age = ageing.of(source.published) if ageing else {"aged": False}
    if not age["aged"]:
        return None
    years = "1 year" if age["age_years"] == 1 else f"{age['age_years']} years"
    return f"published {published_year(source.published)}, {years} ago: check what changed"


def _comma(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)
