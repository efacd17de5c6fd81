"""What the buttons under an answer carry, and the names of their actions."""

from __future__ import annotations

import json
from typing import get_args

from bot.views import limits
from retrieval.types import Offer, OfferKind

MORE = "answer.more"
SUMMARISE = "answer.summarise"
# One button an offer: action ids differ within a block, so its number follows ("answer.offer.1").
OFFER = "answer.offer"
# Several offers share a message.
_ROOM = 800


def offer_value(offer: Offer) -> str:
    """What the button of an offer carries; without the values of its form where there is no room for them."""
    data = {"k": offer.kind, "a": offer.action, "c": limits.clip(offer.command, _ROOM // 4)}
    whole = json.dumps(data | {"v": dict(offer.values)}, ensure_ascii=False)
    return whole if limits.width(whole) <= _ROOM else json.dumps(data, ensure_ascii=False)


def read_offer(value: str) -> Offer:
    """The offer of a button, without its label; raises ValueError on anything else."""
    try:
        data = json.loads(value)
        values = {str(name): str(given) for name, given in data.get("v", {}).items()}
        action = data["a"]
        kind = next(kind for kind in get_args(OfferKind) if kind == data["k"])
        return Offer(kind, "", str(data["c"]), None if action is None else str(action), values)
    except (AttributeError, KeyError, TypeError, ValueError, StopIteration) as error:
        raise ValueError("not the value of an offer's button") from error
