"""Reads a prompt template from its file and refuses one whose placeholders are not what it declares."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_NAME = re.compile(r"[a-z][a-z_]*\Z")
_ROLES = ("system", "user")
_KEYS = frozenset({"name", "version", "placeholders", *_ROLES})


class TemplateFault(ValueError):
    """A prompt template is not usable. Nothing was sent; mend the file it names."""


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt: messages as (role, text) in order, `{placeholders}` in them, and the version that logs name."""

    name: str
    version: int
    placeholders: frozenset[str]
    messages: tuple[tuple[str, str], ...]

    def filled(self, **values: str) -> list[tuple[str, str]]:
        """The messages with every placeholder replaced. Raises TemplateFault unless just those declared are given."""
        if set(values) != self.placeholders:
            raise TemplateFault(f"prompt {self.name}: given {sorted(values)}, declared {sorted(self.placeholders)}")
        return [(role, text.format(**values)) for role, text in self.messages]


@cache
def load(name: str) -> Template:
    """The template `prompts/NAME.yaml`. Raises TemplateFault when there is none, or it is not what it declares."""
    if not _NAME.match(name):
        raise TemplateFault(f"no prompt is named {name!r}")
    path = files("prompts").joinpath(f"{name}.yaml")
    if not path.is_file():
        raise TemplateFault(f"there is no prompt {name}")
    return parse(yaml.safe_load(path.read_text("utf-8")))


def parse(data: Mapping[str, Any]) -> Template:
    """A template from its data. Raises TemplateFault for unknown keys, and for undeclared or unused placeholders."""
    name = str(data.get("name", "?"))
    if set(data) - _KEYS or not isinstance(data.get("version"), int):
        raise TemplateFault(f"prompt {name}: needs an integer version and knows only {sorted(_KEYS)}")
    messages = tuple((role, data[role]) for role in _ROLES if role in data)
    declared = frozenset(data.get("placeholders", ()))
    used = frozenset(field for _, text in messages for field in _fields(name, text))
    if used != declared:
        raise TemplateFault(f"prompt {name}: uses {sorted(used)}, declares {sorted(declared)}")
    return Template(name, data["version"], declared, messages)


def _fields(name: str, text: str) -> set[str]:
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError as error:
        raise TemplateFault(f"prompt {name}: {error}") from error
    if any(spec or conversion for _, field, spec, conversion in parsed if field is not None):
        raise TemplateFault(f"prompt {name}: placeholders take no format")
    return {field for _, field, _, _ in parsed if field is not None}
