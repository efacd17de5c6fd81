"""Whole `serve` processes against the sandbox, killed 60 times: each question answered once, each nudge posted once."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app.core import Core, build
from bot.migrations import upgrade
from bot.partners.register import NewPartner, add
from bot.sandbox.driver import Workspace
from bot.sandbox.model import TEAM, Message
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.slack.manifest import render_manifest
from bot.work.outbox import counts
from bot.work.people import person_id
from bot.work.tables import InboxRow
from bot.work.workspace import claim
from retrieval.database import Database
from tests.support import serving_replica
from tests.support.mortal_worker import SPEED, START, HastenedClock
from tests.support.processes import Mortal, wait

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

KILLS = 60
QUESTIONS = 60
NUDGES = 60
DRAIN_SECONDS = 180.0
ASKED = (
    "What should be assessed before support to a partner begins?",
    "When should support be suspended?",
    "How should intelligence be shared with a partner?",
    "Should we engage a partner early on detainees?",
    "What do local forces bring that western forces do not?",
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'proviso.db'}"
    return str(request.getfixturevalue("postgres_url"))


def test_every_question_is_answered_once_and_every_nudge_posted_once(database_url: str, tmp_path: Path) -> None:
    chance, origin = random.Random(7), time.time()
    clock = HastenedClock(origin)
    upgrade(Database(database_url))
    with Sandbox(clock, manifest=render_manifest(), retries=(0.3, 1, 3, 10, 20, 60)) as sandbox:
        environment = {
            "slack_bot_token": sandbox.bot_token,
            "slack_app_token": sandbox.app_token,
            "slack_api_url": sandbox.api_url,
            "database_url": database_url,
        }
        composed = build(Settings(_env_file=None, proviso_home=tmp_path, **environment), clock=clock)
        composed.ensure_corpus()
        workspace = Workspace(sandbox)
        workspace.faults.arm("accepted_without_reply", method="chat.postMessage", probability=0.1)
        size = 2 if database_url.startswith("sqlite") else 3
        replicas: list[Mortal] = []

        def start() -> Mortal:
            return Mortal(serving_replica.serve, tmp_path, environment, origin, SPEED)

        try:
            replicas = [start() for _ in range(size)]
            questions: list[Message] = []
            for kill in range(KILLS):
                wait(lambda: any(replica.is_ready() for replica in replicas))
                questions += _ask(workspace, chance, QUESTIONS * (kill + 1) // KILLS - len(questions))
                _register(composed, workspace, kill)
                workspace.redeliver(chance.choice(questions))
                time.sleep(chance.uniform(0.05, 0.8))
                victim = chance.randrange(size)
                replicas[victim].kill()
                replicas[victim] = start()
            wait(lambda: _settled(workspace, questions), DRAIN_SECONDS, lambda: _state(composed, workspace))
        finally:
            for replica in replicas:
                replica.kill()
            composed.close()
        silent = next(armed.struck for armed in workspace.faults._armed)
        _judge(workspace, questions)
    print(
        f"\n{composed.database.engine.name}: {size} processes, {KILLS} kills, {NUDGES} nudges, {QUESTIONS} questions, "
        f"{silent} accepted without reply, 0 lost, 0 doubled, {time.time() - origin:.0f} s"
    )


def _ask(workspace: Workspace, chance: random.Random, count: int) -> list[Message]:
    amal = workspace.user("amal")
    return [
        amal.mention("C-ops" if chance.random() < 0.7 else "C-review-cell", chance.choice(ASKED)) for _ in range(count)
    ]


def _register(composed: Core, workspace: Workspace, number: int) -> None:
    with composed.database.write() as session:
        team = claim(session, TEAM)
        person = person_id(session, team, workspace.user("amal").user.id)
        channel = workspace.channel(("C-ops", "C-liaison")[number % 2]).id
        new = NewPartner(team, f"Unit {number}", channel, "UTC", "180 days", person, person, assess_by=START.date())
        add(session, new, composed.clock.now())


def _nudged(workspace: Workspace) -> Counter[str]:
    said = [workspace.text(m) for c in ("C-ops", "C-liaison") for m in workspace.bot_messages(c) if not m.thread_ts]
    return Counter(match[1] for text in said for match in [re.search(r": (Unit \d+)\*", text)] if match)


def _settled(workspace: Workspace, questions: list[Message]) -> bool:
    answered = all(workspace.replies(question) for question in questions)
    return answered and len(_nudged(workspace)) == NUDGES


def _judge(workspace: Workspace, questions: list[Message]) -> None:
    assert Counter(len(_answers(workspace, question)) for question in questions) == Counter({1: QUESTIONS})
    assert _nudged(workspace) == Counter({f"Unit {n}": 1 for n in range(NUDGES)})


def _answers(workspace: Workspace, question: Message) -> list[Message]:
    return [m for m in workspace.bot_messages(question.channel) if m.thread_ts == question.ts]


def _state(composed: Core, workspace: Workspace) -> str:
    with composed.database.read() as session:
        states, received = counts(session), session.scalar(select(func.count()).select_from(InboxRow))
    said = [entry for channel in ("C-ops", "C-liaison", "@amal") for entry in workspace.transcript(channel)]
    return "\n".join([f"{received} events received, outbox {states}", *said])
