"""Anchors find their sentences by what those say, and by their place where that changed; or they are lost."""

from __future__ import annotations

import pytest

from retrieval.corpus.finders import Anchor, Placed, Places, finders_of_digest, place_name, sentence_hash
from retrieval.corpus.passages import Passage, Sentence, Source, Span

SOURCE = Source("s", "harbour.md")


def sentence(text: str, paragraph: int | None = None, page: int | None = None, **known: str) -> Sentence:
    return Sentence((Span(text, paragraph, page),), **known)


def passage(name: str, *sentences: Sentence) -> Passage:
    return Passage(name, SOURCE, sentences)


HARBOUR = (
    passage("a", sentence("Boats are moored at dusk.", 7), sentence("Ropes are checked twice.", 7)),
    passage("b", sentence("The pilot decides.", 8, place="Art. 12(2)"), sentence("Nobody sails in fog.", 9)),
)


def test_a_sentence_is_found_by_what_it_says_wherever_it_moved() -> None:
    moved = (passage("c", sentence("An added line.", 1)), passage("d", sentence("“Nobody  sails in fog.”", 30)))
    anchor = Anchor("s", "par. 9", sentence_hash("“Nobody sails in fog.”"))
    assert Places(moved).resolve(anchor) == ("d", 0)


def test_where_the_sentence_changed_its_place_decides_and_there_the_words_of_the_line() -> None:
    anchor = Anchor("s", "par. 7", sentence_hash("Ropes were looked after once."))
    assert Places(HARBOUR).resolve(anchor, "who looks at the ropes") == ("a", 1)
    assert Places(HARBOUR).resolve(anchor, "something else") == ("a", 0)


def test_an_anchor_without_sentence_and_place_is_lost() -> None:
    gone = sentence_hash("This was struck out.")
    assert Places(HARBOUR).resolve(Anchor("s", "par. 70", gone)) is None
    assert Places(HARBOUR).resolve(Anchor("s", None, gone)) is None
    assert Places(()).resolve(Anchor("s", "par. 7")) is None


def test_of_sentences_that_say_the_same_the_one_at_the_place_is_meant() -> None:
    twice = (passage("a", sentence("See above.", 3)), passage("b", sentence("See above.", 5)))
    assert Places(twice).resolve(Anchor("s", "par. 5", sentence_hash("See above."))) == ("b", 0)
    assert Places(twice).resolve(Anchor("s", "par. 6", sentence_hash("See above."))) == ("a", 0)


@pytest.mark.parametrize(
    ("place", "texts"),
    [
        ("par. 7 and 9", ["Boats are moored at dusk.", "Ropes are checked twice.", "Nobody sails in fog."]),
        ("paras. 8-9", ["The pilot decides.", "Nobody sails in fog."]),
        ("par. 8–9", ["The pilot decides.", "Nobody sails in fog."]),
        ("paragraph 8 (note 9)", ["The pilot decides."]),
        ("par. 1, 9; 20", ["Nobody sails in fog."]),
        ("art. 12(2)", ["The pilot decides."]),
        ("par. 1-9999", ["Nobody sails in fog."] * 0),
        ("Art. 12", ["The pilot decides."]),
        ("paragraph 2 of Article 12", ["The pilot decides."]),
        ("Art. 1", []),
        ("Art. 12(1)", []),
        ("8", []),
        ("", []),
    ],
)
def test_a_place_names_paragraphs_ranges_of_them_or_a_number_of_the_text(place: str, texts: list[str]) -> None:
    assert [found.text for _, _, found in Places(HARBOUR).at(place)] == texts


def test_a_sentence_that_names_a_place_of_an_original_is_called_by_that_alone() -> None:
    digest = Places([passage("a", sentence("Boats.", 7, locator="par. 3"), sentence("Own words.", 3, place="item 3"))])
    found = {place: [s.text for _, _, s in digest.at(place)] for place in ("par. 3", "par. 7", "item 3")}
    assert found == {"par. 3": ["Boats.", "Own words."], "par. 7": [], "item 3": ["Own words."]}


def test_pages_name_places_too_and_are_no_paragraphs() -> None:
    scan = (passage("a", sentence("On the third page.", page=3)), passage("b", sentence("In paragraph three.", 3)))
    assert Places(scan).resolve(Anchor("s", "p. 3")) == ("a", 0)
    assert Places(scan).resolve(Anchor("s", "par. 3")) == ("b", 0)
    assert [place_name(each) for one in scan for each in one.sentences] == ["p. 3", "par. 3"]


def test_a_digest_gives_its_statements_and_their_lines_to_the_places_it_names() -> None:
    digest = (
        passage(
            "x",
            sentence("The pilot has the last word.", 1, locator="par. 8"),
            sentence("Ropes need a second look.", 2, locator="par. 7"),
            sentence("Ours alone.", 3),
            sentence("Of a part that is not here.", 4, locator="par. 99"),
        ),
    )
    lines = {("x", 0): ("who decides",), ("x", 2): ("never handed on",), ("x", 3): ("nor this",)}
    assert finders_of_digest(digest, lines, Places(HARBOUR)) == [
        Placed("b", 0, "The pilot has the last word."),
        Placed("b", 0, "who decides"),
        Placed("a", 1, "Ropes need a second look."),
    ]
