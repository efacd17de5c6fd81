"""A partner of the register, the list of partners, and the form that adds one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.access.policy import Content
from bot.views.view import View

ADD = "partner.add"


@dataclass(frozen=True)
class PartnerView(View):
    """A partner of the register. Dates are local to `zone`; `cadence` in words; `lead` says what was just done."""

    thing = "partner"
    shows = Content.REGISTER

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
class PartnerListView(View):
    """The register, ordered by what is due first."""

    thing = "partners"
    shows = Content.REGISTER

    partners: tuple[PartnerView, ...]

    def to_json(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {"partners": [partner.to_json() for partner in self.partners]}


@dataclass(frozen=True)
class AddPartnerForm(View):
    """The form that adds a partner, with what is known already. Dates are local to `zone`.

    `origin` is the channel it was asked for in, where the outcome is told. `zones` are offered beside `zone`.
    """

    thing = "partner form"
    shows = Content.REGISTER

    zone: str
    name: str = ""
    focal_slack: str | None = None
    channel: str | None = None
    every: int | None = None
    unit: str = "months"
    first_due: date | None = None
    origin: str | None = None
    zones: tuple[str, ...] = ()
