"""What a question asks: its parts, what a follow-up refers to, and the language it is in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from retrieval.corpus.passages import PUBLIC, Scope
from retrieval.limits import QUESTION
from retrieval.search.glossary import put
from retrieval.text.wording import function_words, normal, words
from retrieval.types import Turn

# A turn this short that also points back ("and who else?", "why is that?") is read with the question before it.
SHORT_TURN_WORDS = 12
MAX_PARTS = 4
MIN_MENDED_LETTERS = 5
MENDED_LIKENESS = 0.85

_QUESTION_WORDS = "what|who|whom|whose|when|where|which|why|how"
_AUXILIARIES = (
    "is|are|was|were|do|does|did|should|shall|can|could|may|might|must|will|would|has|have|had|am|shouldn't|isn't|"
    "aren't|doesn't|don't|didn't"
)
_POINTS_BACK = re.compile(
    r"\b(?:that|this|those|these|it|its|they|them|their|he|him|she|his|her|hers|theirs|there|then|one|ones|same|such|former|latter|"
    r"else|instead)\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^(?:and|but|so|or|then|also|ok(?:ay)?|right|what about|how about|what if|why(?: not)?\b\W*$|how so|such as|"
    r"like what|for example|meaning|even if|even when|only)\b",
    re.IGNORECASE,
)
# "What is vetting?", "who is Rynning?", "what is the NAC?"; but "what is needed?", "what are the risks?" lean back.
_DEFINES = re.compile(
    r"^(?i:what|who)(?:'s| is| are| was| were) (?:an? |the (?=[^a-z]*[A-Z]{2}))?(?!the\b)(?:[\w-]+ ){0,3}"
    r"(?![a-z]+(?:ed|en|able|ible|ary|ful)\b)[\w-]+\W*$",
)
# Other ways to ask what something is; "what does it mean for us?" is another question.
_MEANS = re.compile(
    r"(?i:(?:so |and )?what (?:do|does) (.+) mean|what (?:is|are) (?:the )?(?:meanings?|definitions?) of (.+)|"
    r"what (?:is|are) meant by (.+)|how (?:is|are) (.+) defined|define (.+))\W*"
)
_PART_BREAK = re.compile(
    rf"(?<=\?)\s+|;\s+|(?<=[a-z0-9)\"'])\.\s+(?=[A-Z])|,?\s+(?:and|but)\s+(?=(?:(?:also|then|in|by|at|to|for|on|with)\s+)?"
    rf"(?:{_QUESTION_WORDS})\b|(?:{_AUXILIARIES})\s+(?:the|a|an|we|i|they|it|he|she|you|our|their|this|that|there)\b)",
)
_ASKS = re.compile(
    rf"\?\s*$|^(?:\W|and\b|but\b|so\b|also\b)*(?:{_QUESTION_WORDS}|{_AUXILIARIES})\b|"
    r"^(?:tell|list|name|explain|describe|summari[sz]e|compare|give|show|find|outline|define)\b",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\b(?:compar\w*|contrast\w*|differ(?:s|ence|ences|ent|ently)?|versus|vs\.?|both (?:\w+ )?(?:sources?|documents?|"
    r"texts?|papers?|articles?|authors?|files?|policies|guides?)|(?:each|two|either|all) (?:of the )?(?:sources?|"
    r"documents?|texts?|papers?|articles?|authors?)|agree(?:s|ment)?(?: with)? (?:each other|one another)|"
    r"across (?:the )?(?:sources|documents))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question made ready for retrieval.

    `query` is what is searched for: the question, in a follow-up with the questions before it that it leans on.
    `parts` are the things it asks, each a text of its own; one part when it asks one thing. `compares` is whether it
    wants more than one source set side by side. `scope` bounds every search made for it; `asker` is who asks (an
    opaque id). `names` is where the names it mentions are read, where that is not the question as it was asked.
    `turns` are the earlier turns of its conversation, oldest first.
    """

    question: str
    query: str
    parts: tuple[str, ...]
    compares: bool = False
    follow_up: bool = False
    scope: Scope = PUBLIC
    asker: str | None = None
    names: str | None = None
    turns: tuple[Turn, ...] = ()


def understand(question: str, context: Sequence[Turn] = ()) -> Asked:
    """Read a question in its conversation."""
    plain = normal(question)
    if means := _MEANS.fullmatch(plain):
        plain = f"What is {next(filter(None, means.groups())).rstrip(' .?!')}?"
    earlier = [normal(turn.text) for turn in context if turn.role == "user" and turn.text.strip()]
    said = [plain]
    # "And for detainees?" asks little by itself: "who decides that?" after it is read with the question before both.
    while earlier and refers_back(said[0]):
        said.insert(0, earlier.pop())
    return Asked(
        question=question,
        query=" ".join(said)[-QUESTION:],
        parts=parts_of(plain),
        compares=bool(_COMPARES.search(plain)),
        follow_up=len(said) > 1,
        turns=tuple(context),
    )


def put_otherwise(asked: Asked, reading: Mapping[str, str]) -> Asked:
    """The question with some of its words replaced by what stands for them. What was asked is kept."""
    parts = tuple(put(part, reading) for part in asked.parts)
    return replace(asked, query=put(asked.query, reading), parts=parts, names=put(asked.question, reading))


def mended(asked: Asked, vocabulary: Iterable[str]) -> Asked | None:
    """The question with words that look misspelt replaced by the nearest of `vocabulary`; None when none does.

    For a second look only: a word the corpus does not have may also be a good word.
    """
    known = {word.lower() for word in vocabulary} | function_words()
    mends: dict[str, str] = {}
    for word in set(words(asked.query)):
        if len(word) >= MIN_MENDED_LETTERS and word.isalpha() and word not in known:
            near = get_close_matches(word, [w for w in known if w[0] == word[0]], n=1, cutoff=MENDED_LIKENESS)
            mends |= {word: near[0]} if near else {}
    if not mends:
        return None
    return replace(asked, query=_mend(asked.query, mends), parts=tuple(_mend(part, mends) for part in asked.parts))


def _mend(text: str, mends: dict[str, str]) -> str:
    return re.sub(r"[^\W\d_]+", lambda match: mends.get(match.group().lower(), match.group()), text)


def refers_back(question: str) -> bool:
    """Whether a question leans on an earlier turn: it continues a sentence, says next to nothing by itself, or is
    short and points at something."""
    if _CONTINUES.match(question):
        return True
    if _DEFINES.match(question) and not points_back(question):
        return False
    found = words(question)
    # Later in a sentence a pronoun mostly means something the sentence itself has named.
    edges = " ".join([*found[:4], *found[-2:]])
    said = [word for word in found if word not in function_words()]
    return len(said) <= 2 or (len(found) <= SHORT_TURN_WORDS and bool(_POINTS_BACK.search(edges)))


def points_back(question: str) -> bool:
    """Whether a question speaks of what was spoken of before: "that", "they", "who else"."""
    return _POINTS_BACK.search(question) is not None


def parts_of(question: str) -> tuple[str, ...]:
    """The things a question asks. Fragments too short to search for stay with their neighbour; statements that only
    lead up to a question are no part (the whole query holds them)."""
    pieces = [piece.strip() for piece in _PART_BREAK.split(question) if piece and piece.strip()]
    parts: list[str] = []
    for piece in pieces:
        if parts and (len(words(piece)) < 3 or len(words(parts[-1])) < 3 or len(parts) >= MAX_PARTS):
            parts[-1] = f"{parts[-1]} {piece}"
        else:
            parts.append(piece)
    asking = [part for part in parts if _ASKS.search(part)]
    return tuple(asking) or (question,)
