"""A summary of an answer: what a model worded, and the quotes that each sentence rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from bot.access.policy import Content
from bot.views.sharing import ShareableView
from bot.views.sources import heading, where
from bot.work.kinds import ANSWER
from retrieval.types import Answer, SummarySentence

# Whoever reads a summary sees first what it is.
LABEL = "Worded by AI from the quotes above, not guidance"


@dataclass(frozen=True)
class SummaryView(ShareableView):
    """Sentences with the numbers of their quotes; `places` says for each number where that quote stands.

    `source_ids` are the documents of every quote that was summed up, whether or not a sentence names it.
    `reference` names the message, so that it can be shared; empty where there is nobody to share it with.
    `shared_by` is Slack's id of whoever shared it.
    """

    thing = "summary"
    shows = Content.GUIDANCE
    posted_as = ANSWER

    sentences: tuple[SummarySentence, ...]
    places: Mapping[int, str]
    source_ids: frozenset[str]
    reference: str = ""
    shared_by: str | None = None

    def to_data(self) -> dict[str, Any]:
        """As it waits in the outbox."""
        return {
            "sentences": [[each.text, list(each.citations)] for each in self.sentences],
            "places": [[number, place] for number, place in self.places.items()],
            "source_ids": sorted(self.source_ids),
            "reference": self.reference,
            "shared_by": self.shared_by,
        }

    @property
    def rests_on(self) -> frozenset[str]:
        """The ids of the documents that were summed up."""
        return self.source_ids

    def as_shared(self, by: str, reference: str) -> Self:
        """The same for everybody, its label kept; nothing more can be done with it, so it needs no reference."""
        return replace(self, reference="", shared_by=by)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> SummaryView:
        """The inverse of `to_data`."""
        sentences = tuple(SummarySentence(text, tuple(numbers)) for text, numbers in data["sentences"])
        places = {int(number): str(place) for number, place in data["places"]}
        # What was stored without them can be shown to its reader, and shared with nobody: no document has this id.
        sources = frozenset(data.get("source_ids", ("unknown",)))
        return cls(sentences, places, sources, data.get("reference", ""), data.get("shared_by"))


def summary_of(answer: Answer, sentences: tuple[SummarySentence, ...], reference: str = "") -> SummaryView:
    """The summary of an answer, with the places of the quotes that it rests on."""
    used = {number for sentence in sentences for number in sentence.citations}
    cited = [citation for citation in answer.citations if citation.n in used]
    places = {citation.n: f"{heading(citation.source)} · {where(citation)}" for citation in cited}
    sources = frozenset(citation.source.source_id for citation in answer.citations)
    return SummaryView(sentences, places, sources, reference)
