"""Forty slow answers at once, and somebody presses a button."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from bot.sandbox.driver import Workspace
from retrieval.types import Answer, Turn
from tests.flows.conftest import BotMaker


class Slow:
    """Answers after `seconds`, all at once."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.running = 0
        self._lock = threading.Lock()

    def answer(self, question: str, *, context: Sequence[Turn] = (), id: str | None = None) -> Answer:
        with self._lock:
            self.running += 1
        time.sleep(self._seconds)
        return Answer(question, "abstained", "Nothing.")


def test_a_button_is_acked_within_half_a_second_while_40_slow_answers_run(
    make_bot: BotMaker, workspace: Workspace
) -> None:
    slow = Slow(4.0)
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
