"""A pattern meets a text in any form of its words, and nothing beyond a sentence."""

from __future__ import annotations

import pytest

from retrieval.text.patterns import compiled, filled, named, plain


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("What's the vetting?", ". what is the vet+ ? "),
        ("We can't hide bodies; they've burned files.", ". we can not hid bodi ; thei hav burn+ fil . "),
        ("Let's sign-off the partner's units", ". let us sign off the partner unit . "),
        ("", ". "),
    ],
)
def test_a_text_is_put_in_plain_words(text: str, said: str) -> None:
    assert plain(text) == said


@pytest.mark.parametrize(
    "texts",
    [
        ("hide", "hides", "hiding"),
        ("policy", "policies"),
        ("strike", "strikes", "striking"),
        ("shell", "shells", "shelled", "shelling"),
        ("assess", "assesses", "assessed"),
        ("way", "ways"),
        ("idea", "ideas"),
        ("buy", "buys", "buying"),
    ],
)
def test_a_word_of_a_pattern_stands_for_all_its_forms(texts: tuple[str, ...]) -> None:
    pattern = compiled(filled(texts[0], {}))
    assert [text for text in texts if not pattern.search(plain(text))] == []


def test_an_adjective_is_no_form_of_its_noun() -> None:
    assert not compiled(filled("lawful", {})).search(plain("the law"))


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("How do we skip this vetting", True),
        ("how to skip, for once, all our checks", True),
        ("How do we skip. Vetting starts", False),
        ("how to skip one two three four five six seven eight nine ten eleven twelve thirteen checks", False),
        ("somehow skipping vetting", False),
    ],
)
def test_named_parts_and_gaps_stay_within_a_sentence(text: str, met: bool) -> None:
    parts = named({"check": "vetting|check", "how": "how (?:to|do %)"})
    assert bool(compiled(filled("{how}skip __{check}", parts)).search(plain(text))) is met


@pytest.mark.parametrize(("text", "met"), [("the smartest way", True), ("agricultural aid", True), ("the way", False)])
def test_the_begin_or_the_end_of_a_word_may_be_left_open(text: str, met: bool) -> None:
    assert bool(compiled(filled("~est|agricult*", {})).search(plain(text))) is met
