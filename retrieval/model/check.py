"""Whether a model server knows a model, without asking it anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from retrieval.model.client import failure_of
from retrieval.model.outcomes import TELLINGS

SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a model server does, what was seen, and what mends it."""

    state: Literal["ok", "warning", "problem"]
    says: str
    mend: str | None = None


def check_model(name: str, api_key: str | None, base_url: str | None) -> Verdict:
    """How the server that `base_url` names (None: OpenAI's own) takes the key and the model's name.

    What is wrong has the name that it would have while answering.
    """
    import openai

    if not api_key and base_url is None:
        return Verdict("problem", "OPENAI_API_KEY is not set", TELLINGS["unauthorized"].mend)
    client = openai.OpenAI(api_key=api_key or "none", base_url=base_url, timeout=SECONDS, max_retries=0)
    try:
        client.models.retrieve(name)
    except openai.NotFoundError:
        # Some compatible servers have no list of models, and answer all the same.
        return Verdict("warning", f"the server does not list {name}", TELLINGS["no_such_model"].mend)
    except Exception as error:  # whatever a client can raise has a name
        outcome = failure_of(error).outcome
        telling = TELLINGS[outcome]
        return Verdict("problem", f"{outcome}: {telling.note}", telling.mend)
    return Verdict("ok", f"{name} is there")
