"""Child processes of our own code: they import what is installed, and nothing from the folder they are started in."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# `-c` and `-m` alone would look for every module in the working directory first.
PYTHON = (sys.executable, "-P")


def environment(**more: str) -> dict[str, str]:
    """This process's environment, in which a child finds our packages, and `more`."""
    ours = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (ours, os.environ.get("PYTHONPATH"))))
    return os.environ | {"PYTHONPATH": path} | more
