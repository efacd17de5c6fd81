"""Whole exchanges between people and a real Bolt app over Socket Mode."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox import delivery
from bot.sandbox.driver import Workspace


def test_a_mention_is_answered_in_its_thread(connected: Workspace) -> None:
    question = connected.user("amal").mention("C-ops", "may we share imagery with @bo & co?")
    connected.wait_for_reply(question)
    assert connected.transcript("C-ops") == [
        "amal: @proviso may we share imagery with @bo & co?",
        "proviso (in thread): For @amal\n[Show passage]",
    ]


def test_a_mention_arrives_as_app_mention_and_as_message_event_under_two_event_ids(
    connected: Workspace, seen: Any
) -> None:
    question = connected.user("amal").mention("C-ops", "hello")
    connected.wait_for_reply(question)
    connected.wait_for(lambda: all(one.acked for one in connected.deliveries(question)))
    mention, message = seen.of("app_mention")[0], seen.of("message")[0]
    assert mention["event"]["text"] == message["event"]["text"] == "<@U0PROVISO> hello"
    assert mention["event_id"] != message["event_id"]
    assert (message["event"]["channel_type"], mention["event"]["channel"]) == ("channel", "C0OPS")


def test_a_direct_message_reaches_the_app_without_a_mention(connected: Workspace, seen: Any) -> None:
    question = connected.user("bo").dm("anyone there?")
    assert connected.text(connected.wait_for_reply(question)) == "hello"
    assert connected.transcript("@bo") == ["bo: anyone there?", "proviso: hello"]
    assert seen.of("app_mention") == []


def test_a_command_answers_privately_in_its_ack(connected: Workspace) -> None:
    outcome = connected.user("amal").command("/partner say it", channel="C-ops")
    assert outcome.acked
    assert connected.transcript("C-ops") == ["proviso (only amal sees): heard say it"]


def test_a_command_can_answer_later_through_its_response_url(connected: Workspace) -> None:
    connected.user("amal").command("/partner later")
    connected.wait_for(lambda: connected.transcript("C-ops") == ["proviso (only amal sees): later"])


def test_a_command_that_is_not_acked_is_told_to_the_person(
    connected: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ACK_SECONDS", 0.3)
    outcome = connected.user("amal").command("/partner deaf")
    assert not outcome.acked
    assert connected.transcript("C-ops") == [
        "slackbot (only amal sees): /partner did not respond in time. Try again in a moment."
    ]


def test_a_form_is_filled_by_labels_and_its_errors_stay_in_it(connected: Workspace) -> None:
    amal = connected.user("amal")
    amal.command("/partner add")
    form = amal.wait_for_modal("New partner")
    amal.submit({"Name": "taken"})
    assert amal.modal is form
    assert form.errors == {"name": "That name is taken."}
    amal.submit({"Name": "Hill Guard", "Cadence": "Yearly"})
    assert amal.modal is None
    connected.wait_for(lambda: connected.transcript("C-ops") == ["proviso: Hill Guard, 12 months"])


def test_an_empty_required_field_never_reaches_the_app(connected: Workspace, seen: Any) -> None:
    amal = connected.user("amal")
    amal.command("/partner add")
    form = amal.wait_for_modal()
    assert amal.submit({"Cadence": "Yearly"}).problem == "incomplete"
    assert form.errors == {"name": "Please complete this required field."}
    assert seen.of("view_submission") == []


def test_a_click_carries_the_button_and_is_answered_in_the_thread_for_that_person_alone(
    connected: Workspace, seen: Any
) -> None:
    amal, bo = connected.user("amal"), connected.user("bo")
    reply = connected.wait_for_reply(amal.mention("C-ops", "hello"))
    outcome = bo.click("Show passage", message=reply)
    assert outcome.seconds is not None
    assert outcome.seconds < 3
    connected.wait_for(lambda: "proviso (in thread, only bo sees): passage p1" in connected.transcript("C-ops"))
    body = seen.of("block_actions")[0]
    assert body["actions"][0]["value"] == "p1"
    assert body["message"]["ts"] == body["container"]["message_ts"] == reply.ts
    assert bo.ephemerals("C-ops")
    assert not amal.ephemerals("C-ops")
