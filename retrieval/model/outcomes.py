"""Every way a model can fail to answer, each with its name, what the reader is told and what mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal[
    "timeout",
    "rate_limited",
    "server_error",
    "unreachable",
    "unauthorized",
    "no_such_model",
    "rejected",
    "too_long",
    "truncated",
    "empty",
    "malformed",
    "refusal",
    "filtered",
    "leaked",
    "unknown_ids",
    "unsupported",
    "suspended",
    "busy",
    "too_often",
    "person_budget",
    "daily_budget",
]

# Worth a second try at once; the others would only fail again.
PASSING: frozenset[Outcome] = frozenset({"rate_limited", "server_error", "unreachable"})
# The server is at fault, not this one question: so many in a row suspend it.
SERVER_FAULTS: frozenset[Outcome] = frozenset(
    {"timeout", "rate_limited", "server_error", "unreachable", "unauthorized", "no_such_model"}
)


@dataclass(frozen=True, slots=True)
class Telling:
    """What an outcome means: `note` to whoever asked, `mend` to whoever runs the bot."""

    note: str
    mend: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a server counted for one request."""

    prompt: int
    reply: int


class ModelFailure(Exception):
    """The model gave nothing usable. The answer falls back to the sources' own sentences; nothing is lost.

    `retry_after` is in seconds, as the server asked; `usage` is what the request cost all the same, where known.
    """

    def __init__(self, outcome: Outcome, retry_after: float | None = None, usage: Usage | None = None) -> None:
        super().__init__(outcome)
        self.outcome: Outcome = outcome
        self.retry_after = retry_after
        self.usage = usage


TELLINGS: dict[Outcome, Telling] = {
    "timeout": Telling(
        "The model did not answer in time.",
        "the model server is slow: try a smaller model, or look at that server",
    ),
    "rate_limited": Telling(
        "The model server takes no more requests right now.",
        "raise the server's rate limit, or wait; the budgets of PROVISO_TOKENS_PER_DAY keep below it",
    ),
    "server_error": Telling(
        "The model server has a fault.", "look at the model server: it answers with an error of its own"
    ),
    "unreachable": Telling("The model server cannot be reached.", "check OPENAI_BASE_URL, and that the server runs"),
    "unauthorized": Telling(
        "The model server refuses this installation's key.",
        "set OPENAI_API_KEY to a key that may use this model",
    ),
    "no_such_model": Telling(
        "The model server does not know the model that is set.",
        "set PROVISO_CHAT_MODEL to a model of that server",
    ),
    "rejected": Telling(
        "The model server refuses such requests.",
        "check OPENAI_BASE_URL: it must take chat completions of the OpenAI form",
    ),
    "too_long": Telling(
        "The passages are too long for the model.", "set PROVISO_CHAT_MODEL to a model with a longer context"
    ),
    "truncated": Telling(
        "The model's reply was cut short, and is not used.",
        "the server ends replies too early: raise its limit of tokens for a reply",
    ),
    "empty": Telling("The model gave an empty reply.", "the model gives nothing: try another"),
    "malformed": Telling(
        "The model's reply could not be read, and is not used.",
        "the model does not keep to JSON: set PROVISO_CHAT_MODEL to one that does",
    ),
    "refusal": Telling("The model declined to answer.", "the model declines: try another"),
    "filtered": Telling(
        "A content filter of the model server withheld the reply.",
        "loosen the content filter of the model server",
    ),
    "leaked": Telling(
        "The model's reply gave away its instructions, and is not shown.",
        "a document or a question steers the model: look for instructions in what was ingested last",
    ),
    "unknown_ids": Telling(
        "The model pointed to no sentence that there is.",
        "the model does not keep to the ids it is given: set PROVISO_CHAT_MODEL to a more careful one",
    ),
    "unsupported": Telling(
        "What the model wrote holds what its quotes do not say, and is not shown.",
        "the model strays from the quotes: set PROVISO_CHAT_MODEL to a more careful one",
    ),
    "suspended": Telling(
        "The model server has failed several times in a row and is left alone for a moment.",
        "look at what it failed with: the log names the outcomes",
    ),
    "busy": Telling("Too many questions are with the model right now.", "the model server is slow"),
    "too_often": Telling("You have asked the model as often as one person may for now.", "nothing to mend: it passes"),
    "person_budget": Telling(
        "Your share of the model for today is used up.",
        "raise PROVISO_TOKENS_PER_PERSON_DAY or PROVISO_MONEY_PER_PERSON_DAY",
    ),
    "daily_budget": Telling(
        "This installation's use of the model for today is used up.",
        "raise PROVISO_TOKENS_PER_DAY or PROVISO_MONEY_PER_DAY",
    ),
}
