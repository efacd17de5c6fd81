"""A document with an audience: no surface of Slack finds it, names it, counts it or opens it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.sandbox.driver import Person, Workspace
from bot.sandbox.model import Channel, Message, User
from bot.sandbox.world import BOT_USER
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.corpus.records import source_id
from retrieval.corpus.sources import Corpus, CorpusChange, Document
from retrieval.index.generations import Generations
from tests.flows.conftest import Bot

QUESTION = "When does the tribunal of the estuary convene?"
SAID = "The tribunal of the estuary convenes on the ninth evening."
NOT_COVERED = "*Not in the guidance*"
OPEN = Source(source_id("guidance", "estuary.md"), "estuary.md", title="Estuary Memorandum", authority="policy")
NAMES = ("Estuary Memorandum", "estuary.md", "ninth evening", "legal", "Show passage")


def document(source: Source) -> Document:
    passages = (Passage("draft", source, (Sentence((Span(SAID, 1),)),), section="Sittings"),)
    return Document(source, "guidance", f"read {source.audience}", passages)


def publish(corpus: Corpus, generations: Generations, bot: Bot, source: Source) -> None:
    corpus.apply(CorpusChange((document(source),)), bot.responder.clock.now())
    generations.build()


@pytest.fixture(scope="module")
def quoted(bot: Bot, workspace: Workspace, corpus: Corpus, generations: Generations) -> Message:
    """An answer that quotes the document while it was for everybody; the document is labelled since."""
    publish(corpus, generations, bot, OPEN)
    answered = workspace.wait_for_reply(workspace.user("amal").mention("C-ops", QUESTION))
    assert SAID in workspace.text(answered)
    publish(corpus, generations, bot, replace(OPEN, audience="legal"))
    return answered


@pytest.fixture(scope="module")
def guest(workspace: Workspace) -> Person:
    return workspace.add_user(User("U0GUEST", "gil", "Gil Moreau", is_guest=True), "C-ops")


@pytest.fixture(scope="module")
def shared(workspace: Workspace) -> str:
    workspace.world.add_channel(Channel("C0SHARED", "allies", [BOT_USER, "U0AMAL", "U0BO"], is_shared=True))
    return "C-allies"


def assert_not_covered(workspace: Workspace, asked: Message) -> None:
    said = workspace.text(workspace.wait_for_reply(asked))
    assert NOT_COVERED in said
    assert [name for name in NAMES if name in said.replace("legal adviser", "")] == []


@pytest.mark.usefixtures("quoted")
def test_a_member_who_asks_hears_that_it_is_not_covered(workspace: Workspace) -> None:
    assert_not_covered(workspace, workspace.user("amal").mention("C-ops", QUESTION))
    assert_not_covered(workspace, workspace.user("bo").dm(QUESTION))


@pytest.mark.usefixtures("quoted")
def test_a_guest_who_asks_hears_that_it_is_not_covered(workspace: Workspace, guest: Person) -> None:
    assert_not_covered(workspace, guest.mention("C-ops", QUESTION))


@pytest.mark.usefixtures("quoted")
def test_somebody_in_a_shared_channel_who_asks_hears_that_it_is_not_covered(workspace: Workspace, shared: str) -> None:
    assert_not_covered(workspace, workspace.user("amal").mention(shared, QUESTION))


def test_a_button_of_an_earlier_answer_opens_no_passage_that_was_labelled_since(
    workspace: Workspace, quoted: Message
) -> None:
    amal = workspace.user("amal")
    amal.click("Show passage", quoted)
    workspace.wait_for(lambda: "no longer in the index" in amal.modal_text, what="the notice")
    assert [name for name in NAMES[:3] if name in amal.modal_text] == []
