"""Submitted forms. A submission's ack carries what is wrong with it, so the work is done before the ack.

It is one short transaction; should it ever take longer than Slack waits, the person sends the form again and is told
that it was done already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from slack_bolt import Ack, App

from bot.actions.arguments import FieldError
from bot.actions.registry import Call
from bot.slack.listeners.actions import asker_of
from bot.slack.responder import Asker, Responder, error_view, read_or_outdated
from bot.views.blocks import render_modal
from bot.views.feedback.model import UNHELPFUL
from bot.views.feedback.model import read_kept as read_kept_of_answer
from bot.views.nudges.model import RECORD, SNOOZE
from bot.views.nudges.values import read_kept
from bot.views.partners.model import ADD

Values = dict[str, Any]


def register(app: App, responder: Responder) -> None:
    """A listener for each form."""
    app.view(ADD)(_handler(responder, _add_partner))
    app.view(SNOOZE)(_handler(responder, _about_occurrence))
    app.view(RECORD)(_handler(responder, _about_occurrence))
    app.view(UNHELPFUL)(_handler(responder, _about_answer))


def _handler(
    responder: Responder, work: Callable[[Responder, Asker, dict[str, Any]], Callable[[], None]]
) -> Callable[..., None]:
    def handle(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        try:
            then = work(responder, asker_of(body), view)
        except FieldError as error:
            ack(response_action="errors", errors={error.field: error.message})
        except Exception as error:  # told in place of the form
            ack(response_action="update", view=render_modal(error_view(error)))
        else:
            ack()
            then()

    return handle


def _add_partner(responder: Responder, asker: Asker, view: dict[str, Any]) -> Callable[[], None]:
    values = read_values(view)
    values["every"] = _whole(values.get("every"))
    origin = view.get("private_metadata") or None
    asker = Asker(asker.slack_team, asker.user, origin)
    call = Call(responder.registry.get(ADD), {k: v for k, v in values.items() if v is not None})
    added = responder.registry.run(responder.context(asker), call)
    return lambda: responder.tell(asker, added)


def _about_occurrence(responder: Responder, asker: Asker, view: dict[str, Any]) -> Callable[[], None]:
    kept = read_or_outdated(read_kept, view.get("private_metadata"))
    about = {"occurrence_id": kept.occurrence_id, "version": kept.version, "stage": kept.stage}
    asker = Asker(asker.slack_team, asker.user, kept.card.channel if kept.card else None)
    call = Call(responder.registry.get(view["callback_id"]), about | read_values(view))
    shown = responder.registry.run(responder.context(asker, kept.card), call)
    return responder.wake if kept.card else lambda: responder.tell(asker, shown)


def _about_answer(responder: Responder, asker: Asker, view: dict[str, Any]) -> Callable[[], None]:
    kept = read_or_outdated(read_kept_of_answer, view.get("private_metadata"))
    asker = Asker(asker.slack_team, asker.user, kept.channel, thread=kept.thread)
    call = Call(responder.registry.get(UNHELPFUL), {"reference": kept.reference} | read_values(view))
    shown = responder.registry.run(responder.context(asker), call)
    return lambda: responder.tell(asker, shown)


def read_values(view: Mapping[str, Any]) -> Values:
    """What was filled in, by block id; dates as dates, what was left empty as None."""
    blocks: Mapping[str, Any] = (view.get("state") or {}).get("values") or {}
    return {block: _value(next(iter(elements.values()), {})) for block, elements in blocks.items()}


def _value(state: Mapping[str, Any]) -> Any:
    if state.get("selected_option"):
        return state["selected_option"]["value"]
    if state.get("selected_date"):
        return date.fromisoformat(state["selected_date"])
    for name in ("value", "selected_user", "selected_conversation", "selected_channel"):
        if state.get(name):
            return state[name]
    return None


def _whole(typed: str | None) -> int:
    try:
        number = int((typed or "").strip())
    except ValueError:
        number = 0
    if number < 1:
        raise FieldError("every", "Give a whole number from 1 on, such as 6. Nothing was changed.")
    return number
