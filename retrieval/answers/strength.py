"""How far the quotes of an answer carry, computed from their wording and the records of their sources. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.corpus.authority import KINDS, bound, kind, published_year
from retrieval.text.wording import normal
from retrieval.types import Citation, Modality, Strength

# Kinds of text that can oblige somebody; the law among them, which no policy replaces.
LAW = ("treaty", "customary rule", "statute")
BINDING = (*LAW, "policy")
# What an answer that rests on none of them is told to look for.
SOUGHT = ("treaty", "statute", "policy")
NOT_STATED = "not stated"

_ORDER: tuple[Modality, ...] = ("must", "should", "may", "states")
_SUBORDINATE = re.compile(
    # Whoever the rule is for: "a keeper who breaches the order | shall be dismissed".
    r"\bwho(?:ever)? (?!must|shall|should|may|can|will|ought)[^,;:.]*?(?= (?:must|shall|should|ought)\b)|"
    r"(?:\b(?:if|when|whenever|where|wherever|unless|because|although|though|while|until|before|after|whether|which|who|"
    r"whom|whose|so that|in order (?:to|that)|as long as|provided that)\b|"
    # After a noun, "that" begins a clause of its own; after a verb that reports, the statement itself.
    r"\b(?:risk|fact|danger|mechanism|arms|chance|likelihood|possibility|condition|circumstances?|those|ones?|way|"
    r"measures?|plan|partners?|forces?|units?|support|assistance|weapons|rules?|ideas?|views?|claims?|"
    r"arguments?|proposals?|\w+(?:tion|ment|ity|ness|ance|ence))"
    r" that\b)[^,;:.]*",
    re.IGNORECASE,
)
_MUST = re.compile(
    r"\b(?:must|shall|may not|cannot|can not|may never|may only|may no longer|(?:is|are|be) (?:\w+ )?(?:required|"
    r"obliged|obligated|bound|prohibited|forbidden|banned|not (?:allowed|permitted)|unlawful|illegal)|"
    r"(?:has|have) (?:\w+ )?(?:to|a duty to|an obligation to)|under an obligation|is to be|are to be|"
    r"(?:forbids?|prohibits?|bans?|requires?|obliges?))\b|"
    r"^(?:no|nobody|none|no one|neither)\b[^.;]*?\b(?:may|can)\b",
    re.IGNORECASE,
)
_SHOULD = re.compile(
    # Not the conditional: "should the partner mistreat them".
    r"\b(?:should(?! (?:the|an?|this|that|these|those|any|such|it|they|he|she|we|you|their|its|our|one)\b)|ought to|"
    r"needs? to|(?:is|are) (?:\w+ )?(?:recommended|advised|encouraged|urged|expected to)|"
    r"recommends?|advises?|urges?|encourages?|calls? (?:for|on|upon)|asks? for)\b",
    re.IGNORECASE,
)
# Not what may turn out so: "may lead to abuses", "may have been".
_MAY = re.compile(
    r"\bmay(?! (?:\w+ly )?(?:be (?!\w+(?:ed|en|t|n)\b)|have|lead|result|end|suffer|cause|increase|include|occur|arise|"
    r"become|seem|appear|prove|come|differ|vary|fail|also be)\b)|"
    r"\b(?:is|are|be) (?:\w+ )?(?:allowed|permitted|entitled|authori[sz]ed|free) to\b|"
    r"\b(?:permits?|allows?|entitles?)\b",
    re.IGNORECASE,
)


def modality(statement: str) -> Modality:
    """The strongest modal of the main clause of a statement; "must not" is a must, and "states" has none."""
    main = _SUBORDINATE.sub(" ", normal(statement)).strip()
    for word, pattern in (("must", _MUST), ("should", _SHOULD), ("may", _MAY)):
        if pattern.search(main):
            return word  # type: ignore[return-value]
    return "states"


def strength_of(citations: Sequence[Citation]) -> Strength:
    """The strength of quotes. A view that the source only reports is no rule of the source: it states, no more."""
    kinds = {kind(citation.source) for citation in citations}
    named = [each for each in KINDS if each in kinds] + sorted(k for k in kinds if k is not None and k not in KINDS)
    years = {year for c in citations if (year := published_year(c.source.published)) is not None}
    binds = dict.fromkeys(whom for citation in citations for whom in bound(citation.source))
    return Strength(
        modality=min((_of(citation) for citation in citations), key=_ORDER.index, default="states"),
        kinds=(*named, *([NOT_STATED] if None in kinds else [])),
        years=tuple(sorted(years)),
        binds=tuple(binds),
        missing=_missing(kinds),
    )


def binding(citations: Sequence[Citation]) -> bool:
    """Whether one of the quotes is of a kind of text that can say what the law is.

    A text whose kind is not stated counts where it is normative and its own: it may be an order or a treaty that
    nobody labelled.
    """
    return any(
        kind(c.source) in BINDING or (kind(c.source) is None and not c.holder and _of(c) == "must") for c in citations
    )


def _of(citation: Citation) -> Modality:
    if citation.holder and citation.source.kind != "digest":
        return "states"
    return modality(citation.quote)


def _missing(kinds: set[str | None]) -> tuple[str, ...]:
    """The kinds of text that could oblige and that nothing here is of; none where the kind of a text is not stated."""
    if None in kinds or kinds & set(LAW):
        return ()
    return tuple(each for each in SOUGHT if each not in kinds)
