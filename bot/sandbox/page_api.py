"""What the sandbox's own page reads and does; only the page that this server handed out may."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import Callable, Coroutine
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox import forms
from bot.sandbox.clock import Plan, ReadPlan
from bot.sandbox.interactions import Interactions
from bot.sandbox.model import Json, Message, Refusal, User, View
from bot.sandbox.snapshot import Snapshot
from bot.sandbox.world import World

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws://{host}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


class PageApi:
    """Serves the page and its calls. `session` is the secret embedded in the page."""

    def __init__(self, world: World, interactions: Interactions, snapshot: Snapshot, session: str) -> None:
        self._world = world
        self._interactions = interactions
        self._snapshot = snapshot
        self._session = session
        # The app knows what it will post: whoever composes it with the sandbox sets this.
        self.read_plan: ReadPlan = Plan
        self._watchers: set[asyncio.Event] = set()
        self._doings: dict[str, Callable[[User, Json], Coroutine[Any, Any, Json | None]]] = {
            "say": self._say,
            "command": self._command,
            "act": self._act,
            "submit": self._submit,
            "close": self._close,
            "open_app": self._open_app,
            "dismiss": self._dismiss,
            "advance": self._advance,
            "suggest": self._suggest,
        }

    # -- files ----------------------------------------------------------------------------------------------------

    async def index(self, request: Request) -> Response:
        """The page, with its session embedded."""
        text = _asset("index.html").replace("{{session}}", self._session)
        policy = CONTENT_SECURITY_POLICY.format(host=request.headers["host"])
        return Response(text, media_type="text/html", headers=_HEADERS | {"Content-Security-Policy": policy})

    async def asset(self, request: Request) -> Response:
        """A style sheet or a module of the page."""
        name = request.path_params["name"]
        if name not in {entry.name for entry in files("bot.sandbox").joinpath("page").iterdir()}:
            return PlainTextResponse("not found", 404)
        return Response(_asset(name), media_type=_TYPES[name.rsplit(".", 1)[-1]], headers=_HEADERS)

    # -- what changes ---------------------------------------------------------------------------------------------

    def allowed(self, connection: HTTPConnection, session: str) -> bool:
        """Whether a request comes from the page this server handed out."""
        origin, host = connection.headers.get("origin"), connection.headers.get("host", "")
        return origin in (None, f"http://{host}") and hmac.compare_digest(session, self._session)

    def wake(self) -> None:
        """Tell every open page that something changed."""
        for watcher in self._watchers:
            watcher.set()

    async def changes(self, socket: WebSocket) -> None:
        """A WebSocket that says when to look again."""
        if not self.allowed(socket, socket.query_params.get("session", "")):
            await socket.close(1008)
            return
        await socket.accept()
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        closed = asyncio.ensure_future(socket.receive())
        try:
            await self._tell(socket, watcher, closed)
        finally:
            self._watchers.discard(watcher)
            closed.cancel()

    async def _tell(self, socket: WebSocket, watcher: asyncio.Event, closed: asyncio.Future[Any]) -> None:
        while not closed.done():
            waiting = asyncio.ensure_future(watcher.wait())
            await asyncio.wait({waiting, closed}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if closed.done():
                return
            watcher.clear()
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                await socket.send_json({"changed": True})
            await asyncio.sleep(0.05)  # several changes in a row are one look

    async def state(self, request: Request) -> Response:
        """What one person sees."""
        if not self.allowed(request, request.headers.get("x-sandbox-session", "")):
            return JSONResponse({"error": "not from this page"}, 403)
        query = request.query_params
        user = self._world.users.get(query.get("user", ""))
        if user is None:
            return JSONResponse({"error": "no such person"}, 404)
        shown = self._snapshot.of(user, query.get("channel", ""), query.get("thread") or None)
        plan = await asyncio.to_thread(self.read_plan)
        nudge = plan.next_nudge
        next_nudge = {"at": nudge.at.isoformat(), "channel": nudge.channel} if nudge else None
        return JSONResponse(shown | {"next_nudge": next_nudge, "anything_open": plan.anything_open})

    async def do(self, request: Request) -> Response:
        """One doing of one person, by name."""
        if not self.allowed(request, request.headers.get("x-sandbox-session", "")):
            return JSONResponse({"error": "not from this page"}, 403)
        try:
            body = await request.json()
            result = await self._doings[body["do"]](self._world.users[body["user"]], body)
        except Refusal as refusal:
            return JSONResponse({"error": refusal.code}, 409)
        except (KeyError, ValueError, TypeError, LookupError):
            return JSONResponse({"error": "that is not there any more"}, 400)
        return JSONResponse({"ok": True} | (result or {}))

    # -- doings ---------------------------------------------------------------------------------------------------

    async def _say(self, user: User, body: Json) -> None:
        await self._interactions.say(user, self._world.channels[body["channel"]], body["text"], body.get("thread"))

    async def _command(self, user: User, body: Json) -> None:
        await self._interactions.command(user, self._world.channels[body["channel"]], body["text"])

    def _source(self, user: User, body: Json) -> Message | View:
        if view_id := body.get("view"):
            view = self._world.find_view(view_id)
            if view is None or view.user != user.id:
                raise LookupError(view_id)
            return view
        message = self._world.find(self._world.channels[body["channel"]], body["ts"])
        if message is None or message.visible_to not in (None, user.id):
            raise LookupError(body["ts"])
        return message

    async def _act(self, user: User, body: Json) -> None:
        source = self._source(user, body)
        blocks = source.fillable_blocks if isinstance(source, View) else source.blocks
        block, element = _element(blocks, body)
        action = forms.action(block, element, body.get("value"))
        values = forms.values(blocks, body.get("values", {}))
        await self._interactions.act(user, action, source, values)

    async def _submit(self, user: User, body: Json) -> None:
        view = self._world.stack(user.id)[-1]
        await self._interactions.submit(user, view, forms.values(view.fillable_blocks, body.get("values", {})))

    async def _suggest(self, user: User, body: Json) -> Json:
        source = self._source(user, body)
        if not isinstance(source, View):
            raise Refusal("no_suggestions_in_messages")
        block, element = _element(source.blocks, body)
        return {"options": await self._interactions.suggest(user, source, block, element, str(body["typed"]))}

    async def _close(self, user: User, body: Json) -> None:
        stack = self._world.stack(user.id)
        if stack:
            await self._interactions.close(user, stack[-1], whole_stack=bool(body.get("all")))

    async def _open_app(self, user: User, body: Json) -> None:
        await self._interactions.open_app(user, "home" if body.get("tab") == "home" else "messages")

    async def _dismiss(self, user: User, body: Json) -> None:
        message = self._source(user, body)
        if isinstance(message, Message) and message.visible_to == user.id:
            self._world.delete(message)

    async def _advance(self, user: User, body: Json) -> None:
        clock = self._world.clock
        if body.get("to"):
            clock.set(max(datetime.fromisoformat(body["to"]), clock.now()))
        elif body.get("date"):
            noon = datetime.combine(date.fromisoformat(body["date"]), time(12), ZoneInfo(user.tz))
            clock.set(max(noon, clock.now()))
        else:
            clock.advance(timedelta(days=min(max(int(body["days"]), 0), 3660)))
        self._world.changed()


def _element(blocks: list[Json], body: Json) -> tuple[Json, Json]:
    for block, element in forms.interactive(blocks):
        same = block.get("block_id") == body["block_id"] and element.get("action_id", "") == body["action_id"]
        if same and (element["type"] != "button" or element.get("value") == body.get("carries", element.get("value"))):
            return block, element
    raise LookupError(body["action_id"])


def _asset(name: str) -> str:
    return files("bot.sandbox").joinpath("page", name).read_text("utf-8")


_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
