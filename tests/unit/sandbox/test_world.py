"""What people type, what elements send, and what is read aloud: without any server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox import forms
from bot.sandbox.blocks import check_message
from bot.sandbox.clock import SandboxClock
from bot.sandbox.elements import INPUTS
from bot.sandbox.model import Refusal
from bot.sandbox.transcript import blocks_text, plain
from bot.sandbox.typed import from_typed
from bot.sandbox.world import World

OPTIONS = [
    {"text": {"type": "plain_text", "text": name}, "value": value} for name, value in (("One", "1"), ("Two", "2"))
]


WORLD = World(SandboxClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC)))


@pytest.fixture
def world() -> World:
    return WORLD


def test_the_clock_runs_from_where_it_was_set() -> None:
    clock = SandboxClock(datetime(2030, 1, 1, tzinfo=UTC))
    clock.advance(timedelta(days=2))
    assert timedelta() <= clock.now() - datetime(2030, 1, 3, tzinfo=UTC) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@proviso may we?", "<@U0PROVISO> may we?"),
        ("ask @bo in #liaison.", "ask <@U0BO> in <#C0LIAISON|liaison>."),
        ("<@U0BO> and <@U0NOBODY>", "<@U0BO> and &lt;@U0NOBODY&gt;"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("mail me@bo.example", "mail me@bo.example"),
        ("<!channel>", "&lt;!channel&gt;"),
    ],
)
def test_what_is_typed_is_sent_as_slack_sends_it(world: World, typed: str, sent: str) -> None:
    assert from_typed(world, typed) == sent


def test_commands_get_references_with_names(world: World) -> None:
    assert from_typed(world, "@bo #ops a&b", labels=True, escape=False) == "<@U0BO|bo> <#C0OPS|ops> a&b"


@given(st.text(max_size=60))
def test_what_is_typed_reads_as_it_was_typed(typed: str) -> None:
    if "<@" not in typed and "<#" not in typed:
        assert plain(WORLD, from_typed(WORLD, typed)) == typed


@pytest.mark.parametrize(
    ("element", "value", "state"),
    [
        ({"type": "plain_text_input"}, "x", {"value": "x"}),
        ({"type": "plain_text_input"}, "", {"value": None}),
        ({"type": "users_select"}, "U0BO", {"selected_user": "U0BO"}),
        ({"type": "channels_select"}, None, {"selected_channel": None}),
        ({"type": "datepicker"}, "2026-04-01", {"selected_date": "2026-04-01"}),
        ({"type": "static_select", "options": OPTIONS}, "2", {"selected_option": OPTIONS[1]}),
        ({"type": "radio_buttons", "options": OPTIONS}, "One", {"selected_option": OPTIONS[0]}),
        ({"type": "checkboxes", "options": OPTIONS}, ["1", "Two"], {"selected_options": OPTIONS}),
        ({"type": "multi_users_select"}, ["U0BO"], {"selected_users": ["U0BO"]}),
    ],
)
def test_an_element_sends_what_slack_would_send(element: dict[str, Any], value: Any, state: dict[str, Any]) -> None:
    assert forms.state(element, value) == {"type": element["type"], **state}


def test_an_option_that_is_not_offered_cannot_be_chosen() -> None:
    with pytest.raises(LookupError, match=r"'Three'.* is not among the options: One, Two"):
        forms.state({"type": "static_select", "options": OPTIONS}, "Three")


def test_a_form_starts_with_its_initial_values() -> None:
    element = {"type": "static_select", "action_id": "a", "options": OPTIONS, "initial_option": OPTIONS[1]}
    block = {"type": "input", "block_id": "b", "label": {"type": "plain_text", "text": "L"}, "element": element}
    assert forms.values([block], {})["b"]["a"]["selected_option"] == OPTIONS[1]
    assert forms.values([block], {"b": {"a": "1"}})["b"]["a"]["selected_option"] == OPTIONS[0]


def test_blocks_read_aloud(world: World) -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Partners"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<@U0BO> in <#C0OPS>: <https://x.example|a &amp; b>"}},
        {"type": "divider"},
        {"type": "context", "elements": [{"type": "image", "image_url": "https://x.example", "alt_text": "a chart"}]},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Go"}}]},
        {"type": "carousel"},
    ]
    assert blocks_text(world, blocks) == "\n".join(
        ["Partners", "@bo in #ops: a & b", "---", "(image: a chart)", "[Go]", "(carousel)"]
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "element", "options", "value"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
kinds = st.sampled_from(["section", "actions", "header", "context", "input", "rich_text", "table", "button", *INPUTS])


any_block = st.builds(lambda kind, more: {**(more if isinstance(more, dict) else {}), "type": kind}, kinds, json_values)


@given(st.lists(any_block, max_size=3))
def test_whatever_is_sent_as_blocks_is_taken_or_refused(blocks: list[Any]) -> None:
    try:
        check_message(blocks)
    except Refusal as refusal:
        assert refusal.code in ("invalid_blocks", "msg_blocks_too_long")
