"""The reasons why an answer did not help, in words, the same in Slack and in the terminal."""

from __future__ import annotations

from bot.conversations.feedback import BESIDE, MISLEADING, MISSING, UNREADABLE

REASONS = {
    MISSING: "Something is missing",
    BESIDE: "It is beside the question",
    MISLEADING: "It is misleading",
    UNREADABLE: "It is hard to read",
}
