"""The two forms a model may reply in: sentences chosen by their ids, and a summary bound to quotes by their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

R = TypeVar("R", bound=BaseModel)


class ChosenPart(BaseModel):
    """The sentences that answer one part of a question, best first."""

    part: int
    sentences: list[str] = []


class SelectionReply(BaseModel):
    """Whether the passages answer the question, and with which sentences."""

    covered: bool
    parts: list[ChosenPart] = []


class WordedSentence(BaseModel):
    """A sentence in the model's words, and the numbers of the quotes that say it."""

    text: str
    quotes: list[int]


class SummaryReply(BaseModel):
    """A summary, sentence by sentence."""

    sentences: list[WordedSentence]


@dataclass(frozen=True, slots=True)
class Form(Generic[R]):
    """A form of reply: the JSON schema that a server is asked to keep to, and the class that reads it."""

    name: str
    description: str
    properties: dict[str, Any]
    reads: type[R]

    @property
    def schema(self) -> dict[str, Any]:
        """The schema as the wire form wants it; every field is required."""
        return {
            "name": self.name,
            "description": self.description,
            "strict": True,
            "schema": _object(**self.properties),
        }


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_TEXT, _NUMBER = {"type": "string"}, {"type": "integer"}
SELECTION = Form(
    "Selection",
    "Whether the passages answer the question, and the ids of the sentences that do, for each part.",
    {"covered": {"type": "boolean"}, "parts": _list(_object(part=_NUMBER, sentences=_list(_TEXT)))},
    SelectionReply,
)
SUMMARY = Form(
    "Summary",
    "At most three sentences that sum up the quotes, each with the numbers of the quotes that say it.",
    {"sentences": _list(_object(text=_TEXT, quotes=_list(_NUMBER)))},
    SummaryReply,
)
