"""What a "Show passage" button carries."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.views import limits
from retrieval.types import Citation

SHOW = "passage.show"
# Buttons in the modal: action ids differ within a block.
PREVIOUS, NEXT = "passage.show.previous", "passage.show.next"

_ENDS = 32


@dataclass(frozen=True)
class Quoted:
    """What the button remembers: the passage, the number, and the two ends of each span quoted of it.

    `shown` is the id of the passage to show, where that is another one near it.
    """

    passage_id: str
    n: int
    ends: tuple[tuple[str, str], ...]
    shown: str | None = None


def button_value(citation: Citation, room: int = limits.BUTTON_VALUE) -> str:
    """As few characters as find the quote again."""
    ends = tuple((span.text[:_ENDS], span.text[_ENDS:][-_ENDS:]) for span in citation.spans)
    return value_of(Quoted(citation.passage_id, citation.n, ends), room)


def value_of(quoted: Quoted, room: int = limits.BUTTON_VALUE) -> str:
    """What a button carries; spans for which there is no room are left out."""
    ends = [list(pair) for pair in quoted.ends]
    shown = {"s": quoted.shown} if quoted.shown else {}
    while True:
        value = json.dumps({"p": quoted.passage_id, "n": quoted.n, "q": ends} | shown, ensure_ascii=False)
        if limits.width(value) <= room or not ends:
            return value
        ends.pop()


def read_value(value: str) -> Quoted:
    """The inverse of `value_of`; raises ValueError on anything else."""
    try:
        data = json.loads(value)
        ends = tuple((str(head), str(tail)) for head, tail in data["q"])
        shown = data.get("s")
        return Quoted(str(data["p"]), int(data["n"]), ends, None if shown is None else str(shown))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError("not the value of a passage button") from error
