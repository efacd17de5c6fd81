"""From chosen sentences to an answer: what is shown, in which order, and what it says of itself."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from retrieval.answers.composing import LAW, compose
from retrieval.answers.questions import understand
from retrieval.answers.units import unit_of
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.ports import Selected, Selection
from retrieval.types import Answer, Claim, Part, Strength

RULE = "The partner must report every loss of night vision goggles within two days."
POLICY = Source("p", "policy.md", authority="policy", published="2021", binds="river forces")
COMMENTARY = Source("c", "commentary.md", authority="commentary", published="2022")
DIGEST = Source("d", "digest.md", kind="digest", digest_of="Policy", published="2021")
ASKED = "When must the loss of goggles be reported?"


def _passage(source: Source, *texts: str, start: int = 1) -> Passage:
    sentences = tuple(Sentence((Span(text, n),)) for n, text in enumerate(texts, start))
    return Passage(f"{source.source_id}-1", source, sentences)


def _composed(*chosen: tuple[Passage, int], question: str = ASKED, firm: int = 3, part: int = 1) -> Answer:
    selection = Selection(tuple(Selected(part, passage, at) for passage, at in chosen))
    answer = compose(understand(question), selection, [passage for passage, _ in chosen], firm=firm)
    assert answer is not None
    return answer


def test_two_sources_that_say_the_same_are_one_claim_and_the_better_standing_comes_first() -> None:
    ours = _passage(COMMENTARY, RULE, "Ferries leave at noon.")
    theirs = _passage(POLICY, "The harbour is closed on Sundays.", RULE)
    answer = _composed((ours, 0), (theirs, 1))
    assert answer.claims == (Claim(RULE, (1, 2)),)
    assert [citation.source for citation in answer.citations] == [POLICY, COMMENTARY]
    assert answer.text == f"{RULE} [1][2]"


@pytest.mark.parametrize(("said", "instead"), [("two days", "nine weeks"), ("must", "may"), ("14", "24")])
def test_a_sentence_that_differs_in_what_decides_is_another_claim(said: str, instead: str) -> None:
    rule = f"{RULE[:-1]}, at the latest by noon of day 14 after the end of the month in which the loss was seen."
    answer = _composed((_passage(POLICY, rule), 0), (_passage(COMMENTARY, rule.replace(said, instead)), 0))
    assert [claim.citations for claim in answer.claims] == [(1,), (2,)]


def test_three_claims_are_shown_at_most_and_the_others_wait_behind() -> None:
    texts = [f"Rule {n} says that boat {n} waits for lamp {n} on quay {n} before it leaves." for n in range(5)]
    passages = [_passage(Source(f"s{n}", f"{n}.md"), text) for n, text in enumerate(texts)]
    answer = _composed(*((passage, 0) for passage in passages), question="Which boat waits?")
    assert [claim.more for claim in answer.claims] == [False, False, False, True, True]
    assert answer.text == "\n".join(f"{text} [{n}]" for n, text in enumerate(texts[:3], 1))
    assert answer.strength is not None
    fewer = _composed(*((passage, 0) for passage in passages), question="Which boat waits?", firm=1)
    assert [claim.more for claim in fewer.claims] == [False, True, True, True, True]


def test_a_long_claim_leaves_no_room_for_a_second_one() -> None:
    long = _passage(POLICY, "The quay master counts " + "and counts " * 45 + "all the boats.")
    answer = _composed((long, 0), (_passage(COMMENTARY, "Boats leave " + "and leave " * 15 + "at noon."), 0))
    assert [claim.more for claim in answer.claims] == [False, True]


def test_every_part_shows_its_best_claim_and_one_that_nothing_answers_is_named() -> None:
    asked = understand("Who counts the boats, and when does the ferry leave, and where is the lamp kept?")
    passages = [
        _passage(POLICY, "The quay master counts the boats."),
        _passage(COMMENTARY, "The ferry leaves at noon."),
    ]
    chosen = tuple(Selected(n, passage, 0) for n, passage in enumerate(passages, 1))
    answer = compose(asked, Selection(chosen), firm=1)
    assert answer is not None
    assert [(claim.part, claim.more) for claim in answer.claims] == [(1, False), (2, False)]
    assert answer.parts == tuple(
        Part(n, text, covered)
        for n, (text, covered) in enumerate(zip(asked.parts, (True, True, False), strict=True), 1)
    )
    assert answer.text.splitlines()[-1] == f"Not found here: {asked.parts[2]}"


def test_neighbouring_sentences_of_a_paragraph_are_one_claim_in_reading_order() -> None:
    sentences = (Sentence((Span("Count the boats.", 1),)), Sentence((Span("Write the number down.", 1),)))
    passage = Passage("p-1", POLICY, sentences)
    answer = _composed((passage, 1), (passage, 0))
    assert [claim.text for claim in answer.claims] == ["Count the boats. Write the number down."]


@pytest.mark.parametrize(
    ("between", "kept"),
    [
        ("The truth is more complex.", True),
        ("But at night, when the pilots are asleep and the lamps are out, no boat of any kind may leave it.", True),
        (
            "Each of the eleven lamps on the northern quay was given by a family of pilots in the year of the flood.",
            False,
        ),
    ],
)
def test_no_gap_hides_what_turns_the_sentence_before_it_or_is_too_short_to_be_about_anything_else(
    between: str, kept: bool
) -> None:
    texts = (
        "Old pilots hold that boats leave the quay safely at noon.",
        between,
        "Boats leave the quay in fog at their risk.",
    )
    passage = Passage("p-1", POLICY, tuple(Sentence((Span(text, 1),)) for text in texts))
    unit = unit_of(passage, [0, 2])
    assert unit is not None
    assert (between in unit.text) is kept


def test_a_sentence_whose_predecessor_is_not_at_hand_does_not_come_first() -> None:
    leaning, plain = _passage(COMMENTARY, "It must be counted daily."), _passage(POLICY, "The fuel is counted weekly.")
    answer = _composed((leaning, 0), (plain, 0))
    assert [claim.text for claim in answer.claims] == ["The fuel is counted weekly.", "It must be counted daily."]


def test_nothing_that_can_be_quoted_is_no_answer() -> None:
    assert compose(understand(ASKED), Selection()) is None


def test_what_a_model_chose_says_so() -> None:
    answer = compose(understand(ASKED), Selection((Selected(1, _passage(POLICY, RULE), 0),)), model="small")
    assert answer is not None
    assert (answer.mode, answer.model) == ("model", "small")


@pytest.mark.parametrize("source", [COMMENTARY, DIGEST])
def test_a_question_of_law_is_not_answered_by_commentary_or_a_digest(source: Source) -> None:
    answer = _composed((_passage(source, RULE), 0), question="Does the law require a report of the loss?")
    assert (answer.status, answer.reason, answer.text) == ("abstained", "law", LAW)
    assert (answer.claims, answer.citations) == ((), ())
    assert [citation.quote for citation in answer.nearest] == [RULE]


def test_a_question_of_law_is_answered_by_what_binds_before_what_comments_on_it() -> None:
    passages = [_passage(COMMENTARY, "The law requires it, scholars agree."), _passage(POLICY, RULE)]
    answer = _composed(*((p, 0) for p in passages), question="Does the law require a report of the loss?")
    assert answer.status == "answered"
    assert [citation.source for citation in answer.citations] == [POLICY, COMMENTARY]


def test_a_text_whose_kind_is_not_stated_answers_a_question_of_law_with_a_rule_of_its_own_alone() -> None:
    question = "Does the law require a report of the loss?"
    unlabelled = Source("u", "u.md")
    assert _composed((_passage(unlabelled, RULE), 0), question=question).status == "answered"
    aside = _passage(unlabelled, "The law of the river was made for another age.")
    assert _composed((aside, 0), question=question).reason == "law"


def test_the_strength_of_an_answer_is_that_of_the_claims_shown_first() -> None:
    answer = _composed(
        (_passage(COMMENTARY, "Crews should wait for the lamp."), 0), (_passage(POLICY, RULE), 0), firm=1
    )
    assert answer.strength == Strength("should", ("commentary",), (2022,), ("nobody",), ("treaty", "statute", "policy"))


OLD = Source("d15", "a.md", "Mooring Directive 2015", successor="d19")
LATER = Source("d19", "b.md", "Mooring Directive 2019", successor="d23")
NEW = Source("d23", "c.md", "Mooring Directive 2023")
SAID = {
    OLD.title: "Every barge must be inspected before each crossing begins.",
    LATER.title: "All vessels are hauled out whenever a keel was touched.",
    NEW.title: "Inspection takes place anew every twelve months at the office.",
    POLICY.title: RULE,
}


def _order(*sources: Source) -> list[Source]:
    """The sources of the citations in their order, where `sources` were found in theirs."""
    answer = _composed(*((_passage(source, SAID[source.title]), 0) for source in sources), question="When?")
    return [citation.source for citation in answer.citations]


@pytest.mark.parametrize("found", list(itertools.permutations([OLD, LATER, NEW])))
def test_what_was_superseded_comes_after_the_successor_that_speaks_too(found: tuple[Source, ...]) -> None:
    assert _order(*found) == [NEW, LATER, OLD]
    assert _order(*found, POLICY) == [NEW, POLICY, LATER, OLD]


def test_a_superseded_source_keeps_its_place_where_no_successor_speaks() -> None:
    assert _order(OLD, POLICY) == [OLD, POLICY]


def test_a_later_edition_that_says_it_anew_speaks_in_place_of_the_earlier_one() -> None:
    earlier = _passage(OLD, "Every barge must be inspected before each crossing begins.")
    between = _passage(LATER, "Every barge must be inspected before a crossing at night begins.")
    later = _passage(NEW, "Lamps are lit.", "A barge must be inspected once a year before a crossing begins.")
    selection = Selection((Selected(1, earlier, 0),))
    answer = compose(understand("When must every barge be inspected?"), selection, [earlier, between, later])
    assert answer is not None
    assert [citation.quote for citation in answer.citations] == [later.sentences[1].text]


def test_sources_that_supersede_each_other_keep_their_places() -> None:
    one, other = replace(POLICY, successor="d23"), replace(NEW, successor="p")
    assert _order(one, other) == [one, other]


def test_rows_of_a_table_are_quoted_each_by_itself_and_its_headers_stay_a_stem_with_the_page_of_the_row() -> None:
    def row(unit: str, day: str) -> Sentence:
        cells = (Span("Post", None, 1, "stem"), Span(unit, None, 3), Span("Day", None, 1, "stem"), Span(day, None, 3))
        return Sentence(cells, row=True)

    table = Passage("t", Source("s", "t.pdf"), (row("Mole", "1 May"), row("Beacon", "2 May")))
    chosen = Selection((Selected(1, table, 1), Selected(1, table, 0)))
    answer = compose(understand("What is the day of the beacon, and of the mole?"), chosen, [table])
    assert answer is not None
    assert [claim.text for claim in answer.claims] == ["Post: Beacon; Day: 2 May", "Post: Mole; Day: 1 May"]
    assert [(citation.page, [span.role for span in citation.spans]) for citation in answer.citations] == [
        (3, ["stem", "quote", "stem", "quote"]),
        (3, ["stem", "quote", "stem", "quote"]),
    ]


def test_a_row_that_ends_in_a_stop_is_quoted_without_the_rows_beside_it() -> None:
    rows = [Sentence((Span(post, 4), Span(duty, 4)), row=True) for post, duty in (
        ("Mole", "But log each landing."), ("Beacon", "This is inspected weekly."), ("Pier", "However, light it."),
    )]  # fmt: skip
    table = Passage("t", Source("s", "t.md"), tuple(rows))
    answer = compose(understand("What of the beacon?"), Selection((Selected(1, table, 1),)), [table])
    assert answer is not None
    assert [claim.text for claim in answer.claims] == ["Beacon; This is inspected weekly."]


def test_a_row_that_has_less_of_the_question_than_another_of_its_table_is_left_out() -> None:
    def row(company: str, fuel: str) -> Sentence:
        return Sentence(
            (Span("Partner", None, None, "stem"), Span(company), Span("Fuel", None, None, "stem"), Span(fuel)), row=True
        )

    table = Passage("t", Source("s", "t.md"), (row("Delta company", "4000"), row("Echo company", "2500")))
    text = Passage("u", Source("s", "t.md"), (Sentence((Span("Fuel is given on request."),)),))
    chosen = Selection((Selected(1, table, 0), Selected(1, table, 1), Selected(1, text, 0)))

    def claims(question: str) -> list[str]:
        answer = compose(understand(question), chosen, [table, text])
        assert answer is not None
        return [claim.text for claim in answer.claims]

    delta, echo = "Partner: Delta company; Fuel: 4000", "Partner: Echo company; Fuel: 2500"
    assert claims("How much fuel does Echo company get?") == [echo, "Fuel is given on request."]
    assert claims("How much fuel do Delta company and Echo company get?") == [delta, echo, "Fuel is given on request."]
    assert claims("How much fuel does each partner get?") == [delta, echo, "Fuel is given on request."]


def test_what_stands_under_the_term_that_is_asked_for_comes_first() -> None:
    def row(term: str, meaning: str) -> Sentence:
        return Sentence((Span(term, None, None, "stem"), Span(meaning)), row=True)

    rows = (row("Handover note", "What the next officer must know."), row("Handover note", "Once: the list of keys."))
    terms = Passage("t", Source("s", "t.html"), rows)
    text = Passage("u", Source("s", "t.html"), (Sentence((Span("The officer signs the handover note."),)),))
    chosen = Selection((Selected(1, text, 0), Selected(1, terms, 1), Selected(1, terms, 0)))

    def firsts(question: str) -> list[str]:
        answer = compose(understand(question), chosen, [terms, text])
        assert answer is not None
        return [claim.text.partition(" ")[0] + " " + claim.text.rpartition(" ")[2] for claim in answer.claims]

    assert firsts("What is a handover note?") == ["Handover know.", "Handover keys.", "The note."]
    assert firsts("What does handover note mean?") == ["Handover know.", "Handover keys.", "The note."]
    assert firsts("Who signs the handover note?") == ["The note.", "Handover keys.", "Handover know."]


COMPANIES, UNITS = ["Delta company", "Echo company"], ["Unit A78", "Unit B79"]


@pytest.mark.parametrize(
    ("question", "names", "shown"),
    [
        ("What does Echo company get?", COMPANIES, ["Echo company"]),
        ("What does Mike company get?", COMPANIES, []),
        ("What do Echo company and Mike company get?", COMPANIES, ["Echo company"]),
        ("What does Company Mike get?", COMPANIES, COMPANIES),
        ("Which company gets fuel?", COMPANIES, COMPANIES),
        ("What does Unit B79 get?", UNITS, ["Unit B79"]),
        ("What does Unit C80 get?", UNITS, []),
        ("What does each of them get?", UNITS, UNITS),
    ],
)
def test_a_row_about_another_one_than_is_asked_for_is_left_out(
    question: str, names: list[str], shown: list[str]
) -> None:
    rows = [Sentence((Span("Who", None, None, "stem"), Span(name), Span("90 litres")), row=True) for name in names]
    table = Passage("t", Source("s", "t.md"), tuple(rows))
    answer = compose(understand(question), Selection(tuple(Selected(1, table, at) for at in range(2))), [table])
    found = [] if answer is None else [span.text for c in answer.citations for span in c.spans if span.text in names]
    assert found == shown
