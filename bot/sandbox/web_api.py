"""The Web API and response_url over HTTP: tokens, scopes, faults, and Slack's way of saying no."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox import chat_methods, directory_methods, view_methods  # noqa: F401  (they fill METHODS)
from bot.sandbox.calls import METHODS, Call, parse_arguments
from bot.sandbox.faults import Armed, Faults
from bot.sandbox.interactions import AppManifest
from bot.sandbox.model import Json, Refusal
from bot.sandbox.world import World

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Tokens:
    """What the app must show."""

    bot: str
    app: str


class WebApi:
    """Answers /api/METHOD and /response/KEY. `new_socket_url` gives an address for one Socket Mode connection."""

    def __init__(
        self,
        *,
        world: World,
        manifest: AppManifest,
        faults: Faults,
        tokens: Tokens,
        new_socket_url: Callable[[], str],
        cut: Callable[[Request], None],
    ) -> None:
        self.calls: list[str] = []
        self._world = world
        self._manifest = manifest
        self._faults = faults
        self._tokens = tokens
        self._new_socket_url = new_socket_url
        self._cut = cut

    async def call(self, request: Request) -> Response:
        """One Web API call, faults included."""
        name = request.path_params["method"]
        body = await request.body()
        self.calls.append(name)
        fault = self._faults.strike_call(name)
        if fault and (early := await self._before(fault)):
            return early
        answer = self._answer(request, name, body)
        if fault and fault.name == "accepted_without_reply":
            self._cut(request)
        if fault and fault.name == "server_error_after":
            return PlainTextResponse("the server failed after the call was accepted", 500)
        return JSONResponse(answer, headers={"x-oauth-scopes": ",".join(self._manifest.scopes)})

    async def _before(self, fault: Armed) -> Response | None:
        if fault.name == "rate_limited":
            headers = {"Retry-After": str(max(1, round(fault.seconds)))}
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers)
        if fault.name == "server_error":
            return PlainTextResponse("the server failed", 500)
        if fault.name == "refused":
            return JSONResponse({"ok": False, "error": fault.code})
        if fault.name == "slow":
            await asyncio.sleep(fault.seconds)
        return None

    def _answer(self, request: Request, name: str, body: bytes) -> Json:
        try:
            arguments = parse_arguments(request.headers.get("content-type", ""), body, request.url.query)
            self._authorise(name, request.headers.get("authorization", ""), arguments)
            return {"ok": True} | self._run(name, Call(self._world, arguments, str(request.base_url).rstrip("/")))
        except Refusal as refusal:
            logger.debug("%s refused: %s", name, refusal.code)
            return refusal.body

    def _authorise(self, name: str, header: str, arguments: Json) -> None:
        given = header.removeprefix("Bearer ").strip() or str(arguments.pop("token", ""))
        arguments.pop("token", None)
        if name == "api.test":
            return
        if not given:
            raise Refusal("not_authed")
        if given not in (self._tokens.bot, self._tokens.app):
            raise Refusal("invalid_auth")
        if given != (self._tokens.app if name == "apps.connections.open" else self._tokens.bot):
            raise Refusal("not_allowed_token_type")

    def _run(self, name: str, call: Call) -> Json:
        if name == "apps.connections.open":
            return {"url": self._new_socket_url()}
        method = METHODS.get(name)
        if method is None:
            raise Refusal("unknown_method", req_method=name)
        if method.scopes and not set(method.scopes) & set(self._manifest.scopes):
            raise Refusal("missing_scope", needed=method.scopes[0], provided=",".join(self._manifest.scopes))
        answer = method.answer(call)
        return self._late(answer) if name in ("conversations.history", "conversations.replies") else answer

    def _late(self, answer: Json) -> Json:
        fault = self._faults.strike("late_history")
        if fault is None:
            return answer
        newest = (self._world.clock.now() - timedelta(seconds=fault.seconds)).timestamp()
        return answer | {"messages": [message for message in answer["messages"] if float(message["ts"]) <= newest]}

    async def respond(self, request: Request) -> Response:
        """An answer to a response_url."""
        try:
            body = parse_arguments(request.headers.get("content-type", ""), await request.body(), "")
            chat_methods.respond(self._world, request.path_params["key"], body, str(request.base_url).rstrip("/"))
        except Refusal as refusal:
            late = refusal.code in ("expired_url", "used_url")
            return JSONResponse(refusal.body, 404 if late else 200)
        return PlainTextResponse("ok")
