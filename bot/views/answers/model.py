"""An answer to a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.access.policy import Content
from bot.views.sources import Ageing
from bot.views.view import StoredView
from bot.work.kinds import ANSWER
from retrieval.types import Answer


@dataclass(frozen=True)
class AnswerView(StoredView):
    """An answer. `reference` is short, content-free, and lets a person report a failure.

    `ageing` is the day it was given: how old a source is does not change when the message is sent a second time.
    `more` shows the claims that wait behind a button too; `summarises` offers to have a model sum the quotes up.
    """

    thing = "answer"
    shows = Content.GUIDANCE
    posted_as = ANSWER

    answer: Answer
    reference: str = ""
    ageing: Ageing | None = None
    more: bool = False
    summarises: bool = False

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it: each citation with `age_years` (unknown is null) and `aged`."""
        data = self.answer.to_json()
        if self.ageing is not None:
            for citation in (*data["citations"], *data["nearest"]):
                citation |= self.ageing.of(citation["published"])
        return data

    def to_data(self) -> dict[str, Any]:
        """As it waits in the outbox: without the question, which stands in the thread above it, and of its parts only
        those that the message names because nothing answers them."""
        answer = self.answer.to_json() | {"question": ""}
        shown = self.answer.status == "answered"
        answer["parts"] = [
            part | {"text": part["text"] if shown and not part["covered"] else ""} for part in answer["parts"]
        ]
        ageing = self.ageing.to_data() if self.ageing else None
        flags = {"more": self.more, "summarises": self.summarises}
        return {"answer": answer, "reference": self.reference, "ageing": ageing} | flags

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> AnswerView:
        """The inverse of `to_data`."""
        return cls(
            Answer.from_json(data["answer"]),
            data.get("reference", ""),
            Ageing.from_data(data.get("ageing")),
            more=data.get("more", False),
            summarises=data.get("summarises", False),
        )
