"""What a failed post means: refused, blocked, malformed, or that nobody can tell."""

from __future__ import annotations

import errno
import socket
import ssl
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackObjectFormationError, SlackRequestError

from bot.slack.client import error_code, retry_after, status_code
from bot.work.notifier import Ambiguous, CredentialsBlocked, DestinationBlocked, Malformed, Refused

Failure = Refused | Ambiguous | DestinationBlocked | CredentialsBlocked | Malformed

CREDENTIALS = frozenset(
    {
        "access_denied",
        "account_inactive",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "team_added_to_org",
        "token_expired",
        "token_revoked",
    }
)
DESTINATION = frozenset(
    {
        "cannot_dm_bot",
        "cant_dm_user",
        "channel_not_found",
        "channel_type_not_supported",
        "ekm_access_denied",
        "is_archived",
        "is_inactive",
        "messages_tab_disabled",
        "no_permission",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "slack_connect_blocked_file_sharing",
        "slack_connect_canvas_sharing_blocked",
        "user_disabled",
        "user_not_found",
        "user_not_in_channel",
    }
)
# Also what is wrong with one message's place in its channel: the channel's other messages must not wait for it.
MALFORMED = frozenset(
    {
        "block_mismatch",
        "cannot_reply_to_message",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_charset",
        "invalid_form_data",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_thread_ts",
        "markdown_text_conflict",
        "metadata_must_be_sent_from_app",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_blocks_too_many",
        "msg_too_long",
        "no_text",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "too_many_attachments",
    }
)
RATE = frozenset({"rate_limited", "ratelimited", "message_limit_exceeded"})
_UNREACHED = frozenset({errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN})


def translate(error: Exception) -> Failure:
    """The one of five meanings of a failed post. What is not known to be a refusal is ambiguous."""
    if isinstance(error, SlackApiError):
        return _from_slack(error)
    if isinstance(error, (SlackObjectFormationError, SlackRequestError)):
        return Malformed(type(error).__name__)
    return Refused() if _never_left(error) else Ambiguous(type(error).__name__)


def _from_slack(error: SlackApiError) -> Failure:
    code, status = error_code(error), status_code(error)
    if status == 429 or code in RATE:
        return Refused(retry_after(error))
    if code in CREDENTIALS:
        return CredentialsBlocked(code)
    if code in DESTINATION:
        return DestinationBlocked(code)
    if code in MALFORMED:
        return Malformed(code)
    # fatal_error, internal_error and their like may come after the message was stored, and so may a code that is
    # new to us: history is asked before anything is posted again.
    return Ambiguous(code or f"http {status}")


def _never_left(error: Exception) -> bool:
    """Whether the request cannot have reached Slack: no name, no route, no listener, no trusted certificate."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, (socket.gaierror, ssl.SSLCertVerificationError, ConnectionRefusedError)):
        return True
    return isinstance(reason, OSError) and reason.errno in _UNREACHED
