"""views.* of the Web API: modals and the Home tab."""

from __future__ import annotations

from bot.sandbox.blocks import check_view
from bot.sandbox.calls import Call, method
from bot.sandbox.model import Json, Refusal, View


def _open(call: Call, *, push: bool) -> Json:
    body = check_view(call.structure("view"), "modal")
    trigger = call.world.use_trigger(call.required("trigger_id", "invalid_trigger_id"))
    if push and trigger.view is None:
        raise Refusal("no_view_to_push_onto")
    return {"view": call.world.open_view(trigger.user, body, push=push).to_slack()}


@method("views.open")
def views_open(call: Call) -> Json:
    """A modal, within three seconds of what asked for it."""
    return _open(call, push=False)


@method("views.push")
def views_push(call: Call) -> Json:
    """A modal over the one it was asked for from; three at most."""
    return _open(call, push=True)


def _check_hash(call: Call, view: View) -> None:
    if call.text("hash") and call.text("hash") != view.hash:
        raise Refusal("hash_conflict")


@method("views.update")
def views_update(call: Call) -> Json:
    """Other content for an open view; `hash` guards against overtaking."""
    view = call.world.find_view(call.text("view_id") or None, call.text("external_id") or None)
    if view is None:
        raise Refusal("not_found")
    body = check_view(call.structure("view"), str(view.body["type"]))
    _check_hash(call, view)
    call.world.update_view(view, body)
    return {"view": view.to_slack()}


@method("views.publish")
def views_publish(call: Call) -> Json:
    """The Home tab of one user."""
    user = call.required("user_id")
    if user not in call.world.users:
        raise Refusal("user_not_found")
    body = check_view(call.structure("view"), "home")
    if user in call.world.homes:
        _check_hash(call, call.world.homes[user])
    return {"view": call.world.publish_home(user, body).to_slack()}
