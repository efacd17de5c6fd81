"""Buttons: those of nudges, passages, checklists and the help."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from bot.actions.answers import PassageGone
from bot.actions.help import ALL, TRY
from bot.actions.nudges import refreshed
from bot.actions.registry import Call
from bot.errors import Conflict
from bot.reminders.occurrences import OccurrenceChanged
from bot.slack.front import Asker, Front, read_or_outdated
from bot.slack.inbox_middleware import KIND, Question
from bot.slack.threads import thread_of
from bot.views.checklists import model as checklists
from bot.views.nudges import model as nudges
from bot.views.nudges.model import CardRef, RecordForm, SnoozeForm
from bot.views.nudges.values import read_card
from bot.views.partners import model as partners
from bot.views.passages.model import FetchingPassage, MissingPassage
from bot.views.passages.values import NEXT, PREVIOUS, SHOW, Quoted, read_value
from bot.views.view import View
from bot.work.inbox import Inbox

Work = Callable[[Front, Asker, dict[str, Any], dict[str, Any]], None]


def register(app: App, front: Front, inbox: Inbox) -> None:
    """A listener for each button that a view can show. A question that a button asks goes through the inbox."""
    app.action(TRY)(_handler(front, partial(_try_question, inbox)))
    app.action(partners.ADD)(_handler(front, _add_partner))
    app.action(nudges.ACKNOWLEDGE)(_handler(front, _acknowledge))
    app.action(nudges.SNOOZE)(_handler(front, _open_form))
    app.action(nudges.RECORD)(_handler(front, _open_form))
    app.action(SHOW)(_handler(front, _show_passage))
    for turn in (PREVIOUS, NEXT):
        app.action(turn)(_handler(front, _turn_passage))
    app.action(checklists.MORE)(_handler(front, _show_more_items))
    app.action(re.compile(rf"^{re.escape(checklists.SHOW)}(\.\d+)?$"))(_handler(front, _show_checklist))


def _handler(front: Front, work: Work) -> Callable[..., None]:
    def handle(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        asker = asker_of(body)
        front.guarded(asker, lambda: work(front, asker, body, action))

    return handle


def asker_of(body: dict[str, Any]) -> Asker:
    """Who clicked or submitted, and how they can be answered."""
    channel = (body.get("channel") or {}).get("id")
    thread = (body.get("message") or {}).get("thread_ts")
    return Asker(body["team"]["id"], body["user"]["id"], channel, body.get("response_url"), thread)


def _acknowledge(front: Front, asker: Asker, body: dict[str, Any], action: dict[str, Any]) -> None:
    card = read_or_outdated(read_card, action.get("value"))
    call = Call(front.registry.get(nudges.ACKNOWLEDGE), vars(card))
    context = front.context(asker, _card_of(body))
    try:
        front.registry.run(context, call)
    except Conflict as error:
        refreshed(context, card.occurrence_id, card.stage)
        # The same click may be delivered twice: nobody wants to hear that they were quicker than themselves.
        own = isinstance(error, OccurrenceChanged) and (error.what, error.slack_user) == ("acknowledged", asker.user)
        if not own:
            raise
    finally:
        front.wake()


def _card_of(body: dict[str, Any]) -> CardRef | None:
    channel, ts = (body.get("channel") or {}).get("id"), (body.get("message") or {}).get("ts")
    return CardRef(channel, ts) if channel and ts else None


def _open_form(front: Front, asker: Asker, body: dict[str, Any], action: dict[str, Any]) -> None:
    card = read_or_outdated(read_card, action.get("value"))
    context = front.context(asker, _card_of(body))
    try:
        form = front.registry.ask(context, Call(front.registry.get(action["action_id"]), vars(card)))
    except Conflict:
        refreshed(context, card.occurrence_id, card.stage)
        front.wake()
        raise
    if isinstance(form, (SnoozeForm, RecordForm)):
        form = replace(form, card=_card_of(body))
    front.open_modal(asker, body["trigger_id"], form)


def _show_passage(front: Front, asker: Asker, body: dict[str, Any], action: dict[str, Any]) -> None:
    quoted = read_or_outdated(read_value, action.get("value"))
    view_id = front.open_modal(asker, body["trigger_id"], FetchingPassage())
    front.update_modal(asker, view_id, _passage(front, asker, quoted))


def _turn_passage(front: Front, asker: Asker, body: dict[str, Any], action: dict[str, Any]) -> None:
    front.update_modal(
        asker, body["view"]["id"], _passage(front, asker, read_or_outdated(read_value, action.get("value")))
    )


def _passage(front: Front, asker: Asker, quoted: Quoted) -> View:
    try:
        return front.registry.run(front.context(asker), Call(front.registry.get(SHOW), {"quoted": quoted}))
    except PassageGone:
        return MissingPassage()


def _try_question(inbox: Inbox, front: Front, asker: Asker, body: dict[str, Any], action: dict[str, Any]) -> None:
    """Ask the example as if it had been written in reply to the help; below a private help, the answer is private."""
    context = front.context(asker)
    notice = front.registry.run(context, Call(front.registry.get(TRY), {"question": action["value"]}))
    asked = read_example(body, action)
    if inbox.receive(KIND, asked.key, asked.body, context.actor.team_id):
        front.tell(asker, notice)


def read_example(body: dict[str, Any], action: dict[str, Any]) -> Question:
    """The question of a click on an example. `key` is the same however often the click is delivered."""
    container, message = body.get("container") or {}, body.get("message") or {}
    channel, ts = str(body["channel"]["id"]), str(container.get("message_ts") or message.get("ts"))
    private = bool(container.get("is_ephemeral"))
    kept = {
        "channel": channel,
        "thread": None if private else thread_of({**message, "ts": ts, "channel": channel}),
        "user": body["user"]["id"],
        "text": action["value"],
        "length": len(action["value"]),
        "files": 0,
    }
    only_for = {"only_for": body["user"]["id"]} if private else {}
    return Question(f"{channel}:{ts}:{action['action_ts']}", kept | only_for)


def _add_partner(front: Front, asker: Asker, body: dict[str, Any], _action: dict[str, Any]) -> None:
    form = front.registry.ask(front.context(asker), Call(front.registry.get(partners.ADD), {}))
    front.open_modal(asker, body["trigger_id"], form)


def _show_checklist(front: Front, asker: Asker, _body: dict[str, Any], action: dict[str, Any]) -> None:
    topic = "" if action["value"] == ALL else action["value"]
    call = Call(front.registry.get(checklists.SHOW), {"topic": topic})
    front.tell(asker, front.registry.run(front.context(asker), call))


def _show_more_items(front: Front, asker: Asker, _body: dict[str, Any], action: dict[str, Any]) -> None:
    topic, skipped = checklists.read_more_value(action["value"])
    view = front.registry.run(front.context(asker), Call(front.registry.get(checklists.SHOW), {"topic": topic}))
    assert isinstance(view, checklists.ChecklistView)
    front.tell(asker, replace(view, skipped=skipped))
