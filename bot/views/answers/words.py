"""What is said about an answer, the same in Slack and in the terminal."""

from __future__ import annotations

from retrieval.corpus.authority import DIGEST, kind
from retrieval.types import Answer

_HEADINGS = {
    "pointed": "Where this leads",
    "abstained": "Not in the guidance",
    "refused": "Not answered",
    "failed": "No answer this time",
}
# An earlier version gave greetings a reason of their own.
_GREETED = ("help", "greeting")
_LAW = "A question for your legal adviser"
RELATED = "Related, not an answer"
VERIFY = "Verify against the source before you act on it."

_EXTRACTIVE = "Quoted word for word, no AI."
# A digest is in our words: nobody shall take them for its original's.
_OF_DIGESTS = "Sentences of our digest as they stand, no AI."
_EARLIER = "From an earlier version of this bot: worded by AI from the quotes below, not word for word. Ask again."


def heading(answer: Answer) -> str:
    """What stands above an answer without claims; a greeting is told what can be asked, which is no lack."""
    if answer.reason == "law":
        return _LAW
    return "What you can ask" if answer.reason in _GREETED else _HEADINGS[answer.status]


def mode_label(answer: Answer) -> str:
    """Who chose and who wrote the words."""
    if answer.earlier:
        return _EARLIER
    ours = all(kind(citation.source) == DIGEST for citation in answer.citations)
    if answer.mode == "extractive":
        return _OF_DIGESTS if ours else _EXTRACTIVE
    by = f" ({answer.model})" if answer.model else ""
    return f"Sentences chosen by AI{by}, {'as our digest has them' if ours else 'quoted word for word'}."


def more_label(count: int) -> str:
    """The button, and the hint in the terminal, for claims shown on request."""
    return f"More ({count})"
