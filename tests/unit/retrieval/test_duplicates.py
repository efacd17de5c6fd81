from __future__ import annotations

from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.corpus.records import STANDING, Standing, words_hash
from retrieval.corpus.standing import DUPLICATE, UPHELD, WITHDRAWN, Entry, standings

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


def said(*texts: str, id: str = "s", **known: str) -> str | None:
    source = Source(id, f"{id}.txt", **known)  # type: ignore[arg-type]
    return words_hash(source, [Passage(f"s-{n}", source, (Sentence((Span(text),)),)) for n, text in enumerate(texts)])


def test_a_text_is_known_again_in_another_layout_and_a_very_short_one_is_not() -> None:
    text = "The keepers care for every lantern on the coast, and in the port. " * 8

    copy = said(text[:100].upper(), text[100:].replace(" ", "\u00a0 "), id="copy", title="On Lanterns")
    assert said(text) == copy is not None
    assert said(text) != said(text.replace("port", "fort"))
    assert said("See the annex.") is None


def test_a_short_text_is_known_again_where_the_same_is_known_of_its_source() -> None:
    text = "The keepers care for every lantern on the coast, and in the port."

    assert said(text) == said(text.replace(" ", "\n"), id="copy") is not None
    assert said(text, title="On Oil") == said(text, id="copy", title="On Oil")
    different = {said(text), said(text, title="On Oil"), said(text, title="On Oil", publisher="Guild")}
    assert len(different | {said(text, title="On Wicks"), said(text.replace("port", "fort"))}) == 5
