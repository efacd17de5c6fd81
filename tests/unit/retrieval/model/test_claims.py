"""Six hundred claims a model might make: none that is false passes, and those that hold do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
import yaml

from ingest.starter import starter_guidance
from retrieval.documents import Passage, Sentence, Source, Span
from retrieval.model.grounding import CitedQuote, Stated, check

SOURCE = Source("s", "a.md", title="Notes on working together")
ENTRIES: list[dict[str, Any]] = yaml.safe_load(files("tests.unit.retrieval.model").joinpath("claims.yaml").read_text())
# These hold, and are dropped all the same: what they change is more than their quotes can be seen to carry.
TOO_FREE = {
    "In March 2021, inspectors found that three depots had no lock.",
    "According to a note in Rynning's article, US troops rose to 12,000 in 2017 after a low of 8,000.",
    "One reason the ICRC gives is that more states join conflicts that are already under way.",
    "Unless the complainant withdraws it, a complaint is closed only once at least two of the three observers agree.",
    "The brigade did not staff the hotline at night.",
    "No list of civilian casualties was kept by either the supporting or the supported command during the siege.",
}


def passage_of(*quotes: str) -> Passage:
    return Passage("p", SOURCE, tuple(Sentence((Span(quote, n),)) for n, quote in enumerate(quotes, 1)))


def passes(text: str, passage: Passage, *quotes: str, name: str = "S1") -> bool:
    claim = Stated(text=text, citations=[CitedQuote(passage=name, quote=quote) for quote in quotes])
    return bool(check([claim], {"S1": passage}).kept)


def sentences() -> list[str]:
    """Every sentence of the starter guidance."""
    found = []
    for path in sorted(starter_guidance().glob("*.md")):
        for block in path.read_text(encoding="utf-8").split("---", 2)[2].split("\n\n"):
            text = block.strip().rsplit(" {", 1)[0]
            if text and not text.startswith("#") and text.count(". ") == 0 and "'" not in text[:1]:
                found.append(" ".join(text.split()))
    return found


def false_claims() -> Iterator[tuple[str, str, str, str]]:
    """What is wrong, a claim, its quote, and the passage it names: each change is made to every sentence it fits."""
    for text in sentences():
        yield "wrong id", text, text, "S2"
        yield "invented quote", text, text.replace(" ", " not ", 3).replace(" not ", " ", 2), "S1"
        yield "link", f"{text} See https://evil.example/{len(text)}.", text, "S1"
        for old, new in (
            (" should ", " must "),
            (" should ", " may "),
            (" must ", " should "),
            (" is ", " is not "),
            (" are ", " are not "),
            (" many ", " all "),
            (" many ", " most "),
            (" early ", " late "),
            (" better ", " worse "),
            ("more ", "fewer "),
            (" only ", " "),
            (" where possible,", ""),
            ("The ICRC", "Amnesty International"),
            ("NATO's", "Russia's"),
            ("Rynning", "Clausewitz"),
            ("2016", "2019"),
            ("2010", "2012"),
            ("40,000", "14,000"),
            ("600", "900"),
        ):
            if old in text:
                yield f"{old.strip()} to {new.strip()}", text.replace(old, new, 1), text, "S1"


def test_no_false_claim_about_the_starter_guidance_passes() -> None:
    cases = list(false_claims())
    assert len(cases) >= 300
    passed = [
        (wrong, text)
        for wrong, text, quote, name in cases
        if passes(text, passage_of(quote if wrong != "invented quote" else text), quote, name=name)
    ]
    assert passed == []


def test_every_sentence_of_the_starter_guidance_passes_as_it_stands_and_in_british_and_american_spelling() -> None:
    found = sentences()
    assert len(found) >= 60
    assert [text for text in found if not passes(text, passage_of(text), text)] == []
    spelled = [
        text.replace("isation", "ization").replace("defence", "defense").replace("programme", "program")
        for text in found
    ]
    assert spelled != found
    assert [text for text, own in zip(spelled, found, strict=True) if not passes(text, passage_of(own), own)] == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["quote"][0][:40])
def test_what_holds_passes_and_what_fails_does_not(entry: dict[str, Any]) -> None:
    passage = passage_of(*entry["quote"])
    dropped = [text for text in entry["holds"] if not passes(text, passage, *entry["quote"])]
    assert set(dropped) <= TOO_FREE
    passed = [(kind, t) for kind, texts in entry["fails"].items() for t in texts if passes(t, passage, *entry["quote"])]
    assert passed == []


def test_at_least_nineteen_of_twenty_claims_that_hold_pass() -> None:
    held: Counter[bool] = Counter()
    for entry in ENTRIES:
        passage = passage_of(*entry["quote"])
        held.update(passes(text, passage, *entry["quote"]) for text in [*entry["holds"], *entry["quote"]])
    held.update(passes(text, passage_of(text), text) for text in sentences())
    assert held[True] >= 0.95 * held.total()


def test_a_quote_cannot_be_cut_so_that_its_condition_view_or_negation_is_out_of_sight() -> None:
    cut = [
        ("Critics argue that the coalition trained battalions too fast.", "the coalition trained battalions too fast"),
        ("Aid may go on unless a clear risk is found.", "Aid may go on"),
        ("It is not true that the partner vetted its units.", "the partner vetted its units"),
        ("The ministry is expected to publish the code this year.", "publish the code this year"),
    ]
    for sentence, quote in cut:
        claim = quote[0].upper() + quote[1:] + "."
        assert not passes(claim, passage_of(sentence), quote), claim
