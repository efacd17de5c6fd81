"""Passages that say the same are shown once."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.search.folding import fold
from retrieval.types import Hit

TEXT = "The harbour board must inspect every ferry at dawn before it leaves, and write down what it found in the log."
AMENDED = TEXT.replace("at dawn", "at dusk")
TEXTS = [TEXT, AMENDED, "Nets.", "", "Nets are dried."]


def hit(name: str, text: str, score: float = 0.5, **known: str) -> Hit:
    source = Source(name, f"{name}.md", **known)  # type: ignore[arg-type]
    return Hit(Passage(f"{name}-0", source, (Sentence((Span(text, paragraph=1),)),)), score)


def folded(*hits: Hit) -> list[tuple[str, list[str]]]:
    return [(found.passage.source.source_id, [other.source_id for other in found.also]) for found in fold(hits)]


def test_equal_texts_are_one_that_names_the_others() -> None:
    assert folded(hit("a", TEXT), hit("other", "Nets are dried at noon."), hit("b", TEXT)) == [
        ("a", ["b"]),
        ("other", []),
    ]


def test_what_stays_is_in_force_of_the_higher_authority_and_newer_and_takes_the_best_place() -> None:
    superseded = hit("old", TEXT, 0.9, status="superseded", authority="treaty", published="2024")
    guide = hit("guide", TEXT, 0.8, authority="guidance", published="2023")
    policy, newer = (hit(year, TEXT, 0.7, authority="policy", published=year) for year in ("2019", "2021"))

    assert folded(superseded, guide, policy, newer) == [("2021", ["old", "guide", "2019"])]
    assert fold([superseded, guide, policy, newer])[0].score == 0.9


def test_a_word_or_two_of_an_edition_changed_still_fold() -> None:
    long = f"{TEXT} {TEXT.lower().replace('ferry', 'barge')}"

    assert folded(hit("a", long), hit("b", long.replace("in the log", "in a log"))) == [("a", ["b"])]


def test_texts_that_differ_in_a_number_a_negation_or_a_modal_are_both_shown() -> None:
    long = f"{TEXT} Reports reach the keeper within 7 days, whoever wrote them and wherever the ferry lay that night."

    for was, became in (
        ("7 days", "30 days"),
        ("must inspect", "should inspect"),
        ("must inspect", "must not inspect"),
    ):
        assert folded(hit("a", long), hit("b", long.replace(was, became))) == [("a", []), ("b", [])]


def test_a_superseded_text_yields_to_its_successor_though_a_number_was_amended() -> None:
    long = f"{TEXT} Reports reach the keeper within 7 days, whoever wrote them and wherever the ferry lay that night."
    old = hit("old", long, 0.9, status="superseded", successor="new")

    assert folded(old, hit("new", long.replace("7 days", "5 days"))) == [("new", ["old"])]


def test_a_short_text_within_a_long_one_is_shown_beside_it() -> None:
    assert folded(
        hit("a", f"{TEXT} Nets are dried at noon, sails are mended in winter, and ropes are tarred."), hit("b", TEXT)
    ) == [
        ("a", []),
        ("b", []),
    ]


def test_passages_of_one_source_fold_without_naming_it_again() -> None:
    one, other = hit("a", TEXT), hit("a", TEXT)

    assert folded(one, other) == [("a", [])]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([TEXT, AMENDED, "Nets.", "", "Nets are dried."]), st.sampled_from("abc")), max_size=8
    )
)
def test_nothing_is_lost_and_folding_again_changes_nothing(found: list[tuple[str, str]]) -> None:
    hits = [hit(f"{name}{place}", text, 1 - place / 10) for place, (text, name) in enumerate(found)]
    once = fold(hits)

    named = [found.passage.source.source_id for found in once] + [s.source_id for found in once for s in found.also]
    assert sorted(named) == sorted(found.passage.source.source_id for found in hits)
    assert fold(once) == once
    assert [found.score for found in once] == sorted((found.score for found in once), reverse=True)
    assert fold([replace(found, also=()) for found in once]) == [replace(found, also=()) for found in once]
