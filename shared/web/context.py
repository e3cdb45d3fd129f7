"""What surrounds each request: its id and trace, the access log, the figures, the security headers.

The access log names the route, not the path, and has no query string: both may hold what a person typed.
"""

from __future__ import annotations

import re
import secrets
from time import perf_counter

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry.logs import bound, get_logger
from shared.telemetry.metrics import http_request_duration_seconds
from shared.telemetry.tracing import continue_trace, current_trace
from shared.web.errors import internal_problem

_log = get_logger(__name__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET_ROUTES = frozenset({"/health/live", "/health/ready", "/metrics"})
_SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class RequestContext:
    """ASGI middleware, the outermost one: it also answers for exceptions that nothing else handled."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        trace = continue_trace(headers.get("traceparent"))
        request_id = _request_id(headers.get("x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        token = current_trace.set(trace)
        try:
            with bound(request_id=request_id, trace_id=trace.trace_id):
                await self._run(scope, receive, send, request_id)
        finally:
            current_trace.reset(token)

    async def _run(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started = perf_counter()
        status = 0

        async def finish(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, request_id)
            await send(message)

        try:
            await self._app(scope, receive, finish)
        except Exception:
            _log.exception("unhandled_exception", route=route_of(scope))
            if status:
                raise
            await internal_problem().response()(scope, receive, finish)
        finally:
            self._record(scope, status, perf_counter() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_of(scope)
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        http_request_duration_seconds.labels(self._service, method, route, str(status)).observe(seconds)
        if route not in _QUIET_ROUTES:
            _log.info(
                "http_request",
                method=method,
                route=route,
                status=status,
                duration_ms=round(seconds * 1000, 1),
            )


def _request_id(offered: str | None) -> str:
    return offered if offered and _REQUEST_ID.fullmatch(offered) else secrets.token_hex(16)


def route_of(scope: Scope) -> str:
    """The route of a request as it was declared, without what its path holds; else `unmatched`."""
    effective = scope.get("fastapi", {}).get("effective_route_context")
    path = getattr(effective, "path", None) or getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "unmatched"


def _add_headers(message: Message, request_id: str) -> None:
    headers = MutableHeaders(raw=message.setdefault("headers", []))
    headers["X-Request-ID"] = request_id
    for name, value in _SECURITY_HEADERS.items():
        headers.setdefault(name, value)
