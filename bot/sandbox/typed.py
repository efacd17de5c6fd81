"""What people type, as Slack sends it: escaped, with names of people and channels turned into references."""

from __future__ import annotations

import re

from bot.sandbox.world import World

_REFERENCE = re.compile(r"<([@#])([A-Z0-9]+)(?:\|[^<>]*)?>")
_NAME = re.compile(r"(?<![\w<&])([@#])([a-z0-9][a-z0-9._-]*[a-z0-9]|[a-z0-9])", re.IGNORECASE)


def from_typed(world: World, typed: str, *, labels: bool = False, escape: bool = True) -> str:
    """Text for an event or a command; `labels` adds names to references, as commands with should_escape have them."""
    people = {user.name: user.id for user in world.users.values()}
    channels = {channel.name: channel.id for channel in world.channels.values() if not channel.im_with}
    names = {"@": people, "#": channels}
    ids = {"@": {id_: name for name, id_ in people.items()}, "#": {id_: name for name, id_ in channels.items()}}

    def link(sign: str, target: str) -> str:
        label = f"|{ids[sign][target]}" if labels or sign == "#" else ""
        return f"<{sign}{target}{label}>"

    def named(match: re.Match[str]) -> str:
        sign, name = match[1], match[2].lower()
        return link(sign, names[sign][name]) if name in names[sign] else match[0]

    parts, end = [], 0
    for match in _REFERENCE.finditer(typed):
        if match[2] in ids[match[1]]:
            parts += [_NAME.sub(named, _escaped(typed[end : match.start()], escape)), link(match[1], match[2])]
            end = match.end()
    return "".join([*parts, _NAME.sub(named, _escaped(typed[end:], escape))])


def _escaped(text: str, escape: bool) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") if escape else text
