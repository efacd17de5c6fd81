"""An answer to a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from bot.access.policy import Content
from bot.views.sharing import ShareableView
from bot.views.sources import Ageing
from bot.work.kinds import ANSWER
from retrieval.types import Answer

# What leads to the register is offered to a person alone.
OF_THE_REGISTER = frozenset({"partner", "nudges"})


@dataclass(frozen=True)
class Asked:
    """The question of an answer below which it does not stand: its words, and Slack's ids of the channel where it was
    asked, when the answer is somewhere else, and of who shared the answer.
    """

    question: str
    channel: str | None = None
    shared_by: str | None = None


@dataclass(frozen=True)
class AnswerView(ShareableView):
    """An answer. `reference` is short, content-free, and lets a person report a failure.

    `ageing` is the day it was given: how old a source is does not change when the message is sent a second time.
    `more` shows the claims that wait behind a button too; `summarises` offers to have a model sum the quotes up,
    `shares` to show a private answer to everybody, `rated` to say whether it helped. `prompt` is the version of the
    prompt with which a model chose its sentences. `asked` is shown above it where the question does not stand there.
    """

    thing = "answer"
    shows = Content.GUIDANCE
    posted_as = ANSWER

    answer: Answer
    reference: str = ""
    ageing: Ageing | None = None
    more: bool = False
    summarises: bool = False
    shares: bool = False
    rated: bool = False
    prompt: int | None = None
    asked: Asked | None = None

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it: each citation with `age_years` (unknown is null) and `aged`."""
        data = self.answer.to_json()
        if self.ageing is not None:
            for citation in (*data["citations"], *data["nearest"]):
                citation |= self.ageing.of(citation["published"])
        return data

    def to_data(self) -> dict[str, Any]:
        """As it waits in the outbox: without the question, unless it does not stand above it, and of its parts only
        those that the message names because nothing answers them."""
        answer = self.answer.to_json() | {"question": ""}
        shown = self.answer.status == "answered"
        answer["parts"] = [
            part | {"text": part["text"] if shown and not part["covered"] else ""} for part in answer["parts"]
        ]
        ageing = self.ageing.to_data() if self.ageing else None
        asked = vars(self.asked) if self.asked else None
        below = {"summarises": self.summarises, "shares": self.shares, "rated": self.rated, "prompt": self.prompt}
        above = {"reference": self.reference, "ageing": ageing, "asked": asked, "more": self.more}
        return {"answer": answer} | above | below

    @property
    def rests_on(self) -> frozenset[str]:
        """The ids of the documents that it quotes."""
        return frozenset(citation.source.source_id for citation in self.answer.citations)

    def as_shared(self, by: str, reference: str) -> Self:
        """The same for everybody, below its question: without what is offered to a person alone."""
        asked = Asked(self.asked.question if self.asked else "", shared_by=by)
        return replace(self, answer=for_everybody(self.answer), reference=reference, shares=False, asked=asked)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> AnswerView:
        """The inverse of `to_data`."""
        return cls(
            Answer.from_json(data["answer"]),
            data.get("reference", ""),
            Ageing.from_data(data.get("ageing")),
            more=data.get("more", False),
            summarises=data.get("summarises", False),
            shares=data.get("shares", False),
            rated=data.get("rated", False),
            prompt=data.get("prompt"),
            asked=Asked(**data["asked"]) if data.get("asked") else None,
        )


def for_everybody(answer: Answer) -> Answer:
    """The answer without offers from the register."""
    return replace(answer, offers=tuple(offer for offer in answer.offers if offer.kind not in OF_THE_REGISTER))
