"""Whoever runs the bot reads what people think of answers, in words and as JSON."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.app.core import build
from bot.cli.feedback import feedback
from bot.conversations.feedback import MarkedAnswer
from bot.errors import SettingsError
from bot.settings import Settings
from bot.work.people import team_id
from tests.support.clock import ManualClock

ANSWER = MarkedAnswer("answer-1", "answered", "g1", None, None, ("p1", "p2"))
BY_MODEL = MarkedAnswer("answer-2", "answered", "g1", "small-model", 3, ())
IN_WORDS = """\
1 mark helpful, 2 not helpful, on 2 answers.

## Why

- It is misleading: 1

## Made by

- index g1, small-model, prompt 3: 0 helpful, 1 not helpful
- index g1, no model: 1 helpful, 1 not helpful

## Remarks

- 2026-03-02 09:00 UTC, answered, It is misleading: See (x)] (http://x). (index g1, small-model, prompt 3)
- 2026-03-02 08:30 UTC, answered, no reason given (index g1, no model; passages p1, p2)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in {"PROVISO_HOME": str(tmp_path), "DATABASE_URL": "", "PROVISO_FEEDBACK_DAYS": "90"}.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def mark_answers(clock: ManualClock) -> None:
    core = build(Settings(), clock=clock)
    with core.database.write() as session:
        team = team_id(session, "T1")
    core.feedback.mark(ANSWER, team, "U1", helpful=True)
    clock.advance(timedelta(minutes=30))
    core.feedback.mark(ANSWER, team, "U2", helpful=False)
    clock.advance(timedelta(minutes=30))
    core.feedback.mark(BY_MODEL, team, "U1", helpful=False, reason="misleading", remark="See (x)](http://x).")
    core.close()


@pytest.mark.usefixtures("home")
def test_marks_are_counted_and_remarks_are_listed_newest_first(clock: ManualClock) -> None:
    mark_answers(clock)
    assert CliRunner().invoke(feedback).stdout == IN_WORDS
    said = json.loads(CliRunner().invoke(feedback, ["--json"]).stdout)
    assert (said["answers"], said["helpful"], said["not_helpful"]) == (2, 1, 2)
    assert said["reasons"] == {"missing": 0, "beside": 0, "misleading": 1, "unreadable": 0}
    assert said["made"][1] == {"generation": "g1", "model": None, "prompt": None, "helpful": 1, "not_helpful": 1}
    assert said["remarks"][1] == {
        "at": "2026-03-02T08:30:00+00:00",
        "reason": None,
        "remark": None,
        "status": "answered",
        "generation": "g1",
        "model": None,
        "prompt": None,
        "passages": ["p1", "p2"],
    }


@pytest.mark.usefixtures("home")
def test_where_nobody_has_marked_anything_that_is_said() -> None:
    assert CliRunner().invoke(feedback).stdout == "Nobody has marked an answer yet.\n"


@pytest.mark.usefixtures("home")
def test_where_nothing_is_kept_the_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVISO_FEEDBACK_DAYS", "0")
    refused = CliRunner().invoke(feedback).exception
    assert isinstance(refused, SettingsError)
    assert refused.message == (
        "PROVISO_FEEDBACK_DAYS is 0, so nobody is asked what they think of answers, and nothing is kept. "
        "Set it to a number of days, and restart what serves."
    )
