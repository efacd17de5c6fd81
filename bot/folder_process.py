"""`proviso sources sync` for one root, as a process of its own: the bot goes on answering while it reads."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.errors import SettingsError
from bot.work.folders import FolderSync
from ingest.processes import PYTHON, environment
from ingest.syncing import is_here, synced_roots
from retrieval.corpus.sources import Corpus
from retrieval.database import Database
from retrieval.ports import Clock

COMMAND = (*PYTHON, "-m", "bot", "sources", "sync", "--json", "--root")
# Answers come first: it takes what they leave of the processor.
NICENESS = 10
STOP_SECONDS = 10.0


class FolderProcess:
    """The process for one root, from its start on."""

    def __init__(self, root: str, command: Sequence[str] = COMMAND) -> None:
        self._out = tempfile.TemporaryFile()  # noqa: SIM115 - closed once the process has ended
        self._process = subprocess.Popen(  # noqa: S603 - our own command, and a root that was remembered
            [*command, root], stdin=subprocess.DEVNULL, stdout=self._out, env=environment()
        )
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, NICENESS)

    def outcome(self) -> tuple[str, str] | None:
        """State (done, withheld, failed) and what there is to say; None while it runs."""
        if self._process.poll() is None:
            return None
        self._out.seek(0)
        text = self._out.read()
        self._out.close()
        try:
            [outcome] = json.loads(text)
            state, says = str(outcome["status"]), str(outcome["says"])
        except (ValueError, KeyError, TypeError):
            return "failed", f"The process ended with {self._process.returncode}; its log says why."
        return ("failed" if state == "absent" else state), says

    def stop(self) -> None:
        """End it; the index that answers is untouched by that."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._out.close()


def nightly(database: Database, corpus: Corpus, clock: Clock, worker: str, *, at: str, zone: str) -> FolderSync | None:
    """The round over the remembered roots of this machine, at HH:MM in `zone`; None when `at` is "off".

    Raises SettingsError for a zone that there is none of.
    """
    if at == "off":
        return None
    hour, _, minute = at.partition(":")
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(
            f"PROVISO_ZONE {zone} is no time zone. Nothing was started; name one such as Europe/Brussels."
        ) from error
    return FolderSync(
        database,
        clock,
        worker,
        at=time(int(hour), int(minute)),
        zone=place,
        roots=lambda: [root for root in synced_roots(corpus.roots()) if is_here(root)],
        start=FolderProcess,
    )
