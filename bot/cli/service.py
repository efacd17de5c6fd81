"""`proviso serve`, `proviso sandbox` and `proviso tour`."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

import click

from bot.cli.context import configure, services
from bot.cli.ending import Ending
from bot.cli.progress import progress
from bot.errors import UserError

if TYPE_CHECKING:
    from bot.app.core import Core
    from bot.sandbox.server import Sandbox

    Updating = Callable[[Core], AbstractContextManager[None]]

# The clock can be moved by months at a click, and whoever does that wants to see what falls due.
SANDBOX_SCAN_SECONDS = 1.0
FIRST_PORT = 8787
PORTS_TRIED = 20
PORT = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help=f"Where the page is served; 0 takes a free one. By default {FIRST_PORT}, or the next one that is free.",
)


@click.command()
def serve() -> None:
    """Run against Slack: Socket Mode with SLACK_APP_TOKEN, HTTP otherwise."""
    from bot.cli.new_vectors import index_up_to_date

    with services() as composed:
        on_ready = partial(print, "ready", file=sys.stderr, flush=True)
        _run(composed, updating=index_up_to_date, scan_seconds=30.0, on_ready=on_ready)


@click.command()
@PORT
def sandbox(port: int | None) -> None:
    """Serve a Slack-shaped workspace on this machine, with the bot in it."""
    with _sandbox(port) as (workspace, composed):
        on_ready = partial(_announce, workspace.url, _notes(port, workspace, composed))
        _run_sandbox(composed, on_ready)


@click.command()
@click.option("--serve", "then_serve", is_flag=True, help="Then serve the sandbox page until interrupted.")
@click.option("--called", default="proviso", show_default=True, help="What commands begin with in the text.")
@PORT
def tour(then_serve: bool, called: str, port: int | None) -> None:
    """Show all three uses here: a cited answer, a checklist, a preview of nudges."""
    with _sandbox(port if then_serve else 0) as (workspace, composed):
        _show_uses(composed, called)
        if then_serve:
            on_ready = partial(_show_page, workspace.url, _notes(port, workspace, composed))
            _run_sandbox(composed, on_ready)


def _show_uses(composed: Core, called: str) -> None:
    from bot.cli import tour as text
    from bot.cli.terminal import show_markdown
    from bot.views.answers.model import AnswerView

    with progress() as show:
        composed.refresh_starter(show)
        answer = AnswerView(composed.answerer.answer(text.QUESTION), ageing=composed.ageing())
    for section in (
        text.answer_section(answer, called),
        text.checklist_section(composed.catalogue, called),
        text.nudges_section(composed.clock.now(), called),
    ):
        show_markdown(section)
        click.echo()


@contextmanager
def _sandbox(port: int | None) -> Iterator[tuple[Sandbox, Core]]:
    from bot.app.sandbox import build_sandbox, sandbox_home
    from bot.sandbox.clock import SandboxClock
    from bot.sandbox.server import Sandbox
    from bot.slack.manifest import render_manifest

    settings = configure()
    workspace = Sandbox(SandboxClock(), manifest=render_manifest())
    _listen(workspace, port)
    with sandbox_home(settings.proviso_home) as home:
        composed = build_sandbox(settings, workspace, home)
        try:
            yield workspace, composed
        finally:
            composed.close()
            workspace.stop()


def _listen(workspace: Sandbox, port: int | None) -> None:
    """Serve the workspace on `port`; by default on the first free one from FIRST_PORT. Raises UserError."""
    if port is not None:
        _start(workspace, port)
        return
    for candidate in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        with suppress(PortTaken):
            _start(workspace, candidate)
            return
    _start(workspace, 0)


class PortTaken(UserError):
    """Another program uses this port. Nothing was started; leave --port out, and the next free port is used."""


def _start(workspace: Sandbox, port: int) -> None:
    try:
        workspace.start(port)
    except OSError as error:
        step = "Nothing was started; name another port, or leave --port out: then the next free one is used."
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(f"Port {port} is taken. {step}") from error
        raise UserError(f"Port {port} cannot be used ({error.strerror or error}). {step}") from error


def _run(composed: Core, *, updating: Updating, scan_seconds: float, on_ready: Callable[[], None]) -> None:
    from bot.app.service import build_service

    ending = click.get_current_context().find_object(Ending) or Ending()
    settings = composed.settings
    service = build_service(composed, scan_seconds=scan_seconds)
    token = settings.slack_app_token

    def ready() -> None:
        ending.serve()
        on_ready()

    with updating(composed):
        service.serve(
            app_token=token.get_secret_value() if token else None,
            address=settings.proviso_http,
            stop=ending.stop,
            on_ready=ready,
        )


def _run_sandbox(composed: Core, on_ready: Callable[[], None]) -> None:
    from bot.cli.new_vectors import index_updated_first

    _run(composed, updating=index_updated_first, scan_seconds=SANDBOX_SCAN_SECONDS, on_ready=on_ready)


def _notes(asked: int | None, workspace: Sandbox, composed: Core) -> str:
    """What is not as usual, though nobody asked for that."""
    from bot.app.sandbox import SANDBOX_FOLDER

    moved = asked is None and not workspace.url.endswith(f":{FIRST_PORT}")
    beside = composed.settings.proviso_home.name != SANDBOX_FOLDER
    notes = {
        f"Port {FIRST_PORT} is taken, so the page is on another one.": moved,
        "Another sandbox is running, so this one has a register of its own.": beside,
    }
    return " ".join(note for note, holds in notes.items() if holds)


def _announce(url: str, note: str) -> None:
    """Where the page is: once for a person, and for programs on each stream that is not a terminal."""
    if note:
        print(note, file=sys.stderr)
    print(f"ready {url}", file=sys.stderr, flush=True)
    if not sys.stdout.isatty() and not _same_stream():
        print(f"ready {url}", flush=True)


def _show_page(url: str, note: str) -> None:
    """The tour's last section on standard output; a program that reads standard error alone is told as well."""
    from bot.cli.terminal import show_markdown
    from bot.cli.tour import page_section

    show_markdown(page_section(url, note))
    if not sys.stderr.isatty() and not _same_stream():
        print(f"ready {url}", file=sys.stderr, flush=True)


def _same_stream() -> bool:
    return os.path.sameopenfile(sys.stdout.fileno(), sys.stderr.fileno())
