"""What curators decided comes first; then what sources say of one another, within what their readers may see."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.corpus.passages import Source
from retrieval.corpus.records import STANDING, Standing
from retrieval.corpus.standing import Entry, standings


def source(name: str, title: str | None = None, **known: str) -> Source:
    return Source(name, f"{name}.md", title=title, **known)  # type: ignore[arg-type]


OLD = source("old", "The Lamp Code (1999)", published="1999")
NEW = source("new", "Lamp Code, second edition", supersedes="THE LAMP CODE, 1999", published="2024")
BY_NEW = Standing("superseded", "new", "Lamp Code, second edition")


def stand(*entries: Entry | Source) -> dict[str, Standing]:
    return standings([entry if isinstance(entry, Entry) else Entry(entry) for entry in entries])


def test_a_source_that_another_names_is_superseded_by_it() -> None:
    assert stand(OLD, NEW) == {"old": BY_NEW, "new": STANDING}
    assert stand(OLD) == {"old": STANDING}


def test_what_was_withdrawn_says_nothing_of_others() -> None:
    assert stand(OLD, Entry(NEW, "withdrawn")) == {"old": STANDING, "new": Standing("withdrawn")}


def test_a_curator_overrules_what_sources_say() -> None:
    assert stand(Entry(OLD, "upheld"), NEW)["old"] == STANDING
    assert stand(Entry(OLD, "withdrawn"), NEW)["old"] == Standing("withdrawn")


def test_a_decision_names_the_successor_where_one_was_named() -> None:
    other = source("other", "Lamps of the harbour")
    assert stand(Entry(OLD, "superseded", "other"), NEW, other)["old"] == Standing(
        "superseded", "other", "Lamps of the harbour"
    )
    assert stand(Entry(OLD, "superseded", "gone"), NEW)["old"] == BY_NEW
    assert stand(Entry(OLD, "superseded"))["old"] == Standing("superseded")
    assert stand(Entry(OLD, "superseded", "bare"), source("bare"))["old"] == Standing("superseded", "bare", "bare.md")


def test_of_several_later_texts_the_newest_counts() -> None:
    newest = source("newest", "Third edition", supersedes="The Lamp Code (1999)", published="2025-02")
    assert stand(OLD, NEW, newest)["old"] == Standing("superseded", "newest", "Third edition")


def test_editions_of_one_title_follow_their_dates() -> None:
    one = source("one", "Handbook", supersedes="Handbook", published="2019")
    two = source("two", "Handbook", supersedes="Handbook", published="2023")
    undated = source("undated", "Handbook", supersedes="Handbook")
    assert stand(one, two)["two"] == STANDING
    assert stand(one, two)["one"].state == "superseded"
    assert stand(undated, source("again", "Handbook", supersedes="Handbook")) == {
        "undated": STANDING,
        "again": STANDING,
    }


def test_a_source_says_nothing_of_one_with_readers_it_lacks() -> None:
    closed = source("closed", "Closed edition", supersedes="The Lamp Code (1999)", audience="staff")
    assert stand(OLD, closed)["old"] == STANDING
    own = source("old", "The Lamp Code (1999)", audience="staff")
    assert stand(own, closed)["old"].successor == "closed"


def test_a_successor_that_a_curator_named_stays_unnamed_to_readers_it_does_not_have() -> None:
    closed = source("closed", "Closed edition", audience="staff")
    assert stand(Entry(OLD, "superseded", "closed"), closed)["old"] == Standing("superseded")
    assert stand(Entry(OLD, "superseded", "closed"), closed, NEW)["old"] == BY_NEW


def test_a_digest_for_everybody_outlives_an_original_that_is_not() -> None:
    digest = source("digest", "In short", kind="digest", digest_of="The Lamp Code (1999)")
    closed = source("old", "The Lamp Code (1999)", audience="staff")
    assert stand(digest, closed) == {"digest": STANDING, "old": STANDING}


def test_a_digest_retires_for_its_original_and_supersedes_none() -> None:
    digest = source("digest", "In short", kind="digest", digest_of="the lamp code 1999", supersedes="Lamp Code (1999)")
    assert stand(digest, OLD) == {"digest": Standing("retired"), "old": STANDING}
    assert stand(digest) == {"digest": STANDING}
    assert stand(digest, Entry(OLD, "withdrawn"))["digest"] == STANDING
    assert stand(Entry(digest, "upheld"), OLD)["digest"] == STANDING
    naming = source("naming", "In short", kind="digest", supersedes="The Lamp Code (1999)")
    assert stand(naming, OLD)["old"] == STANDING


titles = st.sampled_from(["a", "b", "c", None])
entries = st.lists(
    st.builds(
        lambda title, supersedes, decision: (title, supersedes, decision),
        titles,
        titles,
        st.sampled_from(["active", "superseded", "withdrawn", "upheld"]),
    ),
    max_size=8,
)


@given(entries)
@settings(deadline=None)
def test_every_source_has_a_standing_and_a_successor_that_is_there(
    drawn: list[tuple[str | None, str | None, str]],
) -> None:
    made = [
        Entry(Source(str(n), f"{n}.md", title=title, supersedes=supersedes), decision)
        for n, (title, supersedes, decision) in enumerate(drawn)
    ]
    found = standings(made)
    assert set(found) == {entry.source.source_id for entry in made}
    for entry in made:
        standing = found[entry.source.source_id]
        assert standing.successor is None or found[standing.successor].state != "withdrawn"
        assert standing.successor != entry.source.source_id
