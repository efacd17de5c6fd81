"""Whether a model server knows a model, without asking it anything."""

from __future__ import annotations

from typing import Literal

SECONDS = 10.0

Verdict = tuple[Literal["ok", "warning", "problem"], str]


def check_model(name: str, api_key: str | None, base_url: str | None) -> Verdict:
    """How the server that `base_url` names (None: OpenAI's own) takes the key and the model's name."""
    import openai

    if not api_key and base_url is None:
        return "problem", "OPENAI_API_KEY is not set"
    client = openai.OpenAI(api_key=api_key or "none", base_url=base_url, timeout=SECONDS, max_retries=0)
    try:
        client.models.retrieve(name)
    except openai.NotFoundError:
        # Some compatible servers have no list of models, and answer all the same.
        return "warning", f"the server does not list {name}"
    except openai.APIError as error:
        return "problem", _reason(error)
    return "ok", f"{name} is there"


def _reason(error: Exception) -> str:
    import openai

    match error:
        case openai.AuthenticationError():
            return "the server refuses OPENAI_API_KEY"
        case openai.PermissionDeniedError():
            return "this key may not use the model"
        case openai.APIStatusError():
            return f"the server answers {error.status_code}"
        case _:
            return "the server does not answer"
