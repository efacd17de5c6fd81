"""What is said about an answer, the same in Slack and in the terminal."""

from __future__ import annotations

from retrieval.types import Answer

RELATED = "Related, not an answer"

_EXTRACTIVE = "Quoted word for word; no AI wrote this."


def mode_label(answer: Answer) -> str:
    """Who wrote the words."""
    if answer.mode == "extractive":
        return _EXTRACTIVE
    model = f" ({answer.model})" if answer.model else ""
    return f"Written by an AI model{model} from the passages named; each statement was checked against its quote."
