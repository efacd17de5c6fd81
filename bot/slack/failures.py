"""What a failed call means for the post it was made for: refused, blocked, malformed, or that nobody can tell."""

from __future__ import annotations

import errno
import socket
import ssl
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackObjectFormationError, SlackRequestError

from bot.slack.client import error_code, needed_scope, retry_after, status_code
from bot.work.notifier import (
    Ambiguous,
    CredentialsBlocked,
    DestinationBlocked,
    Gone,
    Malformed,
    RateLimited,
    Refused,
    TooLong,
)

Failure = Refused | Ambiguous | DestinationBlocked | CredentialsBlocked | Malformed | Gone

POSTING = frozenset({"chat.postMessage", "chat.postEphemeral", "chat.update"})
# The token itself, or its whole workspace: nothing that it asks for is done.
CREDENTIALS = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "team_added_to_org",
        "token_expired",
        "token_revoked",
    }
)
# The token for one method: for a method that posts this is everything, for any other one it is that method alone.
METHOD = frozenset({"enterprise_is_restricted", "missing_scope", "not_allowed_token_type"})
DESTINATION = frozenset(
    {
        "access_denied",
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
        "no_text",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "too_many_attachments",
        "user_not_in_channel",
    }
)
TOO_LONG = frozenset({"msg_blocks_too_long", "msg_blocks_too_many", "msg_too_long"})
GONE = frozenset({"cant_update_message", "edit_window_closed", "message_not_found"})
RATE = frozenset({"rate_limited", "ratelimited", "message_limit_exceeded"})
_UNREACHED = frozenset({errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN})


# What one message asked of a method that is closed to us may be asked again after an hour.
_CLOSED_SECONDS = 3600.0


def translate(error: Exception, method: str = "chat.postMessage") -> Failure:
    """The one meaning of a failed call of `method` for the post it was made for.

    What is not known to be a refusal is ambiguous when the method posts; any other method has posted nothing.
    """
    if isinstance(error, SlackApiError):
        failure = _from_slack(error, method)
    elif isinstance(error, (SlackObjectFormationError, SlackRequestError)):
        failure = Malformed(type(error).__name__)
    else:
        failure = Refused() if _never_left(error) else Ambiguous(type(error).__name__)
    return Refused() if method not in POSTING and isinstance(failure, Ambiguous) else failure


def reason(error: SlackApiError) -> str:
    """Slack's code for a refusal, with the scope it asks for."""
    code, needed = error_code(error) or f"http {status_code(error)}", needed_scope(error)
    return f"{code}: {needed}" if needed else code


def _from_slack(error: SlackApiError, method: str) -> Failure:
    code, status = error_code(error), status_code(error)
    if status == 429 or code in RATE:
        return RateLimited(retry_after(error))
    if code in METHOD:
        return _closed(error, method)
    if code in GONE and method == "chat.update":
        return Gone(reason(error))
    for codes, failure in _BY_CODE:
        if code in codes:
            return failure(reason(error))
    # fatal_error, internal_error and their like may come after the message was stored, and so may a code that is
    # new to us: history is asked before anything is posted again.
    return Ambiguous(code or f"http {status}")


_BY_CODE: tuple[tuple[frozenset[str], type[CredentialsBlocked | DestinationBlocked | Malformed]], ...] = (
    (CREDENTIALS, CredentialsBlocked),
    (DESTINATION, DestinationBlocked),
    (TOO_LONG, TooLong),
    (MALFORMED, Malformed),
)


def _closed(error: SlackApiError, method: str) -> Failure:
    """The method is closed to our token: with it everything, one channel, or what this message needs of it."""
    if method not in POSTING:
        return Refused(_CLOSED_SECONDS, reason(error))
    needed = needed_scope(error)
    # chat:write is needed for every channel; im:write, chat:write.public and their like for some.
    everywhere = needed is None or needed in ("chat:write", "chat:write:bot", "chat:write:user")
    return CredentialsBlocked(reason(error)) if everywhere else DestinationBlocked(reason(error))


def _never_left(error: Exception) -> bool:
    """Whether the request cannot have reached Slack: no name, no route, no listener, no trusted certificate."""
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, (socket.gaierror, ssl.SSLCertVerificationError, ConnectionRefusedError)):
        return True
    return isinstance(reason, OSError) and reason.errno in _UNREACHED
