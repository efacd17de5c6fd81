"""How far a source carries is read from what it says of itself, and never guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.corpus.authority import age_years, binds, gone, is_aged, kind, published_year
from retrieval.corpus.passages import Source

TODAY = date(2026, 11, 22)


def source(**known: str) -> Source:
    return Source("s", "s.md", **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("published", "years", "aged"),
    [
        ("2017", 9, True),
        ("2021", 5, True),
        ("2022", 4, False),
        ("2021-11-22", 5, True),
        ("2021-11-23", 4, False),
        ("2021-12", 4, False),
        ("9 July 2016", 10, True),
        ("August 1949 (Geneva)", 77, True),
        ("2019-13-40", 7, True),
        ("2026-11-22", 0, False),
        ("2026-11-23", None, False),
        ("2031", None, False),
        ("first 2011, revised 2017", None, False),
        ("", None, False),
        ("soon", None, False),
        ("Press Release 135", None, False),
        ("20170709", None, False),
        (None, None, False),
    ],
)
def test_the_age_is_in_whole_years_and_unknown_stays_unknown(
    published: str | None, years: int | None, aged: bool
) -> None:
    assert (age_years(published, TODAY), is_aged(published, TODAY)) == (years, aged)


@settings(max_examples=50, deadline=None)
@given(st.dates(date(1600, 1, 1), date(2050, 1, 1)), st.integers(0, 20_000), st.integers(1, 50))
def test_a_source_only_grows_older_and_is_flagged_from_its_birthday_on(born: date, days: int, after: int) -> None:
    day = born + timedelta(days=days)
    age = age_years(born.isoformat(), day)
    assert age is not None
    assert age <= days / 365 < age + 1.1
    assert is_aged(born.isoformat(), day, after) == (age >= after)
    assert (age_years(str(born.year), day) or 0) >= age


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_no_date_is_too_odd(published: str) -> None:
    assert published_year(published) is not None or age_years(published, TODAY) is None


def test_what_a_text_is_and_whom_it_binds() -> None:
    assert binds(source(authority="policy", binds="US forces")) == "US forces"
    assert binds(source(authority="policy")) is None
    assert binds(source(authority="Commentary", binds="everybody")) == "nobody"
    assert binds(source(authority="guidance", binds="Nobody")) == "nobody"
    assert binds(source(kind="digest")) == "nobody"
    assert kind(source(authority="Customary_Rule ")) == "customary rule"
    assert kind(source(authority="policy", kind="digest")) == "digest"
    assert kind(source()) is None


def test_what_no_longer_stands_says_so() -> None:
    assert gone(source(status="Superseded (2019)")) == "superseded"
    assert gone(source(status="withdrawn, 3 May 2021")) == "withdrawn"
    assert gone(source(status="not superseded")) is None
    assert gone(source(superseded_by="The new one")) == "superseded"
    assert gone(source(status="in force")) is None
