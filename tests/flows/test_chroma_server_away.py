"""The `proviso` command while the Chroma server of CHROMA_URL does not answer."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from bot.cli import main
from bot.sandbox.driver import Workspace
from tests.support.served import Served

AWAY = "the Chroma server does not answer: words alone are searched until it does"


@pytest.fixture
def nobody_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVISO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CHROMA_URL", "http://127.0.0.1:1")


@pytest.mark.usefixtures("nobody_listens")
def test_a_fresh_home_answers_by_words_alone_and_doctor_names_the_next_step(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def proviso(*arguments: str) -> tuple[int | str | None, str, list[str]]:
        caplog.clear()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
        return ended.value.code, capsys.readouterr().out, warnings

    code, out, warnings = proviso("ask", "When should support be suspended?", "--json")
    assert (code, warnings) == (0, [AWAY])
    assert json.loads(out)["status"] == "answered"

    code, out, warnings = proviso("search", "suspend support", "--json")
    assert (code, warnings) == (0, [AWAY])
    assert len(json.loads(out)["passages"]) == 10

    code, out, warnings = proviso("doctor", "--json")
    assert (code, warnings) == (1, [AWAY])
    [index] = [finding for finding in json.loads(out) if finding["subject"] == "index"]
    assert index == {
        "subject": "index",
        "state": "problem",
        "says": "the Chroma server at CHROMA_URL does not answer: words alone are searched. What was read is kept",
        "mend": "start that server or correct CHROMA_URL; unset CHROMA_URL to keep the vectors on this machine",
    }


def test_the_bot_starts_and_answers_by_words_alone(workspace: Workspace, tmp_path: Path) -> None:
    served = Served(workspace.sandbox, tmp_path / "home", CHROMA_URL="http://127.0.0.1:1")
    try:
        served.wait_until_ready()
        reply = workspace.wait_for_reply(workspace.user("amal").mention("C-ops", "When should support be suspended?"))
        assert "clear risk" in workspace.text(reply)
    finally:
        served.kill()
    assert served.log.count(AWAY) == 1
    assert "Traceback" not in served.log
