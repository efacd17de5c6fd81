"""Greetings and questions about the assistant itself, which no guidance answers."""

from __future__ import annotations

import re

from retrieval.answers.wording import normal

_OPENING = (
    r"(?:(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|dear \w+)\b"
    r"(?: there| all| proviso)?[\s,.!-]*)"
)
_ABOUT = (
    r"who (?:are|r) (?:you|u)|what are you|what is proviso|what(?:'s| is) this(?: bot)?|"
    r"what (?:can|do) you do(?: for (?:me|us))?|(?:what|how) can you help(?: (?:me|us))?(?: with)?|"
    r"how do(?:es)? (?:you|this|it) work|help(?: me)?(?: please)?|how (?:do|can|should) i use (?:you|this|it)|"
    r"what can i ask(?: you)?|thanks?(?: you)?(?: (?:very|so) much| a lot)?|are you (?:a bot|an ai|human|there)"
)
_GREETING = re.compile(rf"^{_OPENING}?(?:{_ABOUT})?[\s,.!?]*$", re.IGNORECASE)

ABOUT = (
    "I answer questions about partnered military operations from an indexed guidance corpus, and every sentence I give "
    "is quoted from a source you can open. Where the guidance does not cover a question I say so. For example: What "
    "should we assess before supporting a partner? When should support be suspended? What safeguards apply to "
    "intelligence sharing?"
)


def greets(question: str) -> bool:
    """Whether a message only greets, thanks, asks for help, or asks what the assistant is."""
    plain = normal(question)
    return any(map(str.isalpha, plain)) and _GREETING.match(plain) is not None
