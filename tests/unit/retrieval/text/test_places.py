from __future__ import annotations

import pytest

from retrieval.text.places import asked_places, begun, elsewhere, heading_keys, keys_of, label, unnumbered, within
from retrieval.text.wording import normal


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("What does Article 12(2)(a) of the Pact say?", {"Article 12(2)(a)": ("art", "12", "2", "a")}),
        ("What is in Art. 12, para. 2?", {"Art. 12, para. 2": ("art", "12", "2")}),
        ("paragraph 2(a) of article 3 bis", {"paragraph 2(a) of article 3 bis": ("art", "3bis", "2", "a")}),
        ("Does Annex II, Article 3 bind us?", {"Annex II, Article 3": ("annex", "2", "art", "3")}),
        ("What is in article 3 of the annex?", {"article 3 of the annex": ("annex", "art", "3")}),
        ("Annex, Art. 3(1)", {"Annex, Art. 3(1)": ("annex", "art", "3", "1")}),
        ("par. 2 of article 3 of the schedule", {"par. 2 of article 3 of the schedule": ("schedule", "art", "3", "2")}),
        ("Article 3 of the Annex II", {"Article 3 of the Annex II": ("annex", "2", "art", "3")}),
        ("What does § 4.2 say?", {"§ 4.2": ("sec", "4", "2")}),
        ("Articles 12 and 112?", {"Art. 12": ("art", "12"), "Art. 112": ("art", "112")}),
        ("paragraphs 3 to 5", {f"par. {n}": ("par", str(n)) for n in (3, 4, 5)}),
        ("rule 87 or principle 4", {"rule 87": ("rule", "87"), "principle 4": ("principle", "4")}),
        ("operative paragraph IV", {"operative paragraph IV": ("par", "4")}),
        ("items (a) and (b) of Section 5", {"Sec. 5(a)": ("sec", "5", "a"), "Sec. 5(b)": ("sec", "5", "b")}),
        ("Part I", {"Part I": ("part", "1")}),
    ],
)
def test_places_are_read_from_a_question(question: str, places: dict[str, tuple[str, ...]]) -> None:
    assert {place.name: place.key for place in asked_places(question)} == places


@pytest.mark.parametrize(
    "question",
    [
        "Which part I should play?",
        "Which rules I must follow",
        "Can we join an Article 36 review?",
        "May we fly under a Chapter VII mandate?",
        "Who signs the Rule 41 warrant?",
        "Does Regulation 428/2009 apply?",
        "What does Resolution 1325 say?",
        "How many parts are there in 12 articles?",
        "Who relieves section 2 of Alpha company?",
        "When does section 2, 1 Platoon report?",
        "Is there a ford at point 5 miles north?",
        "Do we halt at point 3 hours before dusk?",
    ],
)
def test_what_only_looks_like_a_place_is_none(question: str) -> None:
    assert asked_places(question) == ()


def test_a_place_holds_what_lies_within_it_and_no_other_number() -> None:
    keys = keys_of("Art. 12(2)(a)")
    assert within(("art", "12"), keys)
    assert within(("art", "12", "2"), keys)
    assert not within(("art", "1"), keys)
    assert not within(("art", "12", "2", "b"), keys)
    assert elsewhere(("art", "112"), keys)
    assert not elsewhere(("rule", "12"), keys)
    assert within(("art", "3"), keys_of("Annex II, Art. 3(1)"))
    assert within(("par", "12"), keys_of("Chapter IV, par. 12"))
    assert within(("annex", "art", "3"), keys_of("Annex II, Art. 3(1)"))
    assert within(("annex", "art", "3"), keys_of("Annex, Art. 3(1)"))
    assert not within(("annex", "2", "art", "3"), keys_of("Annex, Art. 3(1)"))


def test_a_heading_names_the_place_it_begins_with() -> None:
    assert heading_keys("PART I > Article 12 > 5.2 Persons held") == {("part", "1"), ("art", "12"), ("sec", "5", "2")}
    assert heading_keys("On Article 12 > 24 hours") == {("sec", "24")}
    assert heading_keys(None) == set()
    found = begun("**ARTICLE XII** Persons")
    assert found is not None
    assert (found.kind, found.name, found.number) == ("art", "Art. XII", "XII")
    assert begun("The Article 12") is None


def test_a_place_in_words_reads_back_as_itself() -> None:
    for name in (
        "Art. 12(2)(a)",
        "Sec. 4",
        "Rule 87",
        "Annex 2, Art. 3",
        "Annex, Art. 3",
        "par. 3(a)",
        "Recommendation 12",
    ):
        [key] = [place.key for place in asked_places(name)]
        assert label(key) == name


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("3. Calls upon all parties.", "Calls upon all parties."),
        ("(a) under Article 12(2) it sails", "under  it sails"),
        ("12 ferries sail.", "12 ferries sail."),
        ("In 2019 there were 14 boats.", "In 2019 there were 14 boats."),
    ],
)
def test_numbers_of_items_and_places_count_nothing(text: str, left: str) -> None:
    assert unnumbered(text) == left


def test_where_a_mention_ends_is_known_of_each_place_in_it() -> None:
    question = "Do article 5,  articles 7 and 9 of the pact bind, or rule 3 alone?"
    ends = [normal(question)[place.end :] for place in asked_places(question)]
    assert ends == [" of the pact bind, or rule 3 alone?"] * 3 + [" alone?"]
