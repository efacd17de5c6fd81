"""The guidance that ships with the product: digests in our own words, indexed at first run."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def starter_guidance() -> Path:
    """The folder of the starter digests, in a checkout and in an installed wheel alike."""
    return Path(str(files("ingest"))) / "guidance"
