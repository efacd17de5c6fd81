"""What a model is sent of questions, passages and quotes: blocks that no text inside them can open or close."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from retrieval.answers.questions import Asked
from retrieval.corpus.authority import gone, kind
from retrieval.corpus.passages import Passage, Sentence, Source
from retrieval.types import Citation

# What was said long before tells little, and its length is paid for.
TURNS = 6
TURN_CHARACTERS = 1_000
# Wide forms of the bracket, and marks or invisible letters between it and the name, are read as the plain form too.
_OURS = re.compile(r"[<\uff1c\ufe64](?=[\W_]{0,8}(?:question|turn|part|passage|s|quote)\b)", re.IGNORECASE)


def question_block(asked: Asked) -> str:
    """The question with the turns before it and the things it asks, each a part with a number."""
    turns = [
        f'<turn role="{turn.role}">{as_data(turn.text[:TURN_CHARACTERS])}</turn>'
        for turn in asked.turns[-TURNS:]
        if turn.text.strip()
    ]
    whole = [] if asked.parts == (asked.question,) else [as_data(asked.question)]
    parts = [f'<part n="{n}">{as_data(part)}</part>' for n, part in enumerate(asked.parts, 1)]
    return "\n".join(["<question>", *turns, *whole, *parts, "</question>"])


def passage_blocks(passages: Sequence[Passage]) -> str:
    """The passages, best first, each sentence with an id of its own: "S2.3" is the third of the second passage."""
    return "\n".join(_passage_block(f"S{n}", passage) for n, passage in enumerate(passages, 1))


def sentence_ids(passages: Sequence[Passage]) -> Mapping[str, tuple[Passage, int]]:
    """The passage of every id in `passage_blocks`, and the position of its sentence there."""
    return {
        f"S{n}.{position + 1}": (passage, position)
        for n, passage in enumerate(passages, 1)
        for position in range(len(passage.sentences))
    }


def quote_blocks(citations: Sequence[Citation]) -> str:
    """The quotes of an answer by the numbers of its citations, each with all that is shown of it."""
    return "\n".join(f'<quote id="{each.n}">{as_data(quoted(each))}</quote>' for each in citations)


def quoted(citation: Citation) -> str:
    """All that is shown of a citation: whose view it is, what leads to the quote, the quote, what follows it."""
    holder = [f"{citation.holder}:"] if citation.holder else []
    return " ".join([*holder, *(span.text for span in citation.spans)])


def as_data(text: str) -> str:
    """`text` that neither opens nor closes a block of ours."""
    return _OURS.sub("‹", text)


def _passage_block(name: str, passage: Passage) -> str:
    title, authority = passage.source.title or "", kind(passage.source) or ""
    told = {"Section": passage.section, "No longer in force": _end(passage.source)}
    lines = [f"{what}: {as_data(value)}" for what, value in told.items() if value]
    sentences = [
        f'<s id="{name}.{n}">{as_data(_whole(sentence))}</s>' for n, sentence in enumerate(passage.sentences, 1)
    ]
    head = f'<passage id="{name}" title="{_attribute(title)}" authority="{_attribute(authority)}">'
    return "\n".join([head, *lines, *sentences, "</passage>"])


def _end(source: Source) -> str | None:
    """How a source went out of force, and what replaced it."""
    ended = gone(source)
    return f"{ended}, replaced by {source.superseded_by}" if ended and source.superseded_by else ended


def _whole(sentence: Sentence) -> str:
    """A sentence with the stem that an item of a list completes."""
    return " ".join([*(span.text for span in sentence.stem), sentence.text])


def _attribute(text: str) -> str:
    """`text` as the value of an attribute: nothing in it ends the value or the line."""
    return " ".join(as_data(text).replace('"', "'").replace(">", "›").split())
