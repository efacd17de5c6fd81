"""A worded sentence passes when its figures and names are those of its quotes, and when it is plain text."""

from __future__ import annotations

import pytest

from prompts.loading import load
from retrieval.model.faithful import LEAKED_WORDS, MOST_CHARACTERS, figures, keeps_to, leaks

QUOTES = (
    "Grain depots must be weighed every forty-five days by Inspector Hale. In May 2019 the Rhine Council lost two "
    "hundred sacks, 12.5 % of its stock. Guards may not sell grain. US law applies to the depots of UNHCR."
)


@pytest.mark.parametrize(
    "text",
    [
        "Grain depots must be weighed every 45 days.",
        "Inspector Hale must weigh the depots every forty-five days.",
        "Weigh the depots every 45 days.",
        "If the Rhine Council loses stock, guards may not sell it.",
        "The council lost 200 sacks, 12.5 per cent of its stock, in May 2019.",
        "Selling grain is not for guards; see to it that no one does.",
        "UNHCR’s depots are under US law.",
        "Before a sale, ask the guard.",
    ],
)
def test_what_its_quotes_say_passes(text: str) -> None:
    assert keeps_to(text, QUOTES, "")


@pytest.mark.parametrize(
    "text",
    [
        "Grain depots must be weighed every 46 days.",
        "Grain depots must be weighed every forty days.",
        "Grain depots must be weighed every 45 weeks.",
        "Grain depots must be weighed twice.",
        "Half of the stock was lost.",
        "Two guards weigh grain.",
        "Sacks of 2020 were lost.",
        "First weigh the depots.",
        "Grain is weighed once a month.",
        "A dozen depots lost grain.",
    ],
)
def test_a_figure_that_its_quotes_lack_does_not(text: str) -> None:
    assert not keeps_to(text, QUOTES, "")


@pytest.mark.parametrize(
    "text",
    [
        "Inspector Moss must weigh the depots.",
        "Depots are weighed by NATO.",
        "Norway must weigh its depots.",
        "The law of the Us applies to depots.",
        "Depots of the EU are weighed.",
        "Grain of UNHCRs and of the Danube Council was lost.",
        "Grain was lost in March.",
        "Guards in Gdańsk may not sell grain.",
        "Guаrds may not sell grain.",
    ],
)
def test_a_name_that_its_quotes_lack_does_not(text: str) -> None:
    assert not keeps_to(text, QUOTES.replace("March", ""), "")


def test_a_word_that_opens_a_sentence_and_is_in_plain_use_elsewhere_is_no_name() -> None:
    assert not keeps_to("Traders may not sell grain.", QUOTES, "")
    assert keeps_to("Traders may not sell grain.", QUOTES, "what may traders do")


@pytest.mark.parametrize(
    "text",
    [
        "Guards may not sell grain: https://evil.example",
        "Guards may not sell grain, see www.grain.example",
        "Guards may not sell grain (grain.example/depots).",
        "Guards may not sell grain, ask <@U123>.",
        "Guards may not sell grain, ask @inspector.",
        "Guards may not sell grain #grain",
        "*Guards* may not sell grain.",
        "Guards may not sell `grain`.",
        "[Guards](depots) may not sell grain.",
        "Guards may not sell grain :grain:",
        "Guards may not sell grain \u202eniarg.",
        "Guards may not sell gr\u200bain.",
        "Guards may not sell grain \U0001f600.",
        "Guards may not sell grain.\x07",
        "Guards may not sell grain. " * 20,
        "",
        "  ",
    ],
)
def test_links_mentions_markup_hidden_signs_and_length_do_not(text: str) -> None:
    assert not keeps_to(text, QUOTES, "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,200 sacks and 12.5%", {"1200", "12.5", "12.5 percent"}),
        ("three thousand two hundred days", {"3000", "200", "200 day"}),
        ("a 45-day count", {"45", "45 day"}),
        ("the twelfth of twenty-one hours", {"12", "21", "21 hour"}),
        ("no one else, one another, and one day", {"1", "1 day"}),
        ("once they are lost", set()),
        ("once a year, twice, half", {"once", "2", "half"}),
    ],
)
def test_figures_are_read_in_words_as_in_digits(text: str, found: set[str]) -> None:
    assert figures(text) == found


def test_a_run_of_our_instructions_is_a_leak_unless_the_quotes_hold_it() -> None:
    instructions = load("summarise").messages[0][1]
    run = " ".join(instructions.split()[:LEAKED_WORDS])
    assert leaks(f"My orders: {run.upper()}, and more.", instructions, QUOTES)
    assert not leaks(f"My orders: {run}", instructions, f"{QUOTES} {run}")
    assert not leaks("You sum up quotes.", instructions, QUOTES)
    assert len(run) < MOST_CHARACTERS
