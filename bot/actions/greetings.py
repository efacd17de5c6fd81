"""Greetings and questions about the assistant itself, which no guidance answers."""

from __future__ import annotations

import re

from retrieval.text.wording import normal

_OPENING = (
    r"(?:(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|greetings|dear \w+)\b"
    r"(?: there| all| proviso)?[\s,.!-]*)"
)
_ABOUT = (
    r"who (?:are|r) (?:you|u)|what are you|what is proviso|what(?:'s| is) this(?: bot)?|"
    r"what (?:can|do) you do(?: for (?:me|us))?|(?:what|how) can you help(?: (?:me|us))?(?: with)?|"
    r"how do(?:es)? (?:you|this|it|this bot|proviso) work|"
    r"(?:can|could) you help(?: (?:me|us))?(?: please)?|"
    r"help(?: me)?(?: please)?|how (?:do|can|should) i use (?:you|this|it)|"
    r"what can i ask(?: you)?|thanks?(?: you)?(?: (?:very|so) much| a lot)?|are you (?:a bot|an ai|human|there)"
)
# What people say to be polite, and to whom; a message of such words alone asks for nothing.
_POLITE = frozenset(
    """
    hi hello hey greetings good morning afternoon evening day night welcome bye goodbye dear
    thank thanks thx cheers please ok okay great perfect nice well done help
    there all everyone everybody team folks colleagues proviso bot you
    and again very much so a lot for your the that helped helpful useful
    """.split()  # noqa: SIM905
)
_MOST_POLITE_WORDS = 8
_GREETING = re.compile(rf"^{_OPENING}?(?:{_ABOUT})?[\s,.!?]*$", re.IGNORECASE)


def greets(question: str) -> bool:
    """Whether a message only greets, thanks, asks for help, asks what the assistant is, or holds no word at all."""
    plain = normal(question).strip()
    if not any(map(str.isalnum, plain)):
        return bool(plain)
    return _GREETING.match(plain) is not None or _is_polite(plain)


def _is_polite(plain: str) -> bool:
    said = re.findall(r"\w+", plain.casefold())
    return 0 < len(said) <= _MOST_POLITE_WORDS and _POLITE.issuperset(said)
