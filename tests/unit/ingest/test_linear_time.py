"""Reading aside, a text takes time by its length: four times as much text takes some four times as long."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from ingest.blocks import Reading
from ingest.passages import estimate, pack
from ingest.readers.front_matter import states_audience
from ingest.readers.markdown import read_markdown
from ingest.readers.text import read_text
from ingest.structure import structure
from retrieval.corpus.passages import Source

LINE = "the council pays for oil and wicks and for the long winter watches that keepers keep"
SIZE = 8000
# What takes the square of the length takes sixteen times as long.
MOST, CLOCK_SECONDS = 9, 0.02

TEXTS: dict[str, Callable[[int], str]] = {
    "stops before a letter": lambda n: "." * n + "x",
    "stops and brackets before a letter": lambda n: "." * (n // 2) + ")" * (n // 2) + "x",
    "stops in brackets": lambda n: ".)" * (n // 2) + "x",
    "stops of Chinese and brackets": lambda n: "。" + ")" * n + "x",
    "headings alone": lambda n: "Oil of the Towers\n\n" * (n // 19) + f"{LINE}.",
    "a letter a paragraph": lambda n: "A\n\n" * (n // 3) + f"{LINE}.",
    "an item of many lines": lambda n: "- item\n" + "a\n" * (n // 2),
    "paragraphs that run on": lambda n: f"goes on. and {LINE}\n\n" * (n // 100),
    "one line": lambda n: "oil and wicks " * (n // 14),
    "one word": lambda n: "x" * n,
    "commas": lambda n: "oil, " * (n // 5),
    "semicolons": lambda n: ";" * n,
    "stops apart": lambda n: ". " * (n // 2),
    "notes": lambda n: f"oil¹ {LINE}\n\n" * 3 + "1 note\n\n" * (n // 8),
    "marks": lambda n: "oil" + "¹," * (n // 2) + "¹¹¹¹",
    "hyphens": lambda n: "a-\n" * (n // 3),
    "braces": lambda n: "{" * n,
}
MARKDOWN: dict[str, Callable[[int], str]] = {
    "headings": lambda n: "# a\n\nb\n\n" * (n // 8),
    "a heading without end": lambda n: "# " + "x" * (n // 2) + "\n\n" + "# a\n\nb\n\n" * (n // 16),
    "a header without end": lambda n: "| " + "h" * (n // 2) + " | b |\n|---|---|\n" + "| a | b |\n" * (n // 20),
    "a label without end": lambda n: "|a|b|\n|--|--|\n|" + "x" * (n // 2) + "|" + "a. b " * (n // 10) + "|\n",
}


@pytest.mark.parametrize(
    ("read", "text"),
    [(read_text, text) for text in TEXTS.values()] + [(read_markdown, text) for text in MARKDOWN.values()],
    ids=[*TEXTS, *MARKDOWN],
)
def test_a_text_takes_time_by_its_length(read: Callable[[bytes], Reading], text: Callable[[int], str]) -> None:
    short, long = (min(_seconds(read(text(size).encode())) for _ in range(2)) for size in (SIZE, 4 * SIZE))

    assert long < MOST * short or long < CLOCK_SECONDS


def _seconds(reading: Reading) -> float:
    started = time.process_time()
    pack(structure(reading).units, Source("s", "p"), estimate)
    return time.process_time() - started


@pytest.mark.parametrize("text", ["\n", "a ", " ", "- \n", ",-", "{", "a\n", '"'])
def test_looking_for_an_audience_takes_time_by_the_length_of_the_file(text: str) -> None:
    short, long = (min(_looking(text * (size // len(text))) for _ in range(2)) for size in (SIZE, 4 * SIZE))

    assert long < MOST * short or long < CLOCK_SECONDS


def _looking(text: str) -> float:
    started = time.process_time()
    states_audience(text)
    return time.process_time() - started
