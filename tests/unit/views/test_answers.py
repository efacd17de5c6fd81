"""However much an answer holds, it fits a message, and no source loses its button."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.blocks import check_message
from bot.views.answers.model import AnswerView
from bot.views.answers.values import (
    MORE,
    OFFER,
    SUMMARISE,
    offer_value,
    read_offer,
)
from bot.views.answers.words import mode_label
from bot.views.blocks import render_blocks
from bot.views.limits import body_text
from bot.views.markdown import render_markdown
from bot.views.passages.values import SHOW
from retrieval.corpus.passages import Source, Span
from retrieval.types import Answer, Citation, Claim, Offer, Part, Strength
from tests.unit.views.samples import CHECKLIST_OFFER, EARLIER, EXTRACTIVE, FAILED, MODEL, POINTED
from tests.unit.views.test_escaping import HOSTILE, LIVE

OWN = re.compile(r"<https://example\.org/[^|]*\|")


def strings(value: Any) -> list[str]:
    """Every text that is shown: what a button carries is not."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, shown in value.items() if key != "value" for text in strings(shown)]
    return [text for part in value for text in strings(part)] if isinstance(value, list | tuple) else []


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
    offers = (Offer("checklist", text[:75] or "x", text, "checklist.show", {"topic": text}),)
    if draw(st.booleans()):
        more = {"earlier": draw(st.booleans()), "parts": (Part(1, text, False),), "offers": offers}
        return Answer("q", "answered", text, claims=claims, citations=citations, mode=mode, model=text[:50], **more)
    if draw(st.booleans()):
        return Answer("q", "pointed", text, offers=offers * draw(st.integers(1, 12)))
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
        texts += strings(block)
    assert [text for text in texts if LIVE.search(OWN.sub("", text))] == []


def test_every_quote_keeps_its_place_when_it_is_cut() -> None:
    source = Source("s", "p", title="T")
    citations = tuple(Citation(n, f"p{n}", source, (Span("q" * 3000, n),)) for n in range(1, 6))
    claims = tuple(Claim("word " * 2000, (n,)) for n in range(1, 6))
    message = render_blocks(AnswerView(Answer("q", "answered", "", claims=claims, citations=citations)))
    for n in range(1, 6):
        assert any(block.get("expand") and f"word…” [par. {n}]" in block["text"]["text"] for block in message.blocks)
        assert f"word…” (T, par. {n})" in message.text


def _texts(view: AnswerView) -> list[str]:
    return [block["text"]["text"] for block in render_blocks(view).blocks if block["type"] == "section"]


def _labels(view: AnswerView) -> list[tuple[str, str, str]]:
    rows = [block["elements"] for block in render_blocks(view).blocks if block["type"] == "actions"]
    return [(button["action_id"], button["text"]["text"], button["value"]) for row in rows for button in row]


def _lines(view: AnswerView) -> list[str]:
    blocks = render_blocks(view).blocks
    return [element["text"] for block in blocks if block["type"] == "context" for element in block["elements"]]


def test_a_source_is_named_once_above_all_that_is_quoted_of_it() -> None:
    view = AnswerView(EXTRACTIVE, "abcd1234", more=True)
    first, second, digest = _texts(view)
    assert first == (
        "*<https://example.org/handbook.pdf?a=1&amp;b=2|Handbook on Partners &amp; Support>*\n"
        "Ada Quill · Institute of Partnership · 2021 · policy · 2nd edition · in force\n"
        ">“Assess the partner before support begins, and record what the assessment decides.” [par. 7, 12, p. 12]"
    )
    assert second == (
        ">“Reviews are expected to be published soon.” [par. 20, p. 15]\n"
        ">_the view of Critics, not a rule of this source · as of 2021_"
    )
    assert digest.startswith("*Our digest of “Policy on Partners”*\n")


def test_the_words_of_a_digest_stand_without_quotation_marks_and_name_the_place_in_the_original() -> None:
    for shown in (_texts(AnswerView(EXTRACTIVE))[-1], render_markdown(AnswerView(EXTRACTIVE))):
        assert "“Protection" not in shown
    assert _texts(AnswerView(EXTRACTIVE))[-1].splitlines()[1:] == [
        "2016",
        "_our words, not the original’s: verify against the original_",
        ">Protection is integrated from the outset. [par. 14]",
    ]


def test_a_second_source_that_says_the_same_is_named_with_its_place_alone() -> None:
    assert _texts(AnswerView(MODEL))[1].splitlines()[-2:] == [
        "> [par. 2]",
        ">_says the same as par. 14 of “Our digest of “Policy on Partners””_",
    ]


def test_further_quotes_wait_behind_a_button_with_what_can_be_done_next() -> None:
    offer = (
        '{"k": "checklist", "a": "checklist.show", "c": "proviso checklist assessment", "v": {"topic": "assessment"}}'
    )
    assert _labels(AnswerView(EXTRACTIVE, "abcd1234", summarises=True)) == [
        (MORE, "More (1)", "abcd1234"),
        (f"{OFFER}.1", "Assessment checklist", offer),
        (SUMMARISE, "Summarise (AI)", "abcd1234"),
    ]
    assert [label for _, label, _ in _labels(AnswerView(EXTRACTIVE, "abcd1234", more=True))] == [
        "Assessment checklist",
    ]
    assert _labels(AnswerView(replace(EXTRACTIVE, offers=()))) == []


def test_the_value_of_an_offer_is_read_back_and_anything_else_refused() -> None:
    assert read_offer(offer_value(CHECKLIST_OFFER)) == replace(CHECKLIST_OFFER, label="")
    long = replace(CHECKLIST_OFFER, values={"topic": "x" * 3000})
    assert read_offer(offer_value(long)).values == {}
    other = '{"k": "lunch", "a": "checklist.show", "c": "proviso lunch"}'
    for value in ("", "[]", "{}", '{"k": 1}', "null", other):
        with pytest.raises(ValueError, match="not the value of an offer"):
            read_offer(value)


def test_under_the_quotes_stand_what_was_not_found_and_how_far_they_carry() -> None:
    assert _lines(AnswerView(EXTRACTIVE)) == [
        "*Not found here*: Who signs?",
        "*Strength*: must · binds forces of the member states",
        "Quoted word for word, no AI. Verify against the source before you act on it.",
    ]
    assert _lines(AnswerView(MODEL)) == [
        "*Strength*: states, and asks for nothing · binds nobody · no treaty, statute or policy here says this: ask "
        "your legal adviser",
        "Sentences chosen by AI (small-model), quoted word for word. Verify against the source before you act on it.",
    ]
    policy = Strength("may", ("policy",), (), (), ("treaty", "statute"))
    assert _lines(AnswerView(replace(MODEL, strength=policy)))[0] == (
        "*Strength*: may · whom it binds is not stated · no treaty or statute here says this"
    )


def test_the_sentences_of_digests_alone_are_not_said_to_be_quoted() -> None:
    digest = Source("d", "d.md", kind="digest", digest_of="The Harbour Order")
    cited = tuple(Citation(n, "p", digest, (Span("Ferries wait.", 1),)) for n in (1, 2))
    assert mode_label(replace(EXTRACTIVE, citations=cited)) == "Sentences of our digest as they stand, no AI."
    assert mode_label(replace(MODEL, citations=cited)) == (
        "Sentences chosen by AI (small-model), as our digest has them."
    )


def test_an_answer_that_an_earlier_version_stored_says_so_and_shows_its_quotes() -> None:
    view = AnswerView(EARLIER, "abcd1234")
    assert _texts(view)[0] == "Partners are assessed first, and protection is planned from the start. [1] [2]"
    assert len(buttons(view)) == 2
    assert _lines(view)[-1].startswith("From an earlier version of this bot: worded by AI from the quotes below, not")


def test_a_request_that_belongs_elsewhere_is_a_button_in_slack_and_a_command_in_the_terminal() -> None:
    view = AnswerView(POINTED, "abcd1234")
    assert [(action, label) for action, label, _ in _labels(view)] == [(f"{OFFER}.1", "Assessment checklist")]
    assert render_markdown(view) == (
        "**Where this leads**\n\nThis is not a question to the guidance. Here is where it leads:\n\n"
        "- Assessment checklist: `proviso checklist assessment`\n"
    )


def test_the_terminal_shows_further_quotes_when_asked() -> None:
    assert "*1 more: ask again with `--more`.*" in render_markdown(AnswerView(EXTRACTIVE))
    shown = render_markdown(AnswerView(EXTRACTIVE, more=True))
    assert "--more" not in shown
    assert "> “Reviews are expected to be published soon.” [4] [par. 20, p. 15]" in shown


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
    assert [part["text"] for part in data["answer"]["parts"]] == ["", "Who signs?"]
    back = AnswerView.from_data(json.loads(json.dumps(data)))
    assert render_blocks(back) == render_blocks(AnswerView(EXTRACTIVE, "abcd1234"))


def test_a_note_of_ours_stands_before_the_claims_everywhere() -> None:
    answer = replace(EXTRACTIVE, note="The model did not answer <in> time.")
    shown = render_blocks(AnswerView(answer))
    assert shown.blocks[0]["elements"][0]["text"] == "The model did not answer &lt;in&gt; time."
    assert shown.text.startswith("The model did not answer &lt;in&gt; time.\n")
    assert render_markdown(AnswerView(answer)).startswith("*The model did not answer <in> time.*\n\n")
