"""The view models: everything a renderer needs to know of a thing, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.views.sources import Ageing
from retrieval.documents import Source
from retrieval.types import Answer

if TYPE_CHECKING:
    from bot.checklists.catalogue import Checklist

CONCLUSIONS = {
    "continue": "Continue",
    "continue with measures": "Continue with measures",
    "suspend": "Suspend",
    "end": "End the support",
}
CAUTION = "Not for classified information. No names of victims, detainees or sources."


@dataclass(frozen=True)
class AnswerView:
    """An answer. `reference` is short, content-free, and lets a person report a failure.

    `ageing` is the day it was given: how old a source is does not change when the message is sent a second time.
    """

    answer: Answer
    reference: str = ""
    ageing: Ageing | None = None

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it: each citation with `age_years` (unknown is null) and `aged`."""
        data = self.answer.to_json()
        if self.ageing is not None:
            for citation in (*data["citations"], *data["nearest"]):
                citation |= self.ageing.of(citation["published"])
        return data

    def to_data(self) -> dict[str, Any]:
        """As it waits in the outbox: without the question, which stands in the thread above it."""
        answer = self.answer.to_json() | {"question": ""}
        ageing = self.ageing.to_data() if self.ageing else None
        return {"answer": answer, "reference": self.reference, "ageing": ageing}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> AnswerView:
        """The inverse of `to_data`."""
        return cls(Answer.from_json(data["answer"]), data.get("reference", ""), Ageing.from_data(data.get("ageing")))


@dataclass(frozen=True)
class ChecklistView:
    """A checklist as it was found for `query`; without one, what there is. `others` is (id, title), nearest first."""

    query: str
    checklist: Checklist | None
    others: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        found = self.checklist.to_json() if self.checklist else None
        return {"query": self.query, "checklist": found, "others": [other for other, _ in self.others]}


@dataclass(frozen=True)
class PartnerView:
    """A partner of the register. Dates are local to `zone`; `cadence` in words; `lead` says what was just done."""

    partner_id: str
    name: str
    status: str
    channel: str
    zone: str
    cadence: str
    focal_slack: str | None = None
    next_due: date | None = None
    purpose: str | None = None
    acknowledged_by: str | None = None
    snoozed_until: date | None = None
    last_conclusion: str | None = None
    last_note: str | None = None
    last_on: date | None = None
    lead: str | None = None

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it; dates as ISO text."""
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in vars(self).items() if k != "lead"}


@dataclass(frozen=True)
class PartnerListView:
    """The register, ordered by what is due first."""

    partners: tuple[PartnerView, ...]

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {"partners": [partner.to_json() for partner in self.partners]}


@dataclass(frozen=True)
class NudgeView:
    """One nudge about one occurrence and stage, or the card it became after somebody acted on it.

    `acknowledged`: this very stage is; `acknowledged_by` may date from an earlier one.
    """

    occurrence_id: str
    version: int
    stage: str
    partner_id: str
    partner: str
    due_on: date
    scheduled_on: date
    zone: str
    purpose: str
    owner_slack: str | None = None
    overdue_days: int = 0
    acknowledged_by: str | None = None
    acknowledged: bool = False
    state: str = "open"
    snoozed_until: date | None = None
    snooze_reason: str | None = None
    conclusion: str | None = None
    done_by: str | None = None
    repeat: bool = False

    def to_data(self) -> dict[str, Any]:
        """As it waits in the outbox; dates as ISO text."""
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in vars(self).items()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> NudgeView:
        """The inverse of `to_data`; what is not there takes its default."""
        known = {name: data[name] for name in cls.__dataclass_fields__ if data.get(name) is not None}
        for name in ("due_on", "scheduled_on", "snoozed_until"):
            if isinstance(known.get(name), str):
                known[name] = date.fromisoformat(known[name])
        return cls(**known)


@dataclass(frozen=True)
class PassageView:
    """A passage with what was quoted of it; `marks` are (start, end) in `text`, in order, none overlapping."""

    source: Source
    text: str
    marks: tuple[tuple[int, int], ...] = ()
    n: int | None = None
    section: str | None = None
    page: int | None = None
    paragraphs: tuple[int, ...] = ()
    locators: tuple[str, ...] = ()
    ageing: Ageing | None = None


@dataclass(frozen=True)
class HelpEntry:
    """One thing that can be done, how it is typed, and an example."""

    usage: str
    summary: str
    example: str | None = None


@dataclass(frozen=True)
class HelpView:
    """What can be done here. `lead` stands first, `entries` follow, `foot` is small print."""

    title: str
    lead: str
    entries: tuple[HelpEntry, ...]
    foot: str = ""

    def to_data(self) -> dict[str, Any]:
        """As it waits in the outbox."""
        return {
            "title": self.title,
            "lead": self.lead,
            "entries": [vars(entry) for entry in self.entries],
            "foot": self.foot,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> HelpView:
        """The inverse of `to_data`."""
        entries = tuple(HelpEntry(**entry) for entry in data["entries"])
        return cls(data["title"], data["lead"], entries, data["foot"])


@dataclass(frozen=True)
class NoticeView:
    """Something to know: `text` may have several lines."""

    text: str
    title: str = "Proviso"

    def to_data(self) -> dict[str, Any]:
        """As it waits in the outbox."""
        return {"text": self.text, "title": self.title}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> NoticeView:
        """The inverse of `to_data`."""
        return cls(data["text"], data.get("title", "Proviso"))


@dataclass(frozen=True)
class ErrorView:
    """What happened, what was kept, the next step. `reference` is set when it was our fault.

    `person` is a Slack user id that `message` names: it is shown as that person.
    """

    message: str
    reference: str | None = None
    person: str | None = None


@dataclass(frozen=True)
class AddPartnerForm:
    """The form that adds a partner, with what is known already. Dates are local to `zone`.

    `origin` is the channel it was asked for in, where the outcome is told.
    """

    zone: str
    name: str = ""
    focal_slack: str | None = None
    channel: str | None = None
    every: int | None = None
    unit: str = "months"
    first_due: date | None = None
    origin: str | None = None


@dataclass(frozen=True)
class CardRef:
    """The message that is to be brought up to date once a form is done."""

    channel: str
    ts: str


@dataclass(frozen=True)
class SnoozeForm:
    """The form that puts nudges about an occurrence off to a date."""

    occurrence_id: str
    version: int
    stage: str
    partner: str
    due_on: date
    until: date
    card: CardRef | None = None


@dataclass(frozen=True)
class RecordForm:
    """The form that records an assessment of a partner and so completes its occurrence."""

    occurrence_id: str
    version: int
    stage: str
    partner: str
    due_on: date
    purpose: str
    card: CardRef | None = None


Form = AddPartnerForm | SnoozeForm | RecordForm
View = (
    AnswerView
    | ChecklistView
    | PartnerView
    | PartnerListView
    | NudgeView
    | PassageView
    | HelpView
    | NoticeView
    | ErrorView
    | Form
)
