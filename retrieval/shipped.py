"""Reads the YAML files that ship inside the packages."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

# libyaml reads ten times as fast; a PyYAML that was built without it still reads.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def shipped_yaml(package: str, name: str) -> Any:
    """The contents of the file `name` in `package`, read anew at each call."""
    return yaml.load(files(package).joinpath(name).read_text("utf-8"), Loader=_Loader)  # noqa: S506 - both are safe loaders
