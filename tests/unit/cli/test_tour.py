"""What `./run` prints, and where it serves the page."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import bot.sandbox
from bot.app.core import Core, build
from bot.app.sandbox import SANDBOX_FOLDER, sandbox_home
from bot.checklists.catalogue import Catalogue
from bot.cli import service
from bot.cli.tour import FIRST_ON_THE_PAGE, checklist_section, nudges_section, page_section
from bot.errors import UserError
from bot.sandbox.clock import SandboxClock
from bot.sandbox.server import Sandbox
from bot.settings import Settings

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def workspace() -> Iterator[Sandbox]:
    sandbox = Sandbox(SandboxClock())
    yield sandbox
    sandbox.stop()


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def composed(folder: str) -> Core:
    return build(Settings(_env_file=None, proviso_home=Path(folder)))


def test_the_checklist_section_shows_what_must_not_be_missed_and_how_to_see_the_rest() -> None:
    assert checklist_section(Catalogue.load(), "./run") == (
        "## 2. Look up a checklist\n\n"
        "**Detention and transfers by or to a partner**: 8 items, for example\n\n"
        "- Put detention into the plan from the start, whoever will hold the detainees.\n"
        "- Engage the partner early on humane and lawful detention.\n"
        "- Before handing over prisoners of war, be satisfied that the receiving power is willing and able to apply "
        "the Convention.\n\n"
        "*Next:* `./run checklist detention` shows each item with its reason and its source; `./run checklist` lists "
        "the others.\n"
    )


def test_the_nudges_section_shows_what_a_partner_would_bring() -> None:
    assert nudges_section(NOW, "proviso") == (
        "## 3. Be nudged to reassess a partner\n\n"
        "The first assessment of Harbour Guard, a made-up partner, is due on Wednesday 1 April 2026. Until somebody "
        "records it, its channel gets (Europe/Brussels time):\n\n"
        "- Wed 18 Mar 2026, 09:00: coming up\n"
        "- Wed 01 Apr 2026, 09:00: due\n"
        "- Wed 08 Apr 2026, 09:00: overdue by a week\n"
        "- Wed 15 Apr 2026, 09:00: overdue by two weeks\n"
        "- Fri 01 May 2026, 09:00: overdue by a month\n\n"
        "Once it is recorded, the next assessment is due 180 days later.\n\n"
        "*Next:* add one on the sandbox's page; `proviso nudges preview` lists those of your own register.\n"
    )


def test_the_last_section_names_the_steps_of_the_page() -> None:
    guide = (Path(bot.sandbox.__file__).parent / "page" / "guide.js").read_text(encoding="utf-8")
    places = [guide.index(f'"{name}"') for name in FIRST_ON_THE_PAGE]
    assert places == sorted(places)
    assert page_section("http://127.0.0.1:8787", "") == (
        "## Now try it yourself\n\nready http://127.0.0.1:8787\n\n"
        "Open this page and follow the 4 steps on it: **Ask a question**, **Look up a checklist**, **Register a "
        "partner** and **See the nudge**, for which the clock jumps to the day it comes. Ctrl-C ends it.\n"
    )


def test_where_the_usual_port_is_taken_the_next_free_one_is_used_and_said(
    workspace: Sandbox, taken: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(service, "FIRST_PORT", taken)
    service._listen(workspace, None)
    port = int(workspace.url.rsplit(":", 1)[1])
    assert port != taken
    service._announce(workspace.url, service._notes(None, workspace, composed(SANDBOX_FOLDER)))
    note = f"Port {taken} is taken, so the page is on another one.\n"
    assert capfd.readouterr() == (f"ready {workspace.url}\n", f"{note}ready {workspace.url}\n")


def test_a_port_that_was_asked_for_and_is_taken_is_an_error_with_a_next_step(workspace: Sandbox, taken: int) -> None:
    with pytest.raises(UserError) as refused:
        service._listen(workspace, taken)
    assert str(refused.value) == (
        f"Port {taken} is taken. Nothing was started; name another port, or leave --port out: then the next free one "
        "is used."
    )


def test_port_0_takes_a_free_one_and_there_is_nothing_to_explain(workspace: Sandbox) -> None:
    service._listen(workspace, 0)
    assert service._notes(0, workspace, composed(SANDBOX_FOLDER)) == ""


def test_a_second_sandbox_has_a_register_of_its_own_and_says_so(workspace: Sandbox, tmp_path: Path) -> None:
    with sandbox_home(tmp_path) as first, sandbox_home(tmp_path) as second:
        assert (first.name, second.name) == ("sandbox", "sandbox-2")
        assert service._notes(0, workspace, composed(second.name)) == (
            "Another sandbox is running, so this one has a register of its own."
        )
    with sandbox_home(tmp_path) as again:
        assert again == first
