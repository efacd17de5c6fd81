"""A real Chroma server for tests, on a free port of this machine."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path


class Server:
    """`chroma run` on a free port; it can be stopped and started again on its data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Come up, within 40 seconds."""
        command = Path(sys.executable).with_name("chroma")
        where = ["--host", "127.0.0.1", "--port", str(self.port), "--path", str(self._folder)]
        self._process = subprocess.Popen(
            [command, "run", *where], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self._folder
        )
        deadline = time.monotonic() + 40
        while not self._answers():
            assert time.monotonic() < deadline, "the Chroma server did not come up"
            time.sleep(0.1)

    def stop(self) -> None:
        """As when the machine goes: nothing is told."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def collections(self) -> set[str]:
        """The names of all there are."""
        import chromadb
        from chromadb.config import Settings

        client = chromadb.HttpClient("127.0.0.1", self.port, settings=Settings(anonymized_telemetry=False))
        try:
            return {collection.name for collection in client.list_collections()}
        finally:
            client.close()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=1) as reply:
                return reply.status == 200
        except OSError:
            return False
