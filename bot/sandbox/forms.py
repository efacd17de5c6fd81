"""Interactive elements in blocks: finding them, and what choosing or typing in them sends. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.sandbox.model import Json

Value = str | list[str] | None

REQUIRED = "Please complete this required field."
_SINGLE = {
    "users_select": "user",
    "channels_select": "channel",
    "conversations_select": "conversation",
    "datepicker": "date",
    "timepicker": "time",
    "datetimepicker": "date_time",
}
_MULTIPLE = {"multi_users_select": "users", "multi_channels_select": "channels"}
_MULTIPLE["multi_conversations_select"] = "conversations"
_ONE_OPTION = {"static_select", "external_select", "radio_buttons", "overflow"}
_SOME_OPTIONS = {"checkboxes", "multi_static_select", "multi_external_select"}


def interactive(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """(block, element) of everything that can be clicked, chosen or typed in."""
    for block in blocks:
        found = list(block.get("elements", [])) if block["type"] in ("actions", "context_actions") else []
        found += [block[name] for name in ("accessory", "element") if name in block]
        for item in found:
            for part in _parts(item):
                yield block, part


def _parts(item: Json) -> Iterator[Json]:
    if item.get("type") == "feedback_buttons":
        for name in ("positive_button", "negative_button"):
            yield item[name] | {"type": "button", "action_id": item.get("action_id", "")}
    elif item.get("type") != "image":
        yield item


def options(element: Json) -> list[Json]:
    """The options of a select, groups laid flat."""
    if "option_groups" in element:
        return [option for group in element["option_groups"] for option in group["options"]]
    return list(element.get("options", []))


def _chosen(element: Json, value: Value) -> list[Json]:
    wanted = [value] if isinstance(value, str) else value or []
    known = {option["value"]: option for option in options(element)}.values()
    found = [o for o in known if o["value"] in wanted or o["text"]["text"] in wanted]
    if len(found) != len(set(wanted)):
        offered = ", ".join(option["text"]["text"] for option in known)
        raise LookupError(f"{wanted} is not among the options: {offered}")
    return found


def state(element: Json, value: Value) -> Json:
    """The value of an element as `view.state.values` has it; options are given by value or by what they say."""
    kind = element["type"]
    if kind in _SINGLE:
        return {"type": kind, f"selected_{_SINGLE[kind]}": value or None}
    if kind in _MULTIPLE:
        return {"type": kind, f"selected_{_MULTIPLE[kind]}": value or []}
    if kind in _ONE_OPTION:
        chosen = _chosen(element, value)
        return {"type": kind, "selected_option": chosen[0] if chosen else None}
    if kind in _SOME_OPTIONS:
        return {"type": kind, "selected_options": _chosen(element, value)}
    return {"type": kind, "value": value or None}


def initial(element: Json) -> Value:
    """What an element starts with."""
    if "initial_option" in element:
        return str(element["initial_option"]["value"])
    if "initial_options" in element:
        return [str(option["value"]) for option in element["initial_options"]]
    given: Any = next((value for name, value in element.items() if name.startswith("initial_")), None)
    return given if given is None or isinstance(given, list) else str(given)


def values(blocks: list[Json], given: Json) -> Json:
    """`state.values` of a form: what was given by (block id, action id), else what each element starts with."""
    result: Json = {}
    for block, element in interactive(blocks):
        if element["type"] in ("button", "overflow", "workflow_button"):
            continue
        block_id, action_id = block["block_id"], element.get("action_id", "")
        own = given.get(block_id, {})
        value = own[action_id] if action_id in own else initial(element)
        result.setdefault(block_id, {})[action_id] = state(element, value)
    return result


def action(block: Json, element: Json, value: Value = None) -> Json:
    """One entry of `actions` in block_actions."""
    base = {"action_id": element.get("action_id", ""), "block_id": block["block_id"], "type": element["type"]}
    if element["type"] in ("button", "workflow_button"):
        carried = {name: element[name] for name in ("text", "value", "style", "url") if name in element}
        return base | carried
    return base | state(element, value)


def unfit(blocks: list[Json], given: Json) -> dict[str, str]:
    """What Slack itself objects to before the app hears of a submission, by block id."""
    errors = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        entry = given.get(block["block_id"], {}).get(element.get("action_id", ""), {})
        content = next((value for name, value in entry.items() if name != "type"), None)
        if not content and not block.get("optional"):
            errors[block["block_id"]] = REQUIRED
        elif isinstance(content, str) and len(content) > element.get("max_length", 3000):
            errors[block["block_id"]] = f"Must be at most {element.get('max_length', 3000)} characters."
        elif isinstance(content, str) and content and len(content) < element.get("min_length", 0):
            errors[block["block_id"]] = f"Must be at least {element['min_length']} characters."
    return errors
