"""The checks of `proviso doctor`: each looks at the parts it is given, and says how to mend what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.complaints import message_for
from bot.migrations import HEAD, revision
from bot.work.destinations import EVERYWHERE, blocked
from bot.work.folders import troubles
from bot.work.outbox import counts, lacking_scopes
from bot.work.workspace import owner
from retrieval.corpus.sources import SourceSummary
from retrieval.database import Database
from retrieval.index.opening import OpenGeneration
from retrieval.model.budgets import Budgets
from retrieval.model.outcomes import TELLINGS
from retrieval.ports import Embedder

MODEL_SECONDS = 10.0
# A mention in a group message comes without a message: a few of those are no sign.
_MENTIONS_THAT_TELL = 3
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


Check = Callable[[], Iterator[Finding]]


def run(subject: str, check: Check) -> Iterator[Finding]:
    """What a check finds; that it cannot look is a finding too."""
    try:
        yield from check()
    except Exception as error:  # a check that breaks has found something
        yield Finding(subject, "problem", message_for(error))


def home(folder: Path) -> Iterator[Finding]:
    """Whether state can be written."""
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / ".doctor"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        mend = "give this user the right to write there, or set PROVISO_HOME"
        yield Finding("home", "problem", f"{folder} cannot be written ({error.strerror})", mend)
        return
    yield Finding("home", "ok", str(folder))


def schema(database: Database) -> Iterator[Finding]:
    """Which database it is, its schema, and whose it is."""
    name = "SQLite" if database.is_sqlite else "PostgreSQL"
    at = revision(database)
    state: State = "ok" if at == HEAD else "problem"
    with database.read() as session:
        whose = owner(session)
    yield Finding("database", state, f"{name}, schema {at}, workspace {whose or 'not met yet'}")


def embedding(name: str | None, embedder: Embedder | None) -> Iterator[Finding]:
    """Whether texts become vectors. `name` is the server's model; None is the local one."""
    if name:
        [vector] = embedder.embed(["proviso"]) if embedder else [()]
        yield Finding("embedding", "ok", f"{name}, {len(vector)} dimensions")
        return
    if embedder is None:
        mend = "install Proviso again, then run `proviso doctor`"
        yield Finding("embedding", "warning", "no local model: questions are searched by words alone", mend)
        return
    yield Finding("embedding", "ok", f"local, {embedder.recipe}")


def index(sources: Sequence[SourceSummary], generation: OpenGeneration | None, embedder: object) -> Iterator[Finding]:
    """Whether what was ingested can be searched by meaning and by words."""
    if not sources:
        yield Finding("index", "warning", "nothing is indexed yet", "run `proviso ingest` on a folder of guidance")
        return
    if generation is None:
        yield Finding("index", "problem", "no index is published", "run `proviso ingest` again")
        return
    passages = sum(summary.passages for summary in sources if summary.state in ("active", "superseded"))
    if not generation.complete:
        mend = "start that server or correct CHROMA_URL; unset CHROMA_URL to keep the vectors on this machine"
        says = "the Chroma server at CHROMA_URL does not answer: words alone are searched. What was read is kept"
        yield Finding("index", "problem", says, mend)
        return
    if generation.dense is None and embedder is not None:
        says = "the vector index cannot be used: words alone are searched"
        yield Finding("index", "problem", says, "run `proviso ingest` again")
        return
    dense = "hybrid" if generation.dense is not None else "words alone"
    says = f"generation {generation.id}, {len(sources)} sources, {passages} passages, {dense}, probe passed"
    yield Finding("index", "ok", says)


def chat_model(
    name: str | None, server: tuple[str | None, str | None], budgets: Budgets, limit: int, *, priced: bool
) -> Iterator[Finding]:
    """Whether the chat model answers, and what it has cost today. `limit` in tokens a day."""
    if name is None:
        yield Finding("chat model", "off", "none set: answers are quoted sentences")
        return
    yield check_model(name, *server)
    tokens, money = budgets.spent()
    says = f"{tokens:,} of {limit:,} tokens used today"
    cost = f", {money / 1e6:.2f} at the price set" if priced else ""
    yield Finding("model budget", "ok", says + cost)


def check_model(name: str, api_key: str | None, base_url: str | None) -> Finding:
    """Whether a model server (None: OpenAI's own) takes the key and knows the model, without asking the model.

    What is wrong has the name that it would have while answering.
    """
    import openai

    from retrieval.model.client import failure_of

    subject = "chat model"
    if not api_key and base_url is None:
        return Finding(subject, "problem", "OPENAI_API_KEY is not set", TELLINGS["unauthorized"].mend)
    client = openai.OpenAI(api_key=api_key or "none", base_url=base_url, timeout=MODEL_SECONDS, max_retries=0)
    try:
        client.models.retrieve(name)
    except openai.NotFoundError:
        # Some compatible servers have no list of models, and answer all the same.
        return Finding(subject, "warning", f"the server does not list {name}", TELLINGS["no_such_model"].mend)
    except Exception as error:  # whatever a client can raise has a name
        outcome = failure_of(error).outcome
        return Finding(subject, "problem", f"{outcome}: {TELLINGS[outcome].note}", TELLINGS[outcome].mend)
    return Finding(subject, "ok", f"{name} is there")


def zone(name: str) -> Iterator[Finding]:
    """Whether the default time zone exists."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        yield Finding(
            "zone", "problem", f"{name} is not a time zone", "set PROVISO_ZONE to a name such as Europe/Brussels"
        )
        return
    yield Finding("zone", "ok", name)


def folders(database: Database, at: str) -> Iterator[Finding]:
    """Whether the remembered folders are in line. `at` is the time of the nightly round, or "off"."""
    with database.read() as session:
        wrong = troubles(session)
    for trouble in wrong:
        mend = f"see whether the folder is complete, then run `proviso ingest {trouble.root}`"
        yield Finding("folders", "warning", f"{trouble.root} {trouble.state}: {trouble.says}", mend)
    if at == "off":
        yield Finding("folders", "off", "remembered folders are brought in line by hand alone")
    elif not wrong:
        yield Finding("folders", "ok", f"brought in line at {at} each night while the bot serves")


@dataclass(frozen=True, slots=True)
class Connection:
    """How Slack is reached. `accepts_http`: there is a signing secret; `address` is "host:port"."""

    bot_token: str | None
    app_token: str | None
    api_url: str
    accepts_http: bool
    address: str
    join_channels: bool = False


def slack(connection: Connection) -> Iterator[Finding]:
    """Whether Slack accepts the tokens, which scopes are missing, and how the running bot is reached."""
    if connection.bot_token is None:
        yield Finding("slack", "off", "SLACK_BOT_TOKEN is not set: only the terminal and the sandbox work")
        return
    from bot.slack.client import build_client
    from bot.slack.serve import check_app_token, identify

    identity = identify(build_client(connection.bot_token, connection.api_url))
    yield from scopes(identity.team, identity.granted, join_channels=connection.join_channels)
    if connection.app_token is not None:
        check_app_token(connection.app_token, connection.api_url)
        yield Finding("transport", "ok", "Socket Mode")
    elif connection.accepts_http:
        yield Finding("transport", "ok", f"HTTP on {connection.address}, path /slack/events")
    else:
        mend = "set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP"
        yield Finding("transport", "problem", "neither Socket Mode nor HTTP is set up", mend)


def scopes(team: str, granted: frozenset[str] | None, *, join_channels: bool) -> Iterator[Finding]:
    """What the token lacks, what that is for, and what does not work without it."""
    from bot.slack.scopes import missing

    lacking = missing(granted, join_channels=join_channels)
    told = "every scope granted" if not lacking else f"{len(lacking)} scopes missing"
    known = told if granted is not None else "the server does not say which scopes it has"
    yield Finding("slack", "ok", f"token accepted for workspace {team}, {known}")
    for scope in lacking:
        used = ", ".join(use.removeprefix("Event ") for use in scope.used_by)
        says = f"{scope.name} is missing, for {used}: {scope.why}. Without it: {scope.without}"
        mend = "add it to the app (OAuth & Permissions, or the manifest of `proviso manifest`), then install it again"
        yield Finding("scope", "problem" if scope.needed else "warning", says, mend)


def serving(address: str) -> Iterator[Finding]:
    """What the bot that runs on this machine says of itself."""
    from bot.slack.http import ask_health

    health = ask_health(address)
    if health is None:
        yield Finding("serving", "off", f"no bot answers on {address}: none runs here, or it has another PROVISO_HTTP")
        return
    late = [name for name, job in health["jobs"].items() if not job.get("ok")]
    if late:
        mend = "look at its log, and start it again"
        yield Finding("serving", "problem", f"the jobs {', '.join(late)} have not run lately", mend)
    sockets = health.get("sockets")
    if sockets is not None:
        yield _connections(sockets)
    elif not late:
        yield Finding("serving", "ok", f"a bot answers on {address}")
    yield from _events(health.get("events") or {})


def _events(arrived: dict[str, int]) -> Iterator[Finding]:
    """Whether messages of channels reach the bot: with them, each mention comes as a message too."""
    mentions = arrived.get("mentions", 0)
    if mentions >= _MENTIONS_THAT_TELL and not arrived.get("messages"):
        says = f"{mentions} mentions in channels came since it started, and no message: follow-ups need a mention"
        mend = (
            "subscribe the app to message.channels and message.groups (Event Subscriptions, or the manifest of "
            "`proviso manifest`), then install it again"
        )
        yield Finding("events", "warning", says, mend)


def _connections(sockets: dict[str, Any]) -> Finding:
    counted = f"{sockets['live']} of {sockets['wanted']} Socket Mode connections"
    if sockets["live"] >= sockets["wanted"]:
        return Finding("serving", "ok", counted)
    since = f", none for {sockets['none_for_seconds']} s" if not sockets["live"] else ""
    mend = "check SLACK_APP_TOKEN, that Socket Mode is on, and the network; it goes on trying by itself"
    state: State = "warning" if sockets["ok"] else "problem"
    return Finding("serving", state, f"{counted}{since}: {sockets['reason']}", mend)


_WAITS = "it is tried again by itself; `proviso nudges why KEY` tells a message's story"
_MENDS = {
    "not_in_channel": "invite it there: `/invite @Proviso`",
    "channel_not_found": "invite it there: `/invite @Proviso`; a private channel is not found without it",
    "is_archived": "unarchive the channel, or give the partner another",
    "missing_scope": "see the scopes above; update the app from `proviso manifest` and install it again",
}


def outbox(database: Database) -> Iterator[Finding]:
    """How many messages are in each state, and which channels take none."""
    with database.read() as session:
        states, held = counts(session), [(row.channel, row.reason or "") for row in blocked(session)]
        lacking = lacking_scopes(session)
    told = ", ".join(f"{number} {state}" for state, number in sorted(states.items())) or "empty"
    if states.get("DEAD"):
        mend = "`proviso nudges why KEY` tells a message's story"
        yield Finding("outbox", "warning", told, mend)
    else:
        yield Finding("outbox", "ok", told)
    for scope, number in lacking.items():
        mend = f"add {scope} to the app (`proviso manifest` has it) and install it again"
        yield Finding("scope", "warning", f"messages that wait for the scope {scope}: {number}", mend)
    for channel, reason in held:
        where = "no channel takes messages" if channel == EVERYWHERE else f"channel {channel} takes no messages"
        mend = _MENDS.get(reason.partition(":")[0], _WAITS)
        yield Finding("channel", "warning", f"{where}: {reason}", mend)
