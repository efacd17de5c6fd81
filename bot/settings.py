"""One frozen Settings object. Only the composition root and the command line see it; all below get plain arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from platformdirs import user_data_path
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

MODEL = r"^[a-z_]+:\S+$"


def _known_zone(name: str) -> str:
    """The name of a time zone, as it is written. Raises ValueError for one that is not known."""
    if name not in available_timezones():
        raise ValueError("no such time zone")
    return name


class Settings(BaseSettings):
    """Read from the environment and from `.env` in the working directory; a field is named as its variable."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    slack_bot_token: SecretStr | None = Field(None, description="Bot token of the Slack app (`xoxb-…`).")
    slack_app_token: SecretStr | None = Field(
        None, description="App-level token (`xapp-…`); when set, Socket Mode is used."
    )
    slack_signing_secret: SecretStr | None = Field(
        None, description="Signing secret of the Slack app; needed for HTTP when no app token is set."
    )
    slack_api_url: str = Field(
        "https://slack.com/api/", description="Where Slack's Web API lies (GovSlack: `https://slack-gov.com/api/`)."
    )
    proviso_chat_model: str | None = Field(
        None,
        pattern=MODEL,
        description="Model that chooses sentences, `openai:NAME`; unset: the program chooses them.",
    )
    proviso_summary: Literal["button", "off"] = Field(
        "button",
        description="Whether a reader may ask the chat model to sum up an answer: `button` or `off`.",
    )
    proviso_embedding_model: str | None = Field(
        None,
        pattern=MODEL,
        description="Model that embeds, `openai:NAME`; unset: the local model.",
    )
    proviso_model_price: str | None = Field(
        None,
        pattern=r"^\s*\d+(\.\d+)?\s*/\s*\d+(\.\d+)?\s*$",
        description="Price of a million tokens, `PROMPT/REPLY`, in any currency; limits of money need it.",
    )
    proviso_tokens_per_person_day: int = Field(
        300_000, ge=0, description="Tokens of the chat model one person may use in a day."
    )
    proviso_tokens_per_day: int = Field(
        5_000_000, ge=0, description="Tokens of the chat model the whole installation may use in a day."
    )
    proviso_money_per_person_day: float | None = Field(
        None, ge=0, description="Money one person may use in a day; needs `PROVISO_MODEL_PRICE`. Unset: no limit."
    )
    proviso_money_per_day: float | None = Field(
        None, ge=0, description="Money the whole installation may use in a day; needs `PROVISO_MODEL_PRICE`."
    )
    proviso_answer_cache_days: int = Field(
        7,
        ge=0,
        le=365,
        description="How long a model's choice of sentences is kept for whoever asks the same next; 0: never.",
    )
    openai_api_key: SecretStr | None = Field(
        None, description="Key for the model server; used only when a model above is set."
    )
    openai_base_url: str | None = Field(None, description="Address of an OpenAI-compatible model server.")
    database_url: str | None = Field(
        None,
        pattern=r"^(postgresql|sqlite)(\+\w+)?://",
        description="SQLAlchemy URL (`postgresql://…`); unset: SQLite in `PROVISO_HOME`.",
    )
    chroma_url: str | None = Field(
        None, description="Address of a Chroma server; unset: Chroma embedded, in `PROVISO_HOME`."
    )
    proviso_home: Annotated[Path, AfterValidator(Path.expanduser)] = Field(
        default_factory=lambda: user_data_path("proviso", appauthor=False),
        description="Where state lives; unset: the platform's user data folder.",
    )
    proviso_http: str = Field(
        "127.0.0.1:3000",
        pattern=r"^\S*:\d{1,5}$",
        description="Host and port of the HTTP server (`/slack/events`, `/healthz`).",
    )
    proviso_join_channels: bool = Field(
        default=False,
        description="Whether the bot joins a public channel by itself to post there; else it waits to be invited.",
    )
    proviso_zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "UTC",
        description="Time zone (`Europe/Brussels`) of a partner that is added without one, and of the day that model "
        "budgets count.",
    )
    proviso_glossary: Path | None = Field(
        None, description="YAML file with the organisation's own short forms and synonyms, added to the shipped ones."
    )
    proviso_age_flag_years: int = Field(
        5, ge=1, le=200, description="Sources at least this many years old are shown with a flag: check what changed."
    )
    proviso_folder_sync: str = Field(
        "03:00",
        pattern=r"^(off|([01]?\d|2[0-3]):[0-5]\d)$",
        description="When every remembered folder is brought in line each night, in `PROVISO_ZONE`; `off`: never.",
    )
    proviso_thread_hours: int = Field(
        24,
        ge=0,
        le=168,
        description="How long a thread is remembered after its last question, for follow-ups; 0: not at all.",
    )
    proviso_feedback_days: int = Field(
        0,
        ge=0,
        le=730,
        description="How long it is kept what people think of answers; 0: not at all, and nobody is asked.",
    )
    proviso_answers: int = Field(4, ge=1, le=64, description="How many questions one process answers at once.")
    proviso_listeners: int = Field(
        40, ge=5, le=200, description="Threads for commands, buttons and forms; few of them starve while Slack is slow."
    )
    proviso_log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = Field(
        "WARNING", description="Level of the log on standard error."
    )

    @property
    def resolved_database_url(self) -> str:
        """The URL of the database in use."""
        return self.database_url or f"sqlite:///{self.proviso_home / 'proviso.db'}"
