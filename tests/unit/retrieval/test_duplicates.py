from __future__ import annotations

from retrieval.records import STANDING, Standing, words_hash
from retrieval.standing import DUPLICATE, UPHELD, WITHDRAWN, Entry, standings
from retrieval.types import Passage, Sentence, Source, Span

COPY = Standing(DUPLICATE, "a")


def entry(
    id: str, path: str, decision: str = "active", *, title: str | None = None, audience: str | None = None
) -> Entry:
    return Entry(Source(id, path, title=title, audience=audience), decision, words_hash="same")


def test_of_the_same_text_the_source_that_says_most_of_itself_stands() -> None:
    found = standings([entry("b", "b.txt"), entry("a", "deep/down/a.pdf", title="On Oil"), entry("c", "c.txt")])

    assert found == {"a": STANDING, "b": COPY, "c": COPY}


def test_a_copy_is_not_hidden_behind_one_that_its_readers_may_not_see() -> None:
    found = standings([entry("a", "a.txt", title="On Oil", audience="legal"), entry("b", "b.txt")])

    assert found == {"a": STANDING, "b": STANDING}


def test_what_is_withdrawn_hides_no_copy_and_what_was_restored_stands() -> None:
    found = standings([entry("w", "1", WITHDRAWN), entry("a", "2"), entry("b", "33"), entry("u", "444", UPHELD)])

    assert found == {"w": Standing(WITHDRAWN), "a": STANDING, "b": COPY, "u": STANDING}


def test_a_text_is_known_again_in_another_layout_and_a_short_one_is_not() -> None:
    def said(*texts: str) -> str | None:
        source = Source("s", "s.txt")
        return words_hash([Passage(f"s-{n}", source, (Sentence((Span(text),)),)) for n, text in enumerate(texts)])

    text = "The keepers care for every lantern on the coast, and in the port. " * 8

    assert said(text) == said(text[:100].upper(), text[100:].replace(" ", "\u00a0 ")) is not None
    assert said(text) != said(text.replace("port", "fort"))
    assert said("See the annex.") is None
