"""However much an answer holds, it fits a message, and no source loses its button."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.blocks import check_message
from bot.views.answers.model import AnswerView
from bot.views.blocks import render_blocks
from bot.views.limits import body_text
from bot.views.markdown import render_markdown
from bot.views.passages.values import SHOW
from retrieval.corpus.passages import Source, Span
from retrieval.types import Answer, Citation, Claim
from tests.unit.views.samples import EXTRACTIVE, FAILED
from tests.unit.views.test_escaping import HOSTILE, LIVE

OWN = re.compile(r"<https://example\.org/[^|]*\|")


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [text for part in parts for text in strings(part)]


def buttons(view: AnswerView) -> list[str]:
    blocks = render_blocks(view).blocks
    return [block["accessory"]["value"] for block in blocks if block.get("accessory", {}).get("action_id") == SHOW]


LONG = st.tuples(HOSTILE, st.integers(1, 60)).map(lambda pair: (pair[0] or "x") * pair[1])


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    count = draw(st.integers(1, 24))
    source = Source("s", draw(HOSTILE) or "p", title=draw(LONG), publisher=draw(HOSTILE), published=draw(HOSTILE))
    text = draw(LONG)
    citations = tuple(Citation(n, f"p{n}", source, (Span(text, n),), section=text[:99]) for n in range(1, count + 1))
    claims = tuple(Claim(text, (n,)) for n in range(1, count + 1))
    mode = draw(st.sampled_from(["extractive", "model"]))
    if draw(st.booleans()):
        return Answer("q", "answered", text, claims=claims, citations=citations, mode=mode, model=text[:50])
    return Answer("q", draw(st.sampled_from(["abstained", "refused", "failed"])), text, nearest=citations[:3])


@settings(max_examples=20, deadline=None)
@given(answers())
def test_any_answer_is_a_message_slack_takes_with_every_source_and_button(answer: Answer) -> None:
    view = AnswerView(answer, "abcd1234")
    message = render_blocks(view)
    check_message(list(message.blocks))
    assert body_text(message.blocks) < 13_000
    assert 0 < len(message.text) <= 4_000
    assert len(buttons(view)) == len(answer.citations) + len(answer.nearest)


@settings(max_examples=20, deadline=None)
@given(answers())
def test_no_answer_mentions_or_links(answer: Answer) -> None:
    view = AnswerView(answer, "abcd1234")
    message = render_blocks(view)
    texts = [message.text]
    for block in message.blocks:
        kept = {k: v for k, v in block.items() if k != "accessory"}
        texts += strings(kept)
    assert [text for text in texts if LIVE.search(OWN.sub("", text))] == []


def test_every_claim_keeps_its_numbers_when_it_is_cut() -> None:
    source = Source("s", "p", title="T")
    citations = tuple(Citation(n, f"p{n}", source, (Span("q" * 3000, 1),)) for n in range(1, 6))
    claims = tuple(Claim("word " * 2000, (n,)) for n in range(1, 6))
    message = render_blocks(AnswerView(Answer("q", "answered", "", claims=claims, citations=citations)))
    for n in range(1, 6):
        assert any(block.get("expand") and f"[{n}]" in block["text"]["text"] for block in message.blocks)
        assert f"[{n}]" in message.text


def test_a_button_remembers_the_ends_of_what_was_quoted() -> None:
    value = json.loads(buttons(AnswerView(EXTRACTIVE))[0])
    assert value == {
        "p": "p1",
        "n": 1,
        "q": [["Assess the partner before suppor", "t begins,"], ["and record what the assessment d", "ecides."]],
    }


def test_a_failure_names_one_reference_only() -> None:
    named = Answer("q", "failed", "Give your administrator the reference feed.")
    assert "abcd1234" in json.dumps(render_blocks(AnswerView(FAILED, "abcd1234")).blocks)
    assert "abcd1234" not in json.dumps(render_blocks(AnswerView(named, "abcd1234")).blocks)


def test_an_answer_waits_in_the_outbox_without_its_question() -> None:
    data = AnswerView(EXTRACTIVE, "abcd1234").to_data()
    assert data["answer"]["question"] == ""
    back = AnswerView.from_data(json.loads(json.dumps(data)))
    assert render_blocks(back) == render_blocks(AnswerView(EXTRACTIVE, "abcd1234"))


def test_a_note_of_ours_stands_before_the_claims_everywhere() -> None:
    answer = replace(EXTRACTIVE, note="The model did not answer <in> time.")
    shown = render_blocks(AnswerView(answer))
    assert shown.blocks[0]["elements"][0]["text"] == "The model did not answer &lt;in&gt; time."
    assert shown.text.startswith("The model did not answer &lt;in&gt; time.\n")
    assert render_markdown(AnswerView(answer)).startswith("*The model did not answer <in> time.*\n\n")
