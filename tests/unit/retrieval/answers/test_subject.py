from __future__ import annotations

import pytest

from retrieval.answers.abstention import covered, not_covered, reason
from retrieval.answers.evidence import Evidence, weigh
from retrieval.answers.questions import understand
from retrieval.answers.sentences import AS_ASKED, SentenceRanker
from retrieval.answers.subject import subjects_of, topic_not_found, unnamed
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.embedding.local import LocalEmbedder
from retrieval.types import Finder, Hit, Results


def passage(*said: str, title: str = "Notes on Pilotage", section: str | None = None) -> Passage:
    source = Source("s", "s.md", title=title)
    return Passage("p", source, tuple(Sentence((Span(text, 1),)) for text in said), section=section)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What does the Third Harbour Convention require of a master?", ["Third Harbour Convention"]),
        ("What does the EU salvage directive say?", ["EU salvage directive"]),
        ("Does Article 12(2) apply to ferries?", []),
        ("What is Article 12?", []),
        ('What does "safe berth" mean?', ["safe berth"]),
        ("What is a caveat?", ["caveat"]),
        ("What are the risks of boarding in fog?", []),
        ("May the 4th Flotilla use the pier at Oldhaven?", []),
        ("Do we have a policy on fenders?", []),
    ],
)
def test_instruments_and_terms_are_what_is_asked_about(question: str, names: list[str]) -> None:
    assert [subject.name for subject in subjects_of(question)] == names


def test_what_is_asked_about_must_be_named_by_a_passage_its_heading_or_its_source() -> None:
    question = "What does the Harbour Convention say on lights?"
    assert [s.name for s in unnamed(question, [passage("Lights are kept from dusk.")])] == ["Harbour Convention"]
    assert unnamed(question, [passage("The Harbour Convention asks for lights.")]) == ()
    assert unnamed(question, [passage("Lights are kept.", section="Harbour Convention")]) == ()
    assert unnamed(question, [passage("Lights are kept.", title="The Harbour Convention of 1911")]) == ()


def evidence(**known: object) -> Evidence:
    sure = {"similarity": 0.9, "dense": 0.9, "sentence": 1.0, "passage": 1.0, "names": 1.0, "figure": 1.0, "words": 1.0}
    return Evidence(**{**sure, "gap": 0.0, "top": 1.0, **known})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("tide tables", ("tide tables",)),
        ("What does the master say about tide tables?", ("tide tables",)),
        ("What do the notes say on lights?", ()),
        ("harbour lights", ()),
        ("ferry moorings", ()),
        ("How are tide tables kept?", ()),
    ],
)
def test_a_topic_of_which_no_passage_has_a_word_is_told_unless_a_line_finds_it(
    question: str, topic: tuple[str, ...]
) -> None:
    lines = ["where do ferry moorings lie", "tables of the harbour"]
    assert topic_not_found(question, [passage("Lights are kept from dusk.")], lines) == topic


def test_nothing_else_makes_up_for_what_is_not_named_and_the_reader_is_told() -> None:
    assert covered(evidence())
    lacking = evidence(unnamed=("Harbour Convention",))
    assert not covered(lacking)
    assert reason("q", lacking) == "not_named"
    assert "No passage found names “Harbour Convention”." in not_covered("q", lacking)


def test_a_question_that_is_a_finder_is_covered_unless_it_wants_a_figure_that_is_not_there() -> None:
    weak = {"similarity": 0.2, "words": 0.2, "sentence": 0.0, "passage": 0.0, "gap": 0.5, "top": 0.1}
    assert not covered(evidence(**weak))
    assert covered(evidence(**weak, asked=AS_ASKED))
    assert not covered(evidence(**weak, asked=AS_ASKED, figure=False))


def test_a_finder_brings_its_own_sentence_to_the_front_and_counts_for_no_other_evidence() -> None:
    said = passage("Masters keep the command at all times.", "A pilot boards at the outer buoy in calm weather.")
    asked = understand("who is the boss aboard")
    terms = dict.fromkeys(("boss", "aboard"), 2.0)
    plain = Results("q", "g", (Hit(said, 1.0),), terms, 1)
    found = Results("q", "g", (Hit(said, 1.0, finders=(Finder(1, "who is the boss aboard"),)),), terms, 1)
    ranker = SentenceRanker()
    assert ranker.rank(asked, found)[0].position == 1
    with_finder, without = (weigh(asked, results, ranker.rank(asked, results)) for results in (found, plain))
    assert (with_finder.asked, without.asked) == (pytest.approx(1.0), 0.0)
    assert (with_finder.sentence, with_finder.passage, with_finder.names) == (0.0, 0.0, 1.0)


def test_a_finder_that_means_what_is_asked_speaks_for_an_answer_and_a_distant_one_for_nothing(
    local_embedder: LocalEmbedder,
) -> None:
    said = passage("Masters keep the command at all times.", "A pilot boards at the outer buoy in calm weather.")
    asked, ranker = understand("When do we walk away from a tow?"), SentenceRanker(local_embedder)

    def finder(line: str) -> float:
        results = Results("q", "g", (Hit(said, 1.0, finders=(Finder(1, line),)),), {"tow": 2.0}, 1)
        return weigh(asked, results, ranker.rank(asked, results)).finder

    assert finder("at what point should we abandon towing") > 0.1
    assert finder("who pays for lunch") == 0.0
    weak = {"similarity": 0.3, "dense": 0.3, "words": 0.4, "gap": 0.2, "top": 0.3}
    assert not covered(evidence(**weak))
    assert covered(evidence(**weak, finder=0.35))


@pytest.mark.parametrize("said", ["3. Safe passage is given to ferries.", "(2) Safe passage is given under Article 9."])
def test_the_number_of_an_item_or_an_article_is_no_figure(said: str) -> None:
    asked = understand("How many ferries were given safe passage in 2019?")
    for text, found in (
        (said, False),
        (said.replace("Safe", "In 2019 safe passage was given to 14 ferries. Safe"), True),
    ):
        results = Results("q", "g", (Hit(passage(text), 1.0),), {"ferri": 2.0, "passag": 1.0}, 1)
        assert weigh(asked, results, SentenceRanker().rank(asked, results)).figure == found


def test_a_term_that_has_its_definition_is_covered_however_little_else_speaks_for_it() -> None:
    spans = (Span("Caveat", 1, role="stem"), Span("A limit a fleet sets on its ships.", 1))
    defined = Passage("p", Source("s", "s.md", title="Terms"), (Sentence(spans),))
    results = Results("q", "g", (Hit(defined, 1.0),), {"caveat": 2.0}, 1)
    asked = {q: understand(q) for q in ("What is a caveat?", "What does caveat mean?", "What is a caveat worth?")}
    assert [weigh(a, results, SentenceRanker().rank(a, results)).asked for a in asked.values()] == [1.0, 1.0, 0.0]
