"""A short form is met by its long form, and the other way round, in what is quoted and in what is abstained from."""

from __future__ import annotations

import pytest

from retrieval.answering import Answerer
from retrieval.ports import Embedder
from retrieval.search.glossary import Entry, Glossary, load_glossary, put
from tests.support.guidance import HANDBOOK, PASSAGES, passage
from tests.support.memory_searcher import MemorySearcher

SPELLED_OUT = "Every ammunition store must be counted by a joint team every 90 days."
SHORT = "The OPCELL must sign every order before a convoy leaves the harbour."
ORIGIN = passage("o", HANDBOOK, None, (1, "The law of armed conflict comes from treaties and from custom."))
GLOSSARY = Glossary([Entry(("QXA", "ammunition store", "magazine")), Entry(("OPCELL", "operations planning cell"))])
SEARCHER = MemorySearcher(
    [passage("l", HANDBOOK, None, (2, SPELLED_OUT)), passage("s", HANDBOOK, None, (3, SHORT)), *PASSAGES[2:]]
)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How often must a QXA be counted?", SPELLED_OUT),
        ("How often must QXAs be counted?", SPELLED_OUT),
        ("What must the operations planning cell sign before a convoy leaves?", SHORT),
    ],
)
def test_either_form_is_answered_by_a_text_that_knows_only_the_other(question: str, said: str) -> None:
    answer = Answerer(SEARCHER, glossary=GLOSSARY).answer(question)
    assert (answer.status, answer.claims[0].text, answer.question) == ("answered", said, question)


def test_without_the_glossary_the_evidence_is_weaker() -> None:
    question = "How often must a QXA be counted?"
    known, unknown = (Answerer(SEARCHER, glossary=each).find(question).evidence for each in (GLOSSARY, None))
    assert (known.names, unknown.names) == (1.0, 0.0)
    assert known.sentence > unknown.sentence
    assert known.passage > unknown.passage


def test_a_shipped_short_form_is_answered_by_meaning_too(local_embedder: Embedder) -> None:
    searcher = MemorySearcher([ORIGIN, *PASSAGES], local_embedder)
    answer = Answerer(searcher, local_embedder, glossary=load_glossary()).answer("Where does LOAC come from?")
    assert (answer.status, answer.citations[0].passage_id) == ("answered", "o")


def test_a_short_form_of_something_the_sources_never_name_is_still_not_covered(local_embedder: Embedder) -> None:
    searcher = MemorySearcher(PASSAGES, local_embedder)
    answer = Answerer(searcher, local_embedder, glossary=load_glossary()).answer("What does the CWC ban?")
    assert answer.status == "abstained"


def test_a_question_is_read_in_the_forms_its_sources_use_and_never_where_they_use_its_own() -> None:
    text = "A magazine is locked. Each ammunition store has a lock, and ammunition stores have one door."
    assert GLOSSARY.readings("Who locks the QXA?", text) == [{"QXA": "ammunition store"}, {"QXA": "magazine"}]
    assert GLOSSARY.readings("Who locks the QXA?", f"{text} The QXA is lit.") == []
    assert GLOSSARY.readings("Who locks the QXA?", "Nothing of the kind.") == []


def test_words_are_replaced_whole() -> None:
    assert put("Is a QX in the QXA of AQX?", {"QX": "store", "QXA": "depot"}) == "Is a store in the depot of AQX?"
