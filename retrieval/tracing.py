"""LangSmith arrives with LangChain and would send questions away if somebody's environment asked for it."""

from __future__ import annotations

import os

SWITCHES = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")


def switch_off() -> None:
    """Off for this process, whatever its environment says."""
    for name in SWITCHES:
        os.environ[name] = "false"
