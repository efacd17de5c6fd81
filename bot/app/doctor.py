"""What `proviso doctor` looks at: each check with the parts it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from bot import doctor
from bot.app.core import Core
from bot.app.model import model_server
from bot.doctor import Connection, Finding
from bot.settings import Settings
from retrieval.corpus.passages import EVERYTHING

CHECKS: dict[str, Callable[[Core], Iterator[Finding]]] = {
    "home": lambda core: doctor.home(core.settings.proviso_home),
    "database": lambda core: doctor.schema(core.database),
    "embedding": lambda core: doctor.embedding(core.settings.proviso_embedding_model, core.embedder),
    "index": lambda core: doctor.index(core.corpus.sources(EVERYTHING), core.generations.current(), core.embedder),
    "chat model": lambda core: doctor.chat_model(
        core.model.name if core.model else None,
        model_server(core.settings),
        core.budgets,
        core.settings.proviso_tokens_per_day,
        priced=core.settings.proviso_model_price is not None,
    ),
    "zone": lambda core: doctor.zone(core.settings.proviso_zone),
    "folders": lambda core: doctor.folders(core.database, core.settings.proviso_folder_sync),
    "slack": lambda core: doctor.slack(_connection(core.settings)),
    "serving": lambda core: doctor.serving(core.settings.proviso_http),
    "outbox": lambda core: doctor.outbox(core.database),
}


def examine(core: Core) -> list[Finding]:
    """Look at everything, in this order."""
    return [finding for subject, check in CHECKS.items() for finding in doctor.run(subject, partial(check, core))]


def _connection(settings: Settings) -> Connection:
    token, app_token = settings.slack_bot_token, settings.slack_app_token
    return Connection(
        token.get_secret_value() if token else None,
        app_token.get_secret_value() if app_token else None,
        settings.slack_api_url,
        settings.slack_signing_secret is not None,
        settings.proviso_http,
        settings.proviso_join_channels,
    )
