"""Somebody asks with a command: that person alone is answered, and may share the answer once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from bot.sandbox.driver import Person, Workspace
from bot.sandbox.model import Channel, Message, User
from bot.sandbox.world import BOT_USER
from bot.slack.sharing import GONE, NOT_HERE
from bot.work.tables import InboxRow, OutboxRow
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.corpus.records import source_id
from retrieval.corpus.sources import Corpus, CorpusChange, Document
from retrieval.database import Database
from retrieval.index.generations import Generations
from tests.flows.conftest import Bot

QUESTION = "When should a partner be assessed?"
QUOTE = "“A supporting state should assess a partner before support begins."
ECHO = f"You asked: “{QUESTION}” You alone will see the answer."
SHARE = "[Share in channel]"


def holding(workspace: Workspace, messages: Sequence[Message], *signs: str) -> list[Message]:
    return [message for message in messages if all(sign in workspace.text(message) for sign in signs)]


def asked(workspace: Workspace, person: Person, typed: str = f"/ask {QUESTION}", channel: str = "C-ops") -> Message:
    """The private answer to a command."""
    before = len(holding(workspace, person.ephemerals(channel), SHARE))
    assert person.command(typed, channel=channel).acked
    return workspace.wait_for(
        lambda: holding(workspace, person.ephemerals(channel), SHARE)[before:], what="the private answer"
    )[0]


def told(workspace: Workspace, person: Person, before: int, channel: str = "C-ops") -> str:
    """What a person is told next, alone."""
    workspace.wait_for(lambda: len(person.ephemerals(channel)) > before, what="a private word")
    return workspace.text(person.ephemerals(channel)[before])


def test_the_answer_is_for_the_asker_alone_below_their_words(bot: Bot, workspace: Workspace) -> None:
    amal, bo = workspace.user("amal"), workspace.user("bo")
    public, others, before = len(workspace.bot_messages("C-ops")), bo.ephemerals(), len(amal.ephemerals())
    answer = asked(workspace, amal)
    assert QUOTE in workspace.text(answer)
    # Which of the two comes first is a matter of milliseconds.
    workspace.wait_for(lambda: len(amal.ephemerals()) == before + 2, what="the echo")
    assert ECHO in [workspace.text(message) for message in amal.ephemerals()[before:]]
    assert (len(workspace.bot_messages("C-ops")), bo.ephemerals()) == (public, others)


def test_the_command_that_is_always_ours_asks_as_well(bot: Bot, workspace: Workspace) -> None:
    assert QUOTE in workspace.text(asked(workspace, workspace.user("bo"), f"/proviso ask {QUESTION}"))


def test_what_is_shared_is_posted_once_with_the_question_and_who_shared_it(bot: Bot, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    private = asked(workspace, amal)
    head = f"*Asked and shared by @amal*: “{QUESTION}”"
    before = len(holding(workspace, workspace.bot_messages("C-ops"), head))
    assert amal.click("Share in channel", private).acked
    (public,) = workspace.wait_for(
        lambda: holding(workspace, workspace.bot_messages("C-ops"), head)[before:], what="the shared answer"
    )
    said = workspace.text(public)
    assert public.thread_ts is None
    assert QUOTE in said
    assert SHARE not in said
    workspace.wait_for(lambda: not bot.sender.reconcile() and not unsent(bot), what="that it is known to be posted")
    seen = len(amal.ephemerals())
    assert amal.click("Share in channel", private).acked
    assert told(workspace, amal, seen) == "It was shared already. Nothing was posted again. Show the message"
    address = f"{workspace.sandbox.url}/#{public.channel}/{public.ts}"
    assert f"<{address}|Show the message>" in str(amal.ephemerals()[seen].blocks)
    assert len(holding(workspace, workspace.bot_messages("C-ops"), head)) == before + 1


def unsent(bot: Bot) -> int:
    with bot.responder.services.database.read() as session:
        return len(session.scalars(select(OutboxRow.key).where(OutboxRow.state != "SENT")).all())


def test_below_a_shared_answer_everybody_can_go_on(bot: Bot, workspace: Workspace) -> None:
    amal, bo = workspace.user("amal"), workspace.user("bo")
    question = "What should be assessed or agreed with a partner before support begins, on detainees and training?"
    private = asked(workspace, amal, f"/ask {question}")
    assert "[More (" in workspace.text(private)
    assert amal.click("Share in channel", private).acked
    public = workspace.wait_for(
        lambda: holding(workspace, workspace.bot_messages("C-ops"), "shared by", question), what="the shared answer"
    )[-1]
    before, said = len(bo.ephemerals()), workspace.text(public)
    label = said[said.index("[More (") + 1 : said.index("]", said.index("[More ("))]
    assert bo.click(label, public).acked
    assert told(workspace, bo, before).count("“") > said.count("“") - 2


def test_an_answer_that_is_none_is_not_shared_and_the_register_is_offered_to_the_asker(
    bot: Bot, workspace: Workspace
) -> None:
    amal = workspace.user("amal")
    for question, sign in (
        ("What does the canteen serve on Fridays?", "*Not in the guidance*"),
        ("When is my next assessment due?", "*Where this leads*"),
    ):
        before = len(holding(workspace, amal.ephemerals(), sign))
        amal.command(f"/ask {question}")
        found = workspace.wait_for(
            lambda before=before, sign=sign: holding(workspace, amal.ephemerals(), sign)[before:]  # type: ignore[misc]
        )
        assert SHARE not in workspace.text(found[0])
    assert "[" in workspace.text(found[0])


@pytest.mark.parametrize("typed", ["/ask", "/ask  ", "/ask <@U0BOT>", "/proviso ask", "/ask help"])
def test_without_a_question_there_is_help(bot: Bot, workspace: Workspace, typed: str) -> None:
    amal = workspace.user("amal")
    before, kept = len(amal.ephemerals()), questions(bot)
    assert amal.command(typed).acked
    said = told(workspace, amal, before)
    assert said.startswith("Proviso\n")
    assert "/ask QUESTION" in said
    assert questions(bot) == kept


def questions(bot: Bot) -> int:
    with bot.responder.services.database.read() as session:
        return len(session.scalars(select(InboxRow.key)).all())


def test_a_question_that_is_too_long_is_refused_with_the_reason_and_not_kept(bot: Bot, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    before, kept = len(amal.ephemerals()), questions(bot)
    assert amal.command("/ask " + "assess " * 700).acked
    assert told(workspace, amal, before) == (
        "Your question has 4,899 characters; I take up to 4,000. Nothing was searched and nothing was kept: "
        "shorten it, or ask its parts one by one."
    )
    assert questions(bot) == kept


def test_a_command_that_is_delivered_twice_is_answered_once(bot: Bot, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    before, kept = len(amal.ephemerals()), questions(bot)
    workspace.faults.arm("duplicate_delivery", times=1)
    asked(workspace, amal)
    workspace.wait_for(lambda: not unsent(bot), what="an empty outbox")
    assert questions(bot) == kept + 1
    assert len(amal.ephemerals()) == before + 2


def test_in_a_direct_message_the_answer_stands_there_and_there_is_nobody_to_share_it_with(
    bot: Bot, workspace: Workspace
) -> None:
    amal = workspace.user("amal")
    before = len(workspace.bot_messages("@amal"))
    assert amal.command(f"/ask {QUESTION}", channel="@amal").acked
    answer = workspace.wait_for(lambda: holding(workspace, workspace.bot_messages("@amal")[before:], QUOTE))[0]
    assert SHARE not in workspace.text(answer)
    assert "You asked" not in workspace.text(answer)


@pytest.mark.parametrize("private", [True, False])
def test_where_the_bot_is_not_the_answer_comes_in_a_direct_message(
    bot: Bot, workspace: Workspace, private: bool
) -> None:
    amal, name = workspace.user("amal"), f"cell-{private}".lower()
    workspace.world.add_channel(Channel(f"C0CELL{int(private)}", name, ["U0AMAL"], is_private=private))
    before = len(workspace.bot_messages("@amal"))
    assert amal.command(f"/ask {QUESTION}", channel=name).acked
    answer = workspace.wait_for(lambda: holding(workspace, workspace.bot_messages("@amal")[before:], QUOTE))[0]
    assert told(workspace, amal, 0, name) == (
        f"You asked: “{QUESTION}” I am not in this conversation, so the answer comes in a direct message to you."
    )
    said = workspace.text(answer)
    assert said.startswith(
        f"*You asked in #{name}*: “{QUESTION}” I am not in that conversation, so the answer comes here."
    )
    assert SHARE not in said
    assert len(workspace.messages(name)) == 1


def test_a_guest_in_a_shared_channel_is_answered_from_the_guidance_and_shown_nothing_of_the_register(
    bot: Bot, workspace: Workspace
) -> None:
    workspace.world.add_channel(Channel("C0SHARED", "allies", [BOT_USER, "U0AMAL"], is_shared=True))
    guest = workspace.add_user(User("U0GUEST", "gil", "Gil Moreau", is_guest=True), "C-allies")
    answer = asked(workspace, guest, channel="C-allies")
    assert QUOTE in workspace.text(answer)
    before = len(guest.ephemerals("C-allies"))
    guest.command("/ask When is my next assessment due?", channel="C-allies")
    offered = workspace.wait_for(
        lambda: holding(workspace, guest.ephemerals("C-allies")[before:], "*Where this leads*")
    )[0]
    said = workspace.text(offered)
    before = len(guest.ephemerals("C-allies"))
    assert guest.click(said[said.index("[") + 1 : said.index("]")], offered).acked
    assert told(workspace, guest, before, "C-allies").startswith("The register is not shown to guests")


def test_what_is_no_longer_kept_is_not_shared(bot: Bot, workspace: Workspace, story_database: Database) -> None:
    amal = workspace.user("amal")
    private = asked(workspace, amal)
    with story_database.write() as session:
        session.execute(update(OutboxRow).values(data=None))
    before = len(amal.ephemerals())
    assert amal.click("Share in channel", private).acked
    assert told(workspace, amal, before) == GONE


SAID = "The tribunal of the estuary convenes on the ninth evening."
ESTUARY = Source(source_id("guidance", "estuary.md"), "estuary.md", title="Estuary Memorandum", authority="policy")


def publish(bot: Bot, corpus: Corpus, generations: Generations, source: Source) -> None:
    passages = (Passage("draft", source, (Sentence((Span(SAID, 1),)),), section="Sittings"),)
    document = Document(source, "guidance", f"read {source.audience}", passages)
    corpus.apply(CorpusChange((document,)), bot.responder.clock.now())
    generations.build()


@pytest.mark.parametrize("since", ["labelled", "withdrawn", "removed"])
def test_a_document_that_is_not_for_everybody_any_more_is_not_shared(
    bot: Bot, workspace: Workspace, corpus: Corpus, generations: Generations, since: str
) -> None:
    amal = workspace.user("amal")
    publish(bot, corpus, generations, ESTUARY)
    private = asked(workspace, amal, "/ask When does the tribunal of the estuary convene?")
    assert SAID in workspace.text(private)
    if since == "labelled":
        publish(bot, corpus, generations, replace(ESTUARY, audience="legal"))
    elif since == "withdrawn":
        corpus.withdraw(ESTUARY.source_id)
    else:
        corpus.remove(ESTUARY.source_id)
    public, before = len(workspace.bot_messages("C-ops")), len(amal.ephemerals())
    assert amal.click("Share in channel", private).acked
    assert told(workspace, amal, before) == NOT_HERE
    assert len(workspace.bot_messages("C-ops")) == public
    if since == "withdrawn":
        corpus.restore(ESTUARY.source_id)
