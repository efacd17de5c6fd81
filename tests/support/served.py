"""`proviso serve` as a process of its own, with a sandbox of the test's as its Slack."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from bot.sandbox.server import Sandbox
from ingest.processes import PYTHON, environment

START_SECONDS = 60.0
PROVISO = (*PYTHON, "-m", "bot")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """One process. `port` is where it answers `/healthz`; what it writes to standard error grows in a file."""

    def __init__(
        self,
        sandbox: Sandbox,
        home: Path,
        *,
        over_http: bool = False,
        command: Sequence[str] = PROVISO,
        **settings: str,
    ) -> None:
        self.port = int(settings.pop("port", 0)) or free_port()
        self._log = home.parent / f"{home.name}-{self.port}-{time.monotonic_ns()}.log"
        kept = {name: value for name, value in environment().items() if not name.startswith(("PROVISO_", "SLACK_"))}
        own = {
            "PROVISO_HOME": str(home),
            "SLACK_BOT_TOKEN": sandbox.bot_token,
            "SLACK_APP_TOKEN": "" if over_http else sandbox.app_token,
            "SLACK_SIGNING_SECRET": sandbox.signing_secret,
            "SLACK_API_URL": sandbox.api_url,
            "PROVISO_HTTP": f"127.0.0.1:{self.port}",
            "PROVISO_FOLDER_SYNC": "off",
        }
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "serve"], env=kept | own | settings, stderr=log, stdout=log, cwd=home.parent
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def wait_until_ready(self) -> None:
        self.wait_for_log("ready\n")

    def wait_for_log(self, said: str, seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while said not in self.log:
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.log}"
            assert time.monotonic() < deadline, f"{said!r} was never said: {self.log}"
            time.sleep(0.02)

    def wait_until_it_hears_signals(self) -> None:
        """Until Python has begun to run our code: before that, nobody can answer a signal."""
        deadline = time.monotonic() + START_SECONDS
        while not self._catches(signal.SIGTERM):
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def _catches(self, number: int) -> bool:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        [caught] = [line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")]
        return bool(int(caught, 16) & 1 << (number - 1))

    def health(self, seconds: float = 10.0) -> int:
        """The status of `/healthz`; 0 when nobody answers in time."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=seconds) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def wait_for_health(self, status: int, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while self.health() != status:
            assert time.monotonic() < deadline, f"health is not {status}: {self.log}"
            time.sleep(0.1)

    def terminate(self, seconds: float = 20.0) -> float:
        """Send SIGTERM; the seconds until it has ended with 0."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        assert code == 0, f"ended with {code}: {self.log}"
        return time.monotonic() - began

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def running(home: Path) -> list[str]:
    """The command lines of all processes of a home."""
    found: list[str] = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and f"PROVISO_HOME={home}\0".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue  # it ended while it was looked at
    return [line for line in found if line]
