"""What is said about an answer, the same in Slack and in the terminal."""

from __future__ import annotations

from retrieval.screening.greetings import ABOUT
from retrieval.types import Answer

_HEADINGS = {
    "pointed": "Where this leads",
    "abstained": "Not in the guidance",
    "refused": "Not answered",
    "failed": "No answer this time",
}
RELATED = "Related, not an answer"

_EXTRACTIVE = "Quoted word for word; no AI wrote this."


def heading(answer: Answer) -> str:
    """What stands above an answer without claims; a greeting is told what can be asked, which is no lack."""
    return "What you can ask" if answer.text == ABOUT else _HEADINGS[answer.status]


def mode_label(answer: Answer) -> str:
    """Who wrote the words."""
    if answer.mode == "extractive":
        return _EXTRACTIVE
    model = f" ({answer.model})" if answer.model else ""
    return f"Written by an AI model{model} from the passages named; each statement was checked against its quote."
