"""Forty slow answers at once, and somebody presses a button."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from bot.sandbox.driver import Workspace
from retrieval.types import Answer, Turn
from tests.flows.conftest import BotMaker


class Slow:
    """Answers when it is let go, all at once."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.running = 0
        self._lock = threading.Lock()

    def answer(self, question: str, *, context: Sequence[Turn] = (), id: str | None = None) -> Answer:
        with self._lock:
            self.running += 1
        self.let_go.wait(30)
        return Answer(question, "abstained", "Nothing.")


def test_a_button_is_acked_within_half_a_second_while_40_slow_answers_run(
    make_bot: BotMaker, workspace: Workspace
) -> None:
    slow = Slow()
    make_bot(slow, workers=40)
    amal = workspace.user("amal")
    for number in range(40):
        amal.mention("C-ops", f"question {number}")
    workspace.wait_for(lambda: slow.running == 40, 15, "40 answers under way")
    delivery = amal.command("/checklist assessment")
    workspace.wait_for(lambda: amal.ephemerals("C-ops"), what="the checklist")
    clicked = amal.click("Sharing intelligence with a partner")
    assert delivery.seconds is not None
    assert clicked.seconds is not None
    assert max(delivery.seconds, clicked.seconds) <= 0.5
    assert workspace.bot_messages("C-ops") == []
    slow.let_go.set()
    workspace.wait_for(lambda: len(workspace.bot_messages("C-ops")) >= 3, what="the answers")
