"""One exchange with a chat model over LangChain: what is asked for, how a reply is read, how each failure is told."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, cast

from pydantic import ValidationError

from retrieval.model.forms import Form, R
from retrieval.model.outcomes import ModelFailure, Outcome, Usage

if TYPE_CHECKING:
    import openai
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.runnables import Runnable

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
# Ids take some 300; the rest is for models that think before they write.
REPLY_TOKENS = 2_000
_FENCES = ("```json", "```")
_THOUGHTS, _THOUGHTS_END = "<think>", "</think>"
# Servers of the wire form name it in their own words.
_TOO_LONG = (
    "context_length",
    "context length",
    "context window",
    "too long",
    "too many tokens",
    "maximum context",
)


@dataclass(frozen=True, slots=True)
class Said(Generic[R]):
    """What a model replied, read, and what it cost where the server tells."""

    reply: R
    usage: Usage | None


class ChatServer:
    """A chat model behind the OpenAI wire form. Asks for a JSON schema first, and for plain JSON where the server knows
    no schemas; limits the reply where the server lets it."""

    def __init__(self, name: str, api_key: str | None, base_url: str | None, timeout: float) -> None:
        from openai import Timeout

        self.name = name
        self._options: dict[str, Any] = {
            "base_url": base_url,
            "api_key": api_key or "none",
            "timeout": Timeout(timeout, connect=min(CONNECT_SECONDS, timeout)),
            "max_tokens": REPLY_TOKENS,
        }
        self._schema_refused = False
        self._connect()

    def _connect(self) -> None:
        from langchain.chat_models import init_chat_model

        self._model = init_chat_model(
            self.name, model_provider="openai", max_retries=0, use_responses_api=False, **self._options
        )

    def replying(self, form: Form[R]) -> Runnable[LanguageModelInput, Said[R]]:
        """Messages to a reply in this form; raises ModelFailure."""
        from langchain_core.runnables import RunnableLambda

        return RunnableLambda(partial(self._said, form))

    def _said(self, form: Form[R], messages: LanguageModelInput) -> Said[R]:
        try:
            return read(self._message(form, messages), form)
        except ModelFailure:
            raise
        except Exception as error:
            raise failure_of(error) from error

    def _message(self, form: Form[R], messages: LanguageModelInput) -> Any:
        import openai

        while True:
            try:
                if self._schema_refused:
                    return self._model.invoke(messages)
                structured = self._model.with_structured_output(form.schema, method="json_schema", include_raw=True)
                return cast(dict[str, Any], structured.invoke(messages))["raw"]
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if not self._give_way(error):
                    raise

    def _give_way(self, error: openai.APIStatusError) -> bool:
        """Ask for less from now on where the server does not know a part of the request; whether it was that."""
        said = _said(error)
        if not self._schema_refused and any(sign in said for sign in ("response_format", "json_schema")):
            logger.warning("model server takes no JSON schema; asking for plain JSON from now on")
            self._schema_refused = True
            return True
        if "max_tokens" in self._options and "max_completion_tokens" in said and not _is_too_long(said):
            logger.warning("model server takes no limit of a reply; asking without one from now on")
            del self._options["max_tokens"]
            self._connect()
            return True
        return False


def read(message: Any, form: Form[R]) -> Said[R]:
    """What a reply says. Raises ModelFailure: truncated, filtered, refusal, empty or malformed.

    Half a reply is never mended.
    """
    usage = _usage(message)
    finish = message.response_metadata.get("finish_reason")
    if finish == "length":
        raise ModelFailure("truncated", usage=usage)
    if finish == "content_filter":
        raise ModelFailure("filtered", usage=usage)
    if message.additional_kwargs.get("refusal"):
        raise ModelFailure("refusal", usage=usage)
    content = _bare(message.text if isinstance(message.text, str) else str(message.text()))
    if not content:
        raise ModelFailure("empty", usage=usage)
    try:
        return Said(form.reads.model_validate_json(content), usage)
    except ValidationError as error:
        raise ModelFailure("malformed", usage=usage) from error


def _bare(content: str) -> str:
    """A reply without the thoughts before it and the code fence around it, which small models write."""
    content = content.strip()
    if content.startswith(_THOUGHTS):
        content = content.partition(_THOUGHTS_END)[2].strip()
    for fence in _FENCES:
        if content.startswith(fence) and content.endswith("```") and len(content) > len(fence) + 3:
            return content[len(fence) : -3].strip()
    return content


def _usage(message: Any) -> Usage | None:
    counted = getattr(message, "usage_metadata", None)
    return Usage(int(counted["input_tokens"]), int(counted["output_tokens"])) if counted else None


def failure_of(error: Exception) -> ModelFailure:
    """The named outcome of whatever the client raised."""
    import openai
    from langchain_core.exceptions import ContextOverflowError

    if isinstance(error, openai.APIStatusError) and not isinstance(error, ContextOverflowError):
        return _failure_by_status(error)
    if isinstance(error, openai.APIConnectionError) and any("complete message body" in str(c) for c in _causes(error)):
        return ModelFailure("truncated")
    named: tuple[tuple[type[Exception], Outcome], ...] = (
        (ContextOverflowError, "too_long"),
        (openai.APITimeoutError, "timeout"),
        (openai.APIConnectionError, "unreachable"),
        (openai.LengthFinishReasonError, "truncated"),
        (openai.ContentFilterFinishReasonError, "filtered"),
    )
    # Bodies that are no JSON, or not of the wire form, fail inside the client in ways of their own.
    return ModelFailure(next((outcome for kind, outcome in named if isinstance(error, kind)), "malformed"))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _failure_by_status(error: openai.APIStatusError) -> ModelFailure:
    headers, said = error.response.headers, _said(error)
    if error.status_code == 429:
        return ModelFailure("rate_limited", _retry_after(headers))
    if error.status_code >= 500:
        return ModelFailure("server_error", _retry_after(headers))
    if error.status_code in (401, 403):
        return ModelFailure("unauthorized")
    if error.status_code == 413 or _is_too_long(said):
        return ModelFailure("too_long")
    if "content_filter" in said or "content management policy" in said:
        return ModelFailure("filtered")
    unknown = "model_not_found" in said or (error.status_code == 404 and "model" in said)
    return ModelFailure("no_such_model" if unknown else "rejected")


def _said(error: openai.APIStatusError) -> str:
    return f"{error} {json.dumps(error.body, default=str)}".lower()


def _is_too_long(said: str) -> bool:
    return any(sign in said for sign in _TOO_LONG)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from either form of the header."""
    asked = headers.get("retry-after", "")
    try:
        return max(0.0, float(asked))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
