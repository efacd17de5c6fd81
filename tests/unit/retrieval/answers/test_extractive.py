"""Which sentences the program chooses, and how many of them stand out."""

from __future__ import annotations

from retrieval.answers.extractive import MOST_CHOSEN, Choice, choose
from retrieval.answers.questions import understand
from retrieval.answers.sentences import Candidate
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.ports import Selected, Selection
from retrieval.types import Hit

HARBOUR, ISLAND = Source("h", "harbour.md"), Source("i", "island.md")


def _passage(source: Source, *texts: str) -> Passage:
    return Passage(
        f"{source.source_id}-1", source, tuple(Sentence((Span(text, n),)) for n, text in enumerate(texts, 1))
    )


MANY = _passage(HARBOUR, *(f"Rule {n} of the harbour is short." for n in range(9)))
OTHER = _passage(ISLAND, "The island has a rule of its own.")


def _candidate(passage: Passage, position: int, *parts: float) -> Candidate:
    return Candidate(Hit(passage, 1.0), position, max(parts), parts, None, 0.5)


def _chosen(choice: Choice) -> list[tuple[int, str, int]]:
    return [(each.part, each.passage.passage_id, each.position) for each in choice.selection.chosen]


def test_the_best_stands_out_with_what_is_nearly_as_good_and_the_rest_follows_or_is_left() -> None:
    ranked = [_candidate(MANY, at, score) for at, score in enumerate((1.0, 0.85, 0.75, 0.4))]
    assert choose(understand("What are the rules?"), ranked) == Choice(
        Selection(tuple(Selected(1, MANY, at) for at in range(3))), 2
    )


def test_what_stands_in_the_paragraph_that_answers_best_comes_before_other_places() -> None:
    sentences = tuple(Sentence((Span(f"Rule {n}.", 4),)) for n in range(2))
    paragraph = Passage("p-1", HARBOUR, sentences)
    ranked = [_candidate(paragraph, 0, 1.0), _candidate(OTHER, 0, 0.95), _candidate(paragraph, 1, 0.75)]
    choice = choose(understand("What are the rules?"), ranked)
    assert _chosen(choice) == [(1, "p-1", 0), (1, "p-1", 1), (1, "i-1", 0)]
    assert choice.firm == 3


def test_no_more_is_chosen_than_anybody_reads() -> None:
    ranked = [_candidate(MANY, at, 1.0) for at in range(9)]
    assert len(choose(understand("What are the rules?"), ranked).selection.chosen) == MOST_CHOSEN


def test_each_part_of_a_question_gets_its_best_sentence_unless_that_is_far_too_weak() -> None:
    asked = understand("Who keeps the harbour, and when is the island closed?")
    ranked = [_candidate(MANY, 0, 1.0, 0.2), _candidate(MANY, 1, 0.9, 0.1), _candidate(OTHER, 0, 0.1, 0.65)]
    assert _chosen(choose(asked, ranked))[:2] == [(1, "h-1", 0), (2, "i-1", 0)]
    weak = [*ranked[:2], _candidate(OTHER, 0, 0.1, 0.55)]
    assert _chosen(choose(asked, weak)) == [(1, "h-1", 0), (1, "h-1", 1)]


def test_a_comparison_brings_a_second_source_though_it_is_weaker() -> None:
    asked = understand("How do both sources compare on rules?")
    ranked = [_candidate(MANY, 0, 1.0), _candidate(MANY, 1, 0.95), _candidate(OTHER, 0, 0.65)]
    assert _chosen(choose(asked, ranked)) == [(1, "h-1", 0), (1, "i-1", 0), (1, "h-1", 1)]


def test_nothing_found_is_nothing_chosen() -> None:
    assert choose(understand("What are the rules?"), []) == Choice(Selection(), 0)
