"""Buttons under an answer: its further quotes, what is offered beside it, and whether it helped."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.actions.registry import Call
from bot.slack.clicks import Clicked
from bot.slack.responder import Asker, Outdated, Responder, read_or_outdated
from bot.views.answers.model import AnswerView
from bot.views.answers.values import MORE, OFFER, read_offer
from bot.views.feedback.model import HELPFUL, UNHELPFUL, FeedbackForm
from bot.views.notices.model import NoticeView

MORE_GONE = "The further quotes are not kept any more: the text of an answer is kept for one day. Next step: ask again."
OFFERS = re.compile(rf"^{re.escape(OFFER)}\.\d+$")

__all__ = ["MORE", "MORE_GONE", "OFFERS", "follow_offer", "mark_helpful", "mark_unhelpful", "show_more"]


def show_more(responder: Responder, asker: Asker, _body: dict[str, Any], action: dict[str, Any]) -> None:
    """Show every quote of the answer to whoever asked for more."""
    clicked = Clicked.on(asker, action)
    with responder.services.database.read() as session:
        found = clicked.found(session, responder.teams.id_of(asker.slack_team), AnswerView.thing)
    view = AnswerView.from_data(found.data) if found else None
    if view is not None:
        # The whole answer is shown once more; what can be done with it stands under the first message.
        view = replace(view, more=True, reference="", asked=None, answer=replace(view.answer, offers=()))
    responder.tell(asker, view or NoticeView(MORE_GONE))


def follow_offer(responder: Responder, asker: Asker, body: dict[str, Any], action: dict[str, Any]) -> None:
    """Do what was offered: show it to whoever clicked, or open its form. Raises Outdated for what no button does."""
    offer = read_or_outdated(read_offer, action.get("value"))
    offered = {each.name: each for each in responder.registry.on("button")}.get(offer.action or "")
    if offered is None:
        raise Outdated
    context, call = responder.context(asker), Call(offered, offer.values)
    if call.action.form is not None:
        responder.open_modal(asker, body["trigger_id"], responder.registry.ask(context, call))
    else:
        responder.tell(asker, responder.registry.run(context, call))


def mark_helpful(responder: Responder, asker: Asker, _body: dict[str, Any], action: dict[str, Any]) -> None:
    """Keep that the answer helped."""
    call = Call(responder.registry.get(HELPFUL), {"reference": str(action.get("value") or "")})
    responder.tell(asker, responder.registry.run(responder.context(asker), call))


def mark_unhelpful(responder: Responder, asker: Asker, body: dict[str, Any], action: dict[str, Any]) -> None:
    """Keep that the answer did not help, and ask why: who closes the form has said that much."""
    context = responder.context(asker)
    call = Call(responder.registry.get(UNHELPFUL), {"reference": str(action.get("value") or "")})
    responder.registry.run(context, call)
    form = responder.registry.ask(context, call)
    assert isinstance(form, FeedbackForm)
    responder.open_modal(asker, body["trigger_id"], replace(form, thread=asker.thread))
