"""What the buttons and forms of a nudge carry: ids only."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.views.nudges.model import CardRef, NudgeView, RecordForm, SnoozeForm


@dataclass(frozen=True)
class Card:
    """What a nudge's button says: which occurrence, at which version it was shown, and at which stage."""

    occurrence_id: str
    version: int
    stage: str


def card_value(view: NudgeView) -> str:
    """The value every button of the card carries: ids only."""
    return json.dumps({"o": view.occurrence_id, "v": view.version, "s": view.stage})


def read_card(value: str) -> Card:
    """The inverse of `card_value`; raises ValueError on anything else."""
    try:
        data = json.loads(value)
        return Card(str(data["o"]), int(data["v"]), str(data["s"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not the value of a nudge's button") from error


@dataclass(frozen=True)
class Kept:
    """What a form about an occurrence carries along: ids only."""

    occurrence_id: str
    version: int
    stage: str
    card: CardRef | None


def read_kept(metadata: str) -> Kept:
    """From a view's private_metadata; raises ValueError on anything else."""
    try:
        data = json.loads(metadata)
        card = CardRef(*data["card"]) if data.get("card") else None
        return Kept(str(data["o"]), int(data["v"]), str(data["s"]), card)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("not the metadata of this form") from error


def form_value(form: SnoozeForm | RecordForm) -> str:
    """What a form carries in its private_metadata."""
    card = [form.card.channel, form.card.ts] if form.card else None
    return json.dumps({"o": form.occurrence_id, "v": form.version, "s": form.stage, "card": card})
