"""Which words of a thread are a question to us, though they do not mention us: told from their form. Pure."""

from __future__ import annotations

import re

# With a question mark anything is a question. Without one, a sentence of a form that nothing but a question has:
# "who decides that", "when should we stop", "and what about detainees"; but not "what a mess", "when we did this".
_LEAD = r"^\W*(?:(?:and|but|so|or|then|also|ok|okay)\b\W*)*"
_SUBJECT = r"(?:an?|the|i|we|you|he|she|it|they|this|that|these|those)\b"
_AUXILIARY = r"(?:is|are|was|were|do|does|did|should|shall|can|could|may|might|must|will|would|has|have|had)\b"
_ASKS = re.compile(
    rf"\?(?=\W|$)|{_LEAD}(?:(?:what|how) about\b|(?:who|whom|whose|what|which) (?!{_SUBJECT})|"
    rf"(?:when|where|why) {_AUXILIARY}|how (?:(?!{_SUBJECT})\w+ )?{_AUXILIARY}|"
    r"(?:please )?(?:tell (?:me|us)|explain|describe|list|define|compare) )",
    re.IGNORECASE,
)
# What ends like a statement is one, but for a request ("Explain that.").
_STATES = re.compile(rf"{_LEAD}(?:who|what|whose|which|when|where|why|how)\b[^?]*[.!]$", re.IGNORECASE)


def asks(text: str) -> bool:
    """Whether a message asks something."""
    plain = " ".join(text.split())
    return bool(_ASKS.search(plain)) and not _STATES.match(plain)
