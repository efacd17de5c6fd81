"""A real PostgreSQL of the tests' own: started from the installed binaries, as a user who is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

UNPRIVILEGED = ("postgres", "nobody")


class PostgresqlMissing(Exception):
    """No PostgreSQL installation was found; install Debian's package `postgresql` or set TEST_DATABASE_URL."""


class PostgresqlServer:
    """A cluster in a folder of its own, without durability, on a free loopback port."""

    def __init__(self) -> None:
        self.binaries = _binaries()
        self.user = _unprivileged_user()
        self.folder = Path(tempfile.mkdtemp(prefix="proviso-pg-"))
        self.port = _free_port()

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> PostgresqlServer:
        if self.user:
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.resume()
        return self

    def resume(self) -> None:
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300"
        )
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", log, "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", mode, "stop")

    def freeze(self) -> None:
        """Stop every process of the server where it stands: it holds its sockets and says nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        leader = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(leader)], capture_output=True, text=True, check=False
        )
        for process in (leader, *map(int, listed.stdout.split())):
            with suppress(ProcessLookupError):  # one that served a client may end meanwhile
                os.kill(process, number)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), *arguments]
        if self.user:
            command = ["setpriv", f"--reuid={self.user}", "--clear-groups", *command]
        result = subprocess.run(
            command, cwd="/", stdin=subprocess.DEVNULL, capture_output=program != "pg_ctl", text=True, check=False
        )
        if result.returncode:
            raise RuntimeError(f"{program} failed: {result.stderr}")


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise PostgresqlMissing(PostgresqlMissing.__doc__)


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise PostgresqlMissing("root may not run PostgreSQL and there is no other user")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
