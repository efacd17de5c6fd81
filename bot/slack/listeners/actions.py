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
from bot.conversations.threads import Conversations
from bot.errors import Conflict
from bot.reminders.occurrences import OccurrenceChanged
from bot.slack import summaries
from bot.slack.clicks import Clicked
from bot.slack.inbox_middleware import Keep, Question, keep_question
from bot.slack.listeners import answers
from bot.slack.responder import Asker, Responder, read_or_outdated
from bot.slack.sharing import share
from bot.slack.threads import thread_of
from bot.views.answers.values import SUMMARISE
from bot.views.checklists import model as checklists
from bot.views.feedback.model import HELPFUL, UNHELPFUL
from bot.views.notices.model import NoticeView
from bot.views.nudges import model as nudges
from bot.views.nudges.model import CardRef, RecordForm, SnoozeForm
from bot.views.nudges.values import read_card
from bot.views.partners import model as partners
from bot.views.passages.model import FetchingPassage, MissingPassage
from bot.views.passages.values import NEXT, PREVIOUS, SHOW, Quoted, read_value
from bot.views.sharing import SHARE
from bot.views.view import View
from bot.work.inbox import Inbox

Work = Callable[[Responder, Asker, dict[str, Any], dict[str, Any]], None]


def register(app: App, responder: Responder, inbox: Inbox, conversations: Conversations) -> None:
    """A listener for each button that a view can show. A question that a button asks goes through the inbox."""
    app.action(TRY)(_handler(responder, partial(_try_question, partial(keep_question, inbox, conversations))))
    app.action(partners.ADD)(_handler(responder, _add_partner))
    app.action(nudges.ACKNOWLEDGE)(_handler(responder, _acknowledge))
    app.action(nudges.SNOOZE)(_handler(responder, _open_form))
    app.action(nudges.RECORD)(_handler(responder, _open_form))
    app.action(SHOW)(_handler(responder, _show_passage))
    app.action(answers.MORE)(_handler(responder, answers.show_more))
    app.action(answers.OFFERS)(_handler(responder, answers.follow_offer))
    app.action(HELPFUL)(_handler(responder, answers.mark_helpful))
    app.action(UNHELPFUL)(_handler(responder, answers.mark_unhelpful))
    app.action(SUMMARISE)(_handler(responder, partial(_summarise, inbox)))
    app.action(SHARE)(_handler(responder, partial(share, conversations)))
    for turn in (PREVIOUS, NEXT):
        app.action(turn)(_handler(responder, _turn_passage))
    app.action(checklists.MORE)(_handler(responder, _show_more_items))
    app.action(re.compile(rf"^{re.escape(checklists.SHOW)}(\.\d+)?$"))(_handler(responder, _show_checklist))


def _handler(responder: Responder, work: Work) -> Callable[..., None]:
    def handle(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        asker = asker_of(body)
        responder.guarded(asker, lambda: work(responder, asker, body, action))

    return handle


def asker_of(body: dict[str, Any]) -> Asker:
    """Who clicked or submitted, and how they can be answered."""
    channel = (body.get("channel") or {}).get("id")
    thread = (body.get("message") or {}).get("thread_ts")
    return Asker(body["team"]["id"], body["user"]["id"], channel, body.get("response_url"), thread)


def _acknowledge(responder: Responder, asker: Asker, body: dict[str, Any], action: dict[str, Any]) -> None:
    card = read_or_outdated(read_card, action.get("value"))
    call = Call(responder.registry.get(nudges.ACKNOWLEDGE), vars(card))
    context = responder.context(asker, _card_of(body))
    try:
        responder.registry.run(context, call)
    except Conflict as error:
        refreshed(context, card.occurrence_id, card.stage)
        # The same click may be delivered twice: nobody wants to hear that they were quicker than themselves.
        own = isinstance(error, OccurrenceChanged) and (error.what, error.slack_user) == ("acknowledged", asker.user)
        if not own:
            raise
    finally:
        responder.wake()


def _card_of(body: dict[str, Any]) -> CardRef | None:
    channel, ts = (body.get("channel") or {}).get("id"), (body.get("message") or {}).get("ts")
    return CardRef(channel, ts) if channel and ts else None


def _open_form(responder: Responder, asker: Asker, body: dict[str, Any], action: dict[str, Any]) -> None:
    card = read_or_outdated(read_card, action.get("value"))
    context = responder.context(asker, _card_of(body))
    try:
        form = responder.registry.ask(context, Call(responder.registry.get(action["action_id"]), vars(card)))
    except Conflict:
        refreshed(context, card.occurrence_id, card.stage)
        responder.wake()
        raise
    if isinstance(form, (SnoozeForm, RecordForm)):
        form = replace(form, card=_card_of(body))
    responder.open_modal(asker, body["trigger_id"], form)


def _show_passage(responder: Responder, asker: Asker, body: dict[str, Any], action: dict[str, Any]) -> None:
    quoted = read_or_outdated(read_value, action.get("value"))
    view_id = responder.open_modal(asker, body["trigger_id"], FetchingPassage())
    responder.update_modal(asker, view_id, _passage(responder, asker, quoted))


def _turn_passage(responder: Responder, asker: Asker, body: dict[str, Any], action: dict[str, Any]) -> None:
    responder.update_modal(
        asker, body["view"]["id"], _passage(responder, asker, read_or_outdated(read_value, action.get("value")))
    )


def _passage(responder: Responder, asker: Asker, quoted: Quoted) -> View:
    try:
        return responder.registry.run(responder.context(asker), Call(responder.registry.get(SHOW), {"quoted": quoted}))
    except PassageGone:
        return MissingPassage()


def _summarise(inbox: Inbox, responder: Responder, asker: Asker, _body: dict[str, Any], action: dict[str, Any]) -> None:
    """Have the quotes of the answer summed up. A model takes its time, so a worker does it, not this listener."""
    clicked = Clicked.on(asker, action)
    key = f"{clicked.channel}:{clicked.user}:{clicked.reference}:{action['action_ts']}"
    if inbox.receive(summaries.KIND, key, clicked.to_body(), responder.teams.id_of(asker.slack_team)):
        responder.tell(asker, NoticeView(summaries.WORKING))


def _try_question(keep: Keep, responder: Responder, asker: Asker, body: dict[str, Any], action: dict[str, Any]) -> None:
    """Ask the example as if it had been written in reply to the help; below a private help, the answer is private."""
    context = responder.context(asker)
    notice = responder.registry.run(context, Call(responder.registry.get(TRY), {"question": action["value"]}))
    if keep(read_example(body, action), context.actor.team_id):
        responder.tell(asker, notice)


def read_example(body: dict[str, Any], action: dict[str, Any]) -> Question:
    """The question of a click on an example. `key` is the same however often the click is delivered."""
    container, message = body.get("container") or {}, body.get("message") or {}
    channel, ts = str(body["channel"]["id"]), str(container.get("message_ts") or message.get("ts"))
    private = bool(container.get("is_ephemeral"))
    thread = None if private else thread_of({**message, "ts": ts, "channel": channel})
    key, user = f"{channel}:{ts}:{action['action_ts']}", body["user"]["id"]
    return Question.of(key, channel, thread, user, action["value"], private=private)


def _add_partner(responder: Responder, asker: Asker, body: dict[str, Any], _action: dict[str, Any]) -> None:
    form = responder.registry.ask(responder.context(asker), Call(responder.registry.get(partners.ADD), {}))
    responder.open_modal(asker, body["trigger_id"], form)


def _show_checklist(responder: Responder, asker: Asker, _body: dict[str, Any], action: dict[str, Any]) -> None:
    topic = "" if action["value"] == ALL else action["value"]
    call = Call(responder.registry.get(checklists.SHOW), {"topic": topic})
    responder.tell(asker, responder.registry.run(responder.context(asker), call))


def _show_more_items(responder: Responder, asker: Asker, _body: dict[str, Any], action: dict[str, Any]) -> None:
    topic, skipped = read_or_outdated(checklists.read_more_value, action.get("value"))
    view = responder.registry.run(
        responder.context(asker), Call(responder.registry.get(checklists.SHOW), {"topic": topic})
    )
    assert isinstance(view, checklists.ChecklistView)
    responder.tell(asker, replace(view, skipped=skipped))
