"""The quote is found again in its passage, whatever became of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.blocks import check_view
from bot.views.blocks import render_modal
from bot.views.passages.model import FetchingPassage, MissingPassage, Paragraph, PassageView, find_marks, view_of
from bot.views.passages.values import Quoted, button_value, read_value
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.types import Citation
from tests.unit.views.test_escaping import HOSTILE

SOURCE = Source("s", "p.md", title="T")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("abc .", min_size=1, max_size=80), min_size=1, max_size=6), st.data())
def test_a_quote_is_marked_in_its_passage(texts: list[str], data: st.DataObject) -> None:
    passage = Passage("p", SOURCE, tuple(Sentence((Span(text, n),)) for n, text in enumerate(texts, 1)))
    chosen = data.draw(st.sampled_from(passage.sentences))
    quoted = read_value(button_value(Citation(1, "p", SOURCE, chosen.spans)))
    [(text, (start, end))] = [(p.text, mark) for p in view_of(passage, quoted).paragraphs for mark in p.marks]
    assert text[start:end].startswith(chosen.text[:32])
    assert text[start:end].endswith(chosen.text[-32:] if len(chosen.text) > 32 else chosen.text)


def test_each_paragraph_has_its_number_and_a_quote_that_a_footnote_cut_is_marked_in_both() -> None:
    cut = Sentence((Span("The gate is opened", 4), Span("when the ferry is fast.", 6)))
    passage = Passage("v-1", SOURCE, (Sentence((Span("A heading.", 4),)), cut, Sentence((Span("And so on.", 6),))))
    view = view_of(passage, read_value(button_value(Citation(1, "v-1", SOURCE, cut.spans))))
    assert view.paragraphs == (
        Paragraph("A heading. The gate is opened", ((11, 29),), 4),
        Paragraph("when the ferry is fast. And so on.", ((0, 23),), 6),
    )
    assert [block["text"]["text"] for block in render_modal(view)["blocks"][2:4]] == [
        "_par. 4_\nA heading. *The gate is opened*",
        "_par. 6_\n*when the ferry is fast.* And so on.",
    ]


def test_where_paragraphs_are_not_counted_the_page_tells_the_place() -> None:
    spans = (Span("One.", None, 3), Span("Two.", None, 3), Span("Three.", None, 4))
    passage = Passage("v-1", SOURCE, tuple(Sentence((span,)) for span in spans))
    view = view_of(passage, Quoted("v-1", 1, ()))
    assert view.paragraphs == (Paragraph("One. Two.", page=3), Paragraph("Three.", page=4))


def test_a_passage_near_the_quoted_one_marks_nothing_and_leads_back() -> None:
    quoted = Quoted("v-1", 2, (("The gate", ""),), "v-2")
    passage = Passage("v-2", SOURCE, (Sentence((Span("The gate is closed.", 9),)),))
    view = view_of(passage, quoted, before="v-1")
    assert (view.n, view.after, view.before) == (None, None, replace(quoted, shown="v-1"))
    assert view.paragraphs == (Paragraph("The gate is closed.", (), 9),)
    *_, ways, foot = render_modal(view)["blocks"]
    [button] = ways["elements"]
    assert (button["text"]["text"], read_value(button["value"])) == ("Previous passage", view.before)
    assert foot["elements"][0]["text"].startswith("This stands near the quoted passage; the quote itself is elsewhere.")


def test_marks_are_in_order_and_never_overlap() -> None:
    assert find_marks("one two three four", [("three", ""), ("one", "two"), ("two", "three")]) == ((0, 13),)


def test_what_no_longer_stands_there_is_not_marked() -> None:
    assert find_marks("quite another text", [("gone", ""), ("", "")]) == ()


@pytest.mark.parametrize(
    "value", ["", "[]", "{}", '{"p": "x"}', '{"p": "x", "n": "y", "q": []}', '{"p":1,"n":1,"q":[1]}']
)
def test_a_strange_value_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="passage button"):
        read_value(value)


def test_a_value_never_outgrows_its_button() -> None:
    spans = tuple(Span("“" * 400, n) for n in range(80))
    value = button_value(Citation(1, "p" * 64, SOURCE, spans))
    assert len(value) <= 2000
    assert isinstance(read_value(value), Quoted)


@settings(max_examples=25, deadline=None)
@given(HOSTILE, st.integers(1, 60), st.integers(0, 50), st.integers(0, 3000))
def test_any_passage_is_a_modal_slack_takes(text: str, times: int, start: int, length: int) -> None:
    body = (text or "word ") * times
    marks = ((start, min(len(body), start + length)),) if start < len(body) else ()
    view = PassageView(SOURCE, (Paragraph(body, marks, 1),), 1)
    check_view(render_modal(view), "modal")


def test_a_passage_without_marks_says_so() -> None:
    assert "could not be marked" in str(render_modal(PassageView(SOURCE, (Paragraph("text"),))))


def test_the_modals_around_a_passage_are_sound() -> None:
    for modal in (render_modal(FetchingPassage()), render_modal(MissingPassage())):
        check_view(modal, "modal")
