"""What every listener needs: who is asking, where, and how to answer that person privately."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.access.policy import Content, Place, may_show
from bot.actions.registry import Actor, Context, Registry, Services
from bot.errors import BotError, NotAllowed
from bot.reminders.occurrences import OccurrenceChanged
from bot.slack.client import TIMEOUT_SECONDS, error_code
from bot.slack.privacy import Privacy
from bot.slack.teams import Teams
from bot.views.blocks import render_blocks, render_modal
from bot.views.notices.model import ErrorView
from bot.views.nudges.model import CardRef
from bot.views.view import View
from retrieval.ports import Clock

T = TypeVar("T")
logger = logging.getLogger(__name__)

_OURS = "Something went wrong on my side. Look at the present state before you try again."


class TooLate(BotError):
    """That took too long for Slack, so no form could be opened. Nothing was changed; please try again."""


class Outdated(BotError):
    """This button or form is from an earlier version. Nothing was changed; `/proviso help` shows what there is now."""


class AlreadyOpen(Exception):
    """The same click or command came twice, and the first has opened the form."""


@dataclass(frozen=True)
class Asker:
    """The person who asked, where, and by what they can be answered there."""

    slack_team: str
    user: str
    channel: str | None = None
    response_url: str | None = None
    thread: str | None = None


@dataclass(frozen=True)
class Responder:
    """The collaborators of the listeners. `client` has no retry handlers.

    `join_channels`: the bot enters public channels by itself, so nobody needs to invite it. `wake` has the outbox
    looked at now.
    """

    services: Services
    registry: Registry
    teams: Teams
    privacy: Privacy
    client: WebClient
    clock: Clock
    join_channels: bool = False
    wake: Callable[[], None] = lambda: None

    def context(self, asker: Asker, card: CardRef | None = None) -> Context:
        """One call by this person on a card; whether the register may be shown is asked when an action needs it."""
        return Context(
            services=self.services,
            actor=Actor(self.teams.id_of(asker.slack_team), asker.user),
            now=self.clock.now(),
            registry=self.registry,
            channel=asker.channel,
            card=card,
            inside=lambda channel: self._may_see(Content.REGISTER, channel, asker.user),
            reached=lambda channel: self.join_channels or self.privacy.is_member(channel),
            directory=self.privacy,
        )

    def guarded(self, asker: Asker, work: Callable[[], None]) -> None:
        """Do it; whatever goes wrong is told to this person alone."""
        try:
            work()
        except AlreadyOpen:
            logger.info("a repeated delivery was dropped")
        except Exception as error:  # a listener has nobody above it who could tell the user
            self.tell(asker, error_view(error))

    def tell(self, asker: Asker, view: View) -> None:
        """Show it to this person alone: by the response_url, else in the channel, else in a direct message."""
        message = render_blocks(self._allowed(asker, view))
        body = {"text": message.text, "blocks": list(message.blocks)}
        for way in (self._by_response_url, self._in_channel, self._directly):
            try:
                if way(asker, body):
                    return
            except Exception as error:  # the next way may be open
                logger.info("private answer failed: %s", type(error).__name__)
        logger.warning("a private answer found no way to its reader")

    def open_modal(self, asker: Asker, trigger_id: str, view: View) -> str:
        """Open a modal; its id. Raises TooLate when the trigger has expired, AlreadyOpen when it is spent."""
        modal = render_modal(self._allowed(asker, view))
        try:
            opened = self.client.views_open(trigger_id=trigger_id, view=modal)
        except SlackApiError as error:
            if error_code(error) == "exchanged_trigger_id":
                raise AlreadyOpen from error
            if error_code(error) == "expired_trigger_id":
                raise TooLate from error
            raise
        return str(opened["view"]["id"])

    def update_modal(self, asker: Asker, view_id: str, view: View) -> None:
        """Show something else in an open modal; a modal that was closed meanwhile stays closed."""
        modal = render_modal(self._allowed(asker, view))
        try:
            self.client.views_update(view_id=view_id, view=modal)
        except SlackApiError as error:
            if error_code(error) != "not_found":
                raise

    def _allowed(self, asker: Asker, view: View) -> View:
        """The view, or in its place the refusal, where this person may not see it there."""
        if self._may_see(view.shows, asker.channel, asker.user, view.audience):
            return view
        return ErrorView(NotAllowed().message)

    def _may_see(
        self, content: Content | None, channel: str | None, user: str, audience: frozenset[str] = frozenset()
    ) -> bool:
        if may_show(content, Place(), audience=audience):
            return True  # shown to anybody: Slack need not be asked
        return may_show(content, self.privacy.place(channel), self.privacy.person(user), audience=audience)

    def _by_response_url(self, asker: Asker, body: dict[str, Any]) -> bool:
        if not asker.response_url:
            return False
        body = body | {"response_type": "ephemeral", "replace_original": False}
        if asker.thread:
            body["thread_ts"] = asker.thread
        return WebhookClient(asker.response_url, timeout=TIMEOUT_SECONDS).send_dict(body).status_code == 200

    def _in_channel(self, asker: Asker, body: dict[str, Any]) -> bool:
        if not asker.channel:
            return False
        self.client.chat_postEphemeral(channel=asker.channel, user=asker.user, thread_ts=asker.thread, **body)
        return True

    def _directly(self, asker: Asker, body: dict[str, Any]) -> bool:
        self.client.chat_postMessage(channel=asker.user, unfurl_links=False, unfurl_media=False, **body)
        return True


def read_or_outdated(read: Callable[[str], T], value: object) -> T:
    """What a button or form carries; raises Outdated for what no present one carries."""
    try:
        return read(value if isinstance(value, str) else "")
    except ValueError as error:
        raise Outdated from error


def error_view(error: Exception) -> ErrorView:
    """What a person is told of an error: its own words when it is for users, else a reference to the log."""
    if isinstance(error, OccurrenceChanged):
        return ErrorView(error.message, person=error.slack_user)
    if isinstance(error, BotError):
        return ErrorView(error.message)
    reference = secrets.token_hex(4)
    # Frames only: the message of a database error holds what people typed.
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("reference %s: %s\n%s", reference, type(error).__name__, frames)
    return ErrorView(_OURS, reference)
