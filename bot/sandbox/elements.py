"""What Slack refuses in the elements of blocks: kinds, lengths, counts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.sandbox.model import Json

Problems = Iterator[str]


def problem(what: str, at: str) -> str:
    """A message as Slack words it, with its JSON pointer."""
    return f"[ERROR] {what} [json-pointer:{at}]"


def length(value: object, at: str, most: int, least: int = 1) -> Problems:
    """Problems of a string that must have `least` to `most` characters."""
    if not isinstance(value, str):
        yield problem("must be a string", at)
    elif len(value) < least:
        yield problem(f"must be more than {least - 1} characters", at)
    elif len(value) > most:
        yield problem(f"must be less than {most + 1} characters", at)


def text_object(value: Any, at: str, most: int, *, plain: bool = False) -> Problems:
    """Problems of a text object; `plain` where mrkdwn is not allowed."""
    if not isinstance(value, dict):
        yield problem("must be an object", at)
    elif value.get("type") not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
        yield problem(f"unsupported type: {value.get('type')}", f"{at}/type")
    else:
        yield from length(value.get("text"), f"{at}/text", most)


def optional(item: Json, name: str, at: str, most: int) -> Problems:
    """Problems of a string that may be missing."""
    if name in item:
        yield from length(item[name], f"{at}/{name}", most, least=0)


def count(value: Any, at: str, most: int, least: int = 1) -> Problems:
    """Problems of a list that must have `least` to `most` items."""
    if not isinstance(value, list):
        yield problem("must be an array", at)
    elif len(value) < least:
        yield problem(f"no fewer than {least} items allowed", at)
    elif len(value) > most:
        yield problem(f"no more than {most} items allowed", at)


def _confirm(item: Json, at: str) -> Problems:
    confirm = item.get("confirm")
    if confirm is None:
        return
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        if name in confirm or name in ("title", "text"):
            yield from text_object(confirm.get(name), f"{at}/confirm/{name}", most, plain=name in ("confirm", "deny"))


def _button(item: Json, at: str) -> Problems:
    yield from text_object(item.get("text"), f"{at}/text", 75, plain=True)
    yield from optional(item, "value", at, 2000)
    yield from optional(item, "url", at, 3000)
    yield from optional(item, "accessibility_label", at, 75)
    if item.get("style", "primary") not in ("primary", "danger"):
        yield problem("must be one of primary, danger", f"{at}/style")


def _options(item: Json, at: str, most: int, *, plain: bool = True) -> Problems:
    groups = item.get("option_groups")
    if groups is not None:
        yield from count(groups, f"{at}/option_groups", 100)
        for index, group in enumerate(groups):
            yield from text_object(group.get("label"), f"{at}/option_groups/{index}/label", 75, plain=True)
            yield from _options(group, f"{at}/option_groups/{index}", most, plain=plain)
        return
    options = item.get("options")
    yield from count(options, f"{at}/options", most)
    for index, option in enumerate(options if isinstance(options, list) else ()):
        here = f"{at}/options/{index}"
        yield from text_object(option.get("text"), f"{here}/text", 75, plain=plain)
        yield from length(option.get("value"), f"{here}/value", 150)
        if "description" in option:
            yield from text_object(option["description"], f"{here}/description", 75, plain=plain)
    chosen = [item["initial_option"]] if "initial_option" in item else item.get("initial_options", [])
    if any(option not in (options or ()) for option in chosen):
        yield problem("initial option must be one of the options", at)


def _static_select(item: Json, at: str) -> Problems:
    yield from _options(item, at, 100)


def _few_options(item: Json, at: str) -> Problems:
    yield from _options(item, at, 10, plain=False)


def _overflow(item: Json, at: str) -> Problems:
    yield from _options(item, at, 5)


def _text_input(item: Json, at: str) -> Problems:
    longest = item.get("max_length", 3000)
    if not 1 <= int(longest) <= 3000:
        yield problem("must be between 1 and 3000", f"{at}/max_length")
    yield from optional(item, "initial_value", at, 3000)


def _date(item: Json, at: str) -> Problems:
    yield from optional(item, "initial_date", at, 10)


def _image(item: Json, at: str) -> Problems:
    yield from length(item.get("alt_text"), f"{at}/alt_text", 2000)
    if "slack_file" not in item:
        yield from length(item.get("image_url"), f"{at}/image_url", 3000)


def nothing_more(*_: object) -> Problems:
    """For what has nothing of its own to check."""
    return iter(())


def _feedback(item: Json, at: str) -> Problems:
    for name in ("positive_button", "negative_button"):
        yield from _button(item.get(name, {}), f"{at}/{name}")


Check = Callable[[Json, str], Problems]


def _external_select(item: Json, at: str) -> Problems:
    least = item.get("min_query_length", 3)
    if not isinstance(least, int) or least < 0:
        yield problem("must be an integer of 0 or more", f"{at}/min_query_length")
    for name in ("options", "option_groups"):
        if name in item:
            yield problem("the options of an external select come from the app", f"{at}/{name}")


_PICKERS = ("users_select", "channels_select", "conversations_select")
INPUTS: dict[str, Check] = {
    "plain_text_input": _text_input,
    "static_select": _static_select,
    "multi_static_select": _static_select,
    "checkboxes": _few_options,
    "radio_buttons": _few_options,
    "datepicker": _date,
    "timepicker": nothing_more,
    "datetimepicker": nothing_more,
    "number_input": nothing_more,
    "email_text_input": nothing_more,
    "url_text_input": nothing_more,
    "rich_text_input": nothing_more,
    "file_input": nothing_more,
    "external_select": _external_select,
    "multi_external_select": _external_select,
    **dict.fromkeys(_PICKERS, nothing_more),
    **dict.fromkeys([f"multi_{name}" for name in _PICKERS], nothing_more),
}
_TYPED = {"plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input", "file_input"}
ACTIONS: dict[str, Check] = {"button": _button, "overflow": _overflow, "workflow_button": _button} | {
    name: check for name, check in INPUTS.items() if name not in _TYPED
}
ACCESSORIES: dict[str, Check] = ACTIONS | {"image": _image}
CONTEXTUAL: dict[str, Check] = {"feedback_buttons": _feedback, "icon_button": nothing_more}
IMAGE = _image


def element(item: Any, at: str, allowed: dict[str, Check]) -> Problems:
    """Problems of one interactive element or image, where only `allowed` kinds may stand."""
    if not isinstance(item, dict) or item.get("type") not in allowed:
        kind = item.get("type") if isinstance(item, dict) else item
        yield problem(f"unsupported type: {kind}", f"{at}/type")
        return
    yield from optional(item, "action_id", at, 255)
    if "placeholder" in item:
        yield from text_object(item["placeholder"], f"{at}/placeholder", 150, plain=True)
    yield from _confirm(item, at)
    yield from allowed[item["type"]](item, at)
