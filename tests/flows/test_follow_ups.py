"""Whoever asked goes on in the thread without a mention; nobody else is answered there, and nothing of them is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversations.tables import ThreadRow, TurnRow
from bot.sandbox.driver import Person, Workspace
from bot.sandbox.model import Channel, Message, User
from bot.sandbox.world import BOT_USER
from bot.slack.questions import REPEATED
from bot.work.tables import InboxRow, OutboxRow
from tests.flows.conftest import Bot

QUESTION = "When must a transfer of detainees not take place?"
OTHER = "When should a partner be assessed?"
FOLLOW_UP = "And what then?"
THEN = "Where possible, visits should follow every transfer."


@pytest.fixture
def first(bot: Bot, workspace: Workspace) -> Message:
    """A question of amal's, answered in its thread."""
    asked = workspace.user("amal").mention("C-ops", QUESTION)
    workspace.wait_for_reply(asked)
    return asked


def kept(bot: Bot, message: Message) -> bool:
    """Whether a message was kept to be answered."""
    with bot.responder.services.database.read() as session:
        key = f"{message.channel}:{message.ts}"
        return session.scalar(select(InboxRow.key).where(InboxRow.key == key)) is not None


def assert_dropped(bot: Bot, workspace: Workspace, message: Message) -> None:
    """The event has arrived, was acked, and left no row: what is dropped is dropped before the ack."""
    [delivery] = workspace.deliveries(message)
    workspace.wait_for(lambda: delivery.acked, what="the ack")
    assert not kept(bot, message)


def replies_after(workspace: Workspace, message: Message, count: int) -> list[Message]:
    workspace.wait_for(lambda: len(workspace.replies(message)) >= count, what="the replies")
    return workspace.replies(message)


def test_a_follow_up_without_a_mention_is_answered_once_and_understood_with_the_question_before_it(
    bot: Bot, workspace: Workspace, first: Message
) -> None:
    asked = workspace.user("amal").say("C-ops", FOLLOW_UP, thread=first)
    reply = workspace.wait_for_reply(asked)
    assert reply.thread_ts == first.ts
    assert THEN in workspace.text(reply)
    for _ in range(2):
        assert all(delivery.acked for delivery in workspace.redeliver(asked))
    then = workspace.user("amal").mention("C-ops", OTHER, thread=first)
    workspace.wait_for_reply(then)
    assert len(workspace.replies(asked)) == 2


def test_by_itself_the_follow_up_would_not_have_been_understood(bot: Bot, workspace: Workspace) -> None:
    reply = workspace.wait_for_reply(workspace.user("amal").mention("C-liaison", FOLLOW_UP))
    assert THEN not in workspace.text(reply)


def test_in_a_private_channel_too(bot: Bot, workspace: Workspace) -> None:
    asked = workspace.user("amal").mention("C-review-cell", QUESTION)
    workspace.wait_for_reply(asked)
    reply = workspace.wait_for_reply(workspace.user("amal").say("C-review-cell", FOLLOW_UP, thread=asked))
    assert THEN in workspace.text(reply)


def test_a_follow_up_with_a_mention_comes_as_two_events_and_is_answered_once(
    bot: Bot, workspace: Workspace, first: Message
) -> None:
    asked = workspace.user("amal").mention("C-ops", FOLLOW_UP, thread=first)
    mention, message = workspace.deliveries(asked)
    assert (mention.payload["event"]["type"], message.payload["event"]["type"]) == ("app_mention", "message")
    assert THEN in workspace.text(workspace.wait_for_reply(asked))
    workspace.redeliver(asked)
    then = workspace.user("amal").mention("C-ops", OTHER, thread=first)
    workspace.wait_for_reply(then)
    assert len(workspace.replies(asked)) == 2


def test_what_somebody_else_asks_in_the_thread_is_dropped_until_they_mention_the_bot(
    bot: Bot, workspace: Workspace, first: Message
) -> None:
    assert_dropped(bot, workspace, workspace.user("bo").say("C-ops", FOLLOW_UP, thread=first))
    asked = workspace.user("bo").mention("C-ops", FOLLOW_UP, thread=first)
    assert THEN in workspace.text(workspace.wait_for_reply(asked))


@pytest.mark.parametrize(
    "said",
    ["@bo and what then?", "Thanks, that helps.", "ok", "We did that last year.", "What a mess.", ":+1:"],
)
def test_what_the_asker_says_to_others_in_the_thread_is_dropped(
    bot: Bot, workspace: Workspace, first: Message, said: str
) -> None:
    assert_dropped(bot, workspace, workspace.user("amal").say("C-ops", said, thread=first))


def test_a_question_in_the_channel_or_in_another_thread_is_dropped(
    bot: Bot, workspace: Workspace, first: Message
) -> None:
    amal = workspace.user("amal")
    elsewhere = amal.say("C-ops", "Let us plan.")
    for said in (amal.say("C-ops", FOLLOW_UP), amal.say("C-ops", FOLLOW_UP, thread=elsewhere)):
        assert_dropped(bot, workspace, said)


def test_thanks_with_a_question_mark_get_no_reply(bot: Bot, workspace: Workspace, first: Message) -> None:
    amal = workspace.user("amal")
    thanked = amal.say("C-ops", "ok thanks?", thread=first)
    workspace.wait_for(lambda: kept(bot, thanked), what="the row")
    reply = workspace.wait_for_reply(amal.say("C-ops", FOLLOW_UP, thread=first))
    assert THEN in workspace.text(reply)
    assert len(workspace.replies(thanked)) == 1
    assert [m for m in amal.ephemerals("C-ops") if m.thread_ts == first.ts] == []


def test_what_the_guidance_lacks_is_told_to_the_asker_alone(bot: Bot, workspace: Workspace, first: Message) -> None:
    amal = workspace.user("amal")
    asked = amal.say("C-ops", "And what does the canteen serve on Fridays?", thread=first)
    told = workspace.wait_for(lambda: [m for m in amal.ephemerals("C-ops") if m.ts > asked.ts], what="the reply")
    assert (len(told), told[0].thread_ts) == (1, first.ts)
    assert "*Not in the guidance*" in workspace.text(told[0])
    assert workspace.replies(asked) == []


def test_what_repeats_the_answer_above_is_said_to_be_all_to_the_asker_alone(
    bot: Bot, workspace: Workspace, first: Message
) -> None:
    amal = workspace.user("amal")
    asked = amal.say("C-ops", "When must it not take place?", thread=first)
    told = workspace.wait_for(lambda: [m for m in amal.ephemerals("C-ops") if m.ts > asked.ts], what="the reply")
    assert workspace.text(told[0]) == REPEATED
    assert workspace.replies(asked) == []


def test_below_an_answer_that_was_shared_its_asker_goes_on_and_others_with_a_mention(
    bot: Bot, workspace: Workspace
) -> None:
    amal, bo = workspace.user("amal"), workspace.user("bo")
    amal.command(f"/ask {QUESTION}", channel="C-ops")
    share = "[Share in channel]"
    private = workspace.wait_for(lambda: [m for m in amal.ephemerals("C-ops") if share in workspace.text(m)])[-1]
    amal.click("Share in channel", private)
    public = workspace.wait_for(
        lambda: [m for m in workspace.bot_messages("C-ops") if "shared by @amal" in workspace.text(m)]
    )[-1]
    workspace.wait_for(lambda: is_known(bot, public), what="that it is known to be posted")
    assert_dropped(bot, workspace, bo.say("C-ops", FOLLOW_UP, thread=public))
    assert THEN in workspace.text(workspace.wait_for_reply(amal.say("C-ops", FOLLOW_UP, thread=public)))
    asked = bo.mention("C-ops", "And what should follow it?", thread=public)
    assert THEN in workspace.text(workspace.wait_for_reply(asked))
    repeated = amal.say("C-ops", "When must it not take place?", thread=public)
    told = workspace.wait_for(lambda: [m for m in amal.ephemerals("C-ops") if m.ts > repeated.ts], what="the reply")
    assert workspace.text(told[0]) == REPEATED


def is_known(bot: Bot, message: Message) -> bool:
    """Whether the outbox has the timestamp of a message."""
    with bot.responder.services.database.read() as session:
        return session.scalar(select(OutboxRow.key).where(OutboxRow.slack_ts == message.ts)) is not None


def test_below_an_example_of_the_help_whoever_clicked_it_goes_on(bot: Bot, workspace: Workspace) -> None:
    amal, bo = workspace.user("amal"), workspace.user("bo")
    asked = bo.mention("C-ops", "")
    helped = workspace.wait_for_reply(asked)
    amal.click("Try a question", helped)
    replies_after(workspace, asked, 2)
    follow_up = amal.say("C-ops", "Who decides that?", thread=asked)
    workspace.wait_for(lambda: kept(bot, follow_up), what="the row")
    assert_dropped(bot, workspace, bo.say("C-ops", "Who decides that?", thread=asked))


def test_where_another_organisation_reads_along_follow_ups_need_a_mention(bot: Bot, workspace: Workspace) -> None:
    workspace.world.add_channel(Channel("C0ALLIES", "allies", [BOT_USER, "U0AMAL", "U0BO"], is_shared=True))
    amal = workspace.user("amal")
    asked = amal.mention("C-allies", QUESTION)
    workspace.wait_for_reply(asked)
    assert_dropped(bot, workspace, amal.say("C-allies", FOLLOW_UP, thread=asked))
    mentioned = amal.mention("C-allies", FOLLOW_UP, thread=asked)
    assert THEN in workspace.text(workspace.wait_for_reply(mentioned))


def test_a_channel_that_is_shared_later_needs_a_mention_from_then_on(
    bot: Bot, workspace: Workspace, first: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = workspace.channel("C-ops")
    monkeypatch.setattr(place, "is_shared", True)
    assert_dropped(bot, workspace, workspace.user("amal").say("C-ops", FOLLOW_UP, thread=first))
    place.is_shared = False
    unknown = workspace.faults.arm("refused", method="conversations.info")
    assert_dropped(bot, workspace, workspace.user("amal").say("C-ops", FOLLOW_UP, thread=first))
    workspace.faults.clear()
    assert unknown.struck == 1


def test_a_guest_has_to_mention_the_bot(bot: Bot, workspace: Workspace) -> None:
    guest: Person = workspace.add_user(User("U0GUEST", "gil", "Gil Moreau", is_guest=True), "C-ops")
    asked = guest.mention("C-ops", QUESTION)
    workspace.wait_for_reply(asked)
    assert_dropped(bot, workspace, guest.say("C-ops", FOLLOW_UP, thread=asked))


def test_a_direct_message_goes_on_from_the_one_before_it(bot: Bot, workspace: Workspace) -> None:
    bo = workspace.user("bo")
    workspace.wait_for_reply(bo.dm(QUESTION))
    assert THEN in workspace.text(workspace.wait_for_reply(bo.dm(FOLLOW_UP)))
    workspace.advance(timedelta(hours=1))
    assert THEN not in workspace.text(workspace.wait_for_reply(bo.dm(FOLLOW_UP)))


def test_below_an_answer_in_a_direct_message_its_question_is_remembered(bot: Bot, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    answered = workspace.wait_for_reply(amal.dm(QUESTION))
    workspace.wait_for_reply(amal.dm(OTHER))
    assert THEN in workspace.text(workspace.wait_for_reply(amal.dm(FOLLOW_UP, thread=answered)))


def test_a_thread_ends_after_its_hours_and_is_erased(bot: Bot, workspace: Workspace, first: Message) -> None:
    workspace.advance(timedelta(hours=24))
    assert_dropped(bot, workspace, workspace.user("amal").say("C-ops", FOLLOW_UP, thread=first))
    database = bot.responder.services.database
    with database.write() as session:
        bot.conversations.erase(session, workspace.sandbox.clock.now())
    with database.read() as session:
        assert session.scalars(select(ThreadRow)).all() == []
        assert session.scalars(select(TurnRow)).all() == []
