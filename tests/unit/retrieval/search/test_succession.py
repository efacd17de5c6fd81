"""A superseded passage comes right behind the one of its successor that says nearly the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.search.succession import overtaken, yield_to_successors
from retrieval.types import Hit


def hit(name: str, source: str, text: str, successor: str | None = None) -> Hit:
    status = "superseded" if successor else None
    where = Source(source, f"{source}.md", status=status, successor=successor)
    return Hit(Passage(name, where, (Sentence((Span(text),)),)), 1.0)


OLD = hit("old", "code-1999", "Boats are lent for a day against a receipt.", "code-2024")
NEW = hit("new", "code-2024", "Boats are lent for two days against a receipt.")
ELSE = hit("else", "code-2024", "Oars are kept dry in winter.")
OTHER = hit("other", "tides", "Boats are lent for a day against a receipt.")


def order(*hits: Hit) -> list[str]:
    return [found.passage.passage_id for found in yield_to_successors(hits)]


def test_the_later_text_comes_first_and_the_earlier_right_behind_it() -> None:
    assert order(OLD, OTHER, ELSE, NEW) == ["other", "else", "new", "old"]


def test_what_already_stands_behind_stays() -> None:
    assert order(NEW, OTHER, OLD) == ["new", "other", "old"]


def test_a_superseded_passage_of_which_the_later_text_says_nothing_keeps_its_place() -> None:
    assert order(OLD, ELSE, OTHER) == ["old", "else", "other"]


def test_yielding_goes_on_through_a_chain_of_editions() -> None:
    oldest = hit("oldest", "code-1950", "Boats are lent for a day against a receipt.", "code-1999")
    assert order(oldest, OLD, NEW) == ["new", "old", "oldest"]


def test_a_sentence_is_overtaken_where_the_later_text_says_nearly_the_same() -> None:
    texts = [(found.passage.source, found.passage.text) for found in (OLD, OTHER, ELSE, NEW)]
    assert overtaken(texts) == {0}
    assert overtaken(texts[:3]) == set()


sources = st.sampled_from(["a", "b", "c"])
found = st.lists(
    st.builds(
        lambda source, text, successor: (source, text, successor),
        sources,
        st.sampled_from(["one two three", "two three four", "kelp"]),
        st.none() | sources,
    ),
    max_size=12,
)


@given(found)
@settings(deadline=None)
def test_no_hit_is_lost_or_doubled(drawn: list[tuple[str, str, str | None]]) -> None:
    hits = [hit(str(number), *each) for number, each in enumerate(drawn)]
    assert sorted(order(*hits)) == sorted(h.passage.passage_id for h in hits)
