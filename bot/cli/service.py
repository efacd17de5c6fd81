"""`proviso serve`, `proviso sandbox` and `proviso tour`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.app.core import Core
from bot.app.sandbox import build_sandbox
from bot.cli.context import configure, services
from bot.cli.progress import progress
from bot.errors import UserError
from bot.sandbox.server import Sandbox

# The clock can be moved by months at a click, and whoever does that wants to see what falls due.
SANDBOX_SCAN_SECONDS = 1.0
PORT = click.option(
    "--port", default=8787, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one."
)


@click.command()
def serve() -> None:
    """Run against Slack: Socket Mode with SLACK_APP_TOKEN, HTTP otherwise."""
    with services() as composed:
        _run(composed, scan_seconds=30.0, ready="ready")


@click.command()
@PORT
def sandbox(port: int) -> None:
    """Serve a Slack-shaped workspace on this machine, with the bot in it."""
    with _sandbox(port) as (workspace, composed):
        _run(composed, scan_seconds=SANDBOX_SCAN_SECONDS, ready=f"ready {workspace.url}")


@click.command()
@click.option("--serve", "then_serve", is_flag=True, help="Then serve the sandbox page until interrupted.")
@PORT
def tour(then_serve: bool, port: int) -> None:
    """Show all three uses here: a cited answer, a checklist, a preview of nudges."""
    from bot.cli.tour import show_all

    with _sandbox(port if then_serve else 0) as (workspace, composed):
        with progress() as show:
            composed.refresh_starter(show)
        show_all(composed)
        if then_serve:
            click.echo(f"\nNow try it yourself: {workspace.url}   (Ctrl-C ends it)\n")
            _run(composed, scan_seconds=SANDBOX_SCAN_SECONDS, ready=f"ready {workspace.url}")


@contextmanager
def _sandbox(port: int) -> Iterator[tuple[Sandbox, Core]]:
    from bot.sandbox.clock import SandboxClock
    from bot.slack.manifest import render_manifest

    settings = configure()
    workspace = Sandbox(SandboxClock(), manifest=render_manifest())
    try:
        workspace.start(port)
    except OSError as error:
        raise UserError(
            f"Port {port} is taken. Nothing was started; name another: --port 0 takes a free one."
        ) from error
    composed = build_sandbox(settings, workspace)
    try:
        yield workspace, composed
    finally:
        composed.close()
        workspace.stop()


def _run(composed: Core, *, scan_seconds: float, ready: str) -> None:
    from bot.app.service import build_service
    from bot.slack.serve import stop_on_signals

    stop = stop_on_signals()
    settings = composed.settings
    service = build_service(composed, scan_seconds=scan_seconds)
    with progress() as show:
        composed.refresh_starter(show)
    token = settings.slack_app_token
    service.serve(
        app_token=token.get_secret_value() if token else None,
        address=settings.proviso_http,
        stop=stop,
        on_ready=lambda: _announce(ready),
    )


def _announce(ready: str) -> None:
    """On standard error, as a supervisor expects it, and on standard output for whoever pipes the address on."""
    print(ready, file=sys.stderr, flush=True)
    if " " in ready and not sys.stdout.isatty():
        print(ready, flush=True)
