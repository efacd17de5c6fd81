"""One exchange with a chat model over LangChain: what is asked for, how a reply is read, and every way it can fail."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pydantic import ValidationError

from retrieval.model.grounding import Claims

if TYPE_CHECKING:
    import openai
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.runnables import Runnable

logger = logging.getLogger(__name__)

T = TypeVar("T")

TRIES = 2
CONNECT_SECONDS = 5.0
FIRST_WAIT_SECONDS = 0.5
# Calls given up at their deadline may still wait for the server to close; past this many, no further one is begun.
MAX_CALLS = 64
_FENCES = ("```json", "```")
# Servers of the wire form name it in their own words.
_TOO_LONG = ("context_length", "context length", "context window", "too long", "too many tokens", "maximum context")

CLAIMS_SCHEMA: dict[str, Any] = {
    "name": "claims",
    "description": "Whether the passages cover the question, and the claims they support.",
    "strict": True,
    "schema": {
        "type": "object",
        "additionalProperties": False,
        "required": ["covered", "claims"],
        "properties": {
            "covered": {"type": "boolean"},
            "claims": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["text", "citations"],
                    "properties": {
                        "text": {"type": "string"},
                        "citations": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "additionalProperties": False,
                                "required": ["passage", "quote"],
                                "properties": {"passage": {"type": "string"}, "quote": {"type": "string"}},
                            },
                        },
                    },
                },
            },
        },
    },
}


class ModelFailure(Exception):
    """The model gave nothing usable. The answer falls back to the sources' own sentences; nothing is lost.

    `outcome` names how: timeout, rate_limited, server_error, unreachable, malformed, truncated, refusal, too_long,
    rejected (any other error of the request, such as a wrong key or model name), busy, nothing_found, unsupported.
    """

    def __init__(self, outcome: str, retry_after: float | None = None) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.retry_after = retry_after


class Patience:
    """Time left for a question: tries, waits between them, and a deadline that no dripping server can move."""

    def __init__(
        self,
        seconds: float,
        *,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._timer = timer
        self._sleep = sleep
        self._until = timer() + seconds

    @property
    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._until - self._timer())

    def spend(self, call: Callable[[], T]) -> T:
        """`call` with up to `TRIES` tries on 429 and 5xx, waiting as the server asks. Raises ModelFailure."""
        for attempt in range(1, TRIES + 1):
            try:
                return within(self.left, call)
            except ModelFailure as failure:
                wait = FIRST_WAIT_SECONDS if failure.retry_after is None else failure.retry_after
                if failure.outcome not in ("rate_limited", "server_error") or attempt == TRIES or wait >= self.left:
                    raise
                logger.info("model: %s, trying again in %.1f s", failure.outcome, wait)
                self._sleep(wait)
        raise AssertionError("the last try returns or raises")


_calls = threading.BoundedSemaphore(MAX_CALLS)


def within(seconds: float, call: Callable[[], T]) -> T:
    """What `call` returns or raises, or ModelFailure("timeout") once `seconds` have passed.

    HTTP clients limit the wait for each byte, not for all of them: the call runs in a thread that may be left behind.
    """
    if seconds <= 0:
        raise ModelFailure("timeout")
    if not _calls.acquire(blocking=False):
        raise ModelFailure("busy")
    done = threading.Event()
    box: list[T | BaseException] = []

    def run() -> None:
        try:
            box.append(call())
        except BaseException as error:
            box.append(error)
        finally:
            _calls.release()
            done.set()

    threading.Thread(target=run, daemon=True, name="model-call").start()
    if not done.wait(seconds):
        raise ModelFailure("timeout")
    outcome = box[0]
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


class ChatServer:
    """A chat model behind the OpenAI wire form. Asks for the claims schema first, and for plain JSON where the server
    knows no schemas."""

    def __init__(self, name: str, api_key: str | None, base_url: str | None, timeout: float) -> None:
        from langchain.chat_models import init_chat_model
        from openai import Timeout

        self.name = name
        self._model = init_chat_model(
            name,
            model_provider="openai",
            base_url=base_url,
            api_key=api_key or "none",
            timeout=Timeout(timeout, connect=min(CONNECT_SECONDS, timeout)),
            max_retries=0,
            use_responses_api=False,
        )
        self._structured = self._model.with_structured_output(CLAIMS_SCHEMA, method="json_schema", include_raw=True)
        self._schema_refused = False

    @property
    def runnable(self) -> Runnable[LanguageModelInput, Claims]:
        """Messages to claims; raises ModelFailure."""
        from langchain_core.runnables import RunnableLambda

        return RunnableLambda(self.claims)

    def claims(self, messages: LanguageModelInput) -> Claims:
        """What the model states. Raises ModelFailure."""
        try:
            return read(self._reply(messages))
        except ModelFailure:
            raise
        except Exception as error:
            raise failure_of(error) from error

    def _reply(self, messages: LanguageModelInput) -> Any:
        import openai

        if not self._schema_refused:
            try:
                return cast(dict[str, Any], self._structured.invoke(messages))["raw"]
            except openai.BadRequestError as error:
                if not _is_about_schema(error):
                    raise
                logger.warning("model server takes no JSON schema; asking for plain JSON from now on")
                self._schema_refused = True
        return self._model.invoke(messages)


def read(message: Any) -> Claims:
    """The claims in a reply. Raises ModelFailure: truncated, refusal or malformed; half a reply is never mended."""
    finish = message.response_metadata.get("finish_reason")
    if finish == "length":
        raise ModelFailure("truncated")
    if finish == "content_filter" or message.additional_kwargs.get("refusal"):
        raise ModelFailure("refusal")
    content = message.text.strip() if isinstance(message.text, str) else str(message.text()).strip()
    for fence in _FENCES:
        if content.startswith(fence) and content.endswith("```") and len(content) > len(fence) + 3:
            content = content[len(fence) : -3].strip()
            break
    try:
        return Claims.model_validate_json(content)
    except ValidationError as error:
        raise ModelFailure("malformed") from error


def failure_of(error: Exception) -> ModelFailure:
    """The named outcome of whatever the client raised."""
    import openai
    from langchain_core.exceptions import ContextOverflowError

    if isinstance(error, openai.APIStatusError) and not isinstance(error, ContextOverflowError):
        return _failure_by_status(error)
    named: tuple[tuple[type[Exception], str], ...] = (
        (ContextOverflowError, "too_long"),
        (openai.APITimeoutError, "timeout"),
        (openai.APIConnectionError, "unreachable"),
        (openai.LengthFinishReasonError, "truncated"),
        (openai.ContentFilterFinishReasonError, "refusal"),
    )
    # Bodies that are no JSON, or not of the wire form, fail inside the client in ways of their own.
    return ModelFailure(next((outcome for kind, outcome in named if isinstance(error, kind)), "malformed"))


def _failure_by_status(error: openai.APIStatusError) -> ModelFailure:
    headers = error.response.headers
    if error.status_code == 429:
        return ModelFailure("rate_limited", _retry_after(headers))
    if error.status_code >= 500:
        return ModelFailure("server_error", _retry_after(headers))
    too_long = error.status_code == 413 or any(sign in _said(error) for sign in _TOO_LONG)
    return ModelFailure("too_long" if too_long else "rejected")


def _said(error: openai.APIStatusError) -> str:
    return f"{error} {json.dumps(error.body, default=str)}".lower()


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None


def _is_about_schema(error: openai.APIStatusError) -> bool:
    return any(sign in _said(error) for sign in ("response_format", "json_schema"))
