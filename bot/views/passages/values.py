"""What a "Show passage" button carries."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.views import limits
from retrieval.types import Citation

SHOW = "passage.show"

_ENDS = 32


@dataclass(frozen=True)
class Quoted:
    """What the button remembers: the passage, the number, and the two ends of each span quoted of it."""

    passage_id: str
    n: int
    ends: tuple[tuple[str, str], ...]


def button_value(citation: Citation, room: int = limits.BUTTON_VALUE) -> str:
    """As few characters as find the quote again; spans for which there is no room are left out."""
    ends = [[span.text[:_ENDS], span.text[_ENDS:][-_ENDS:]] for span in citation.spans]
    while True:
        value = json.dumps({"p": citation.passage_id, "n": citation.n, "q": ends}, ensure_ascii=False)
        if limits.width(value) <= room or not ends:
            return value
        ends.pop()


def read_value(value: str) -> Quoted:
    """The inverse of `button_value`; raises ValueError on anything else."""
    try:
        data = json.loads(value)
        return Quoted(str(data["p"]), int(data["n"]), tuple((str(head), str(tail)) for head, tail in data["q"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not the value of a passage button") from error
