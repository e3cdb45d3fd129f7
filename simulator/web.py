"""Just enough HTTP: exact paths, whole bodies, JSON. Bare ASGI, for the gateway must be fast."""

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

import msgspec

from shared.telemetry.logs import get_logger

_log = get_logger(__name__)
_LARGEST_BODY = 4 * 1024 * 1024
_encoder = msgspec.json.Encoder()

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Response(NamedTuple):
    """What a handler answers."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


Handler = Callable[[bytes], Awaitable[Response]]


class Lock(NamedTuple):
    """A header that must have this value."""

    header: bytes
    value: bytes

    def opens(self, headers: list[tuple[bytes, bytes]]) -> bool:
        """Whether a request with these headers may pass."""
        given = next((value for name, value in headers if name == self.header), b"")
        return hmac.compare_digest(given, self.value)


class Route(NamedTuple):
    """A handler of the body, of the query string for a GET, behind its lock; None: open to all."""

    handler: Handler
    lock: Lock | None = None


def answer(value: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(status, _encoder.encode(value))


def refuse(status: int, why: str, *headers: tuple[bytes, bytes]) -> Response:
    """An answer that says why not."""
    return Response(status, _encoder.encode({"error": why}), headers)


class Site:
    """An ASGI application of exact routes."""

    def __init__(self, routes: dict[tuple[str, str], Route]) -> None:
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        assert scope["type"] == "http", "served without lifespan and websockets"
        response = await self._respond(scope, receive)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(response.body)),
            *response.headers,
        ]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})

    async def _respond(self, scope: Scope, receive: Receive) -> Response:
        route = self._routes.get((scope["method"], scope["path"]))
        if route is None:
            return refuse(404, "there is nothing here")
        if route.lock is not None and not route.lock.opens(scope["headers"]):
            return refuse(401, "the credential is missing or wrong")
        body = await _body(receive)
        if body is None:
            return refuse(413, f"a body may have {_LARGEST_BODY} bytes")
        if scope["method"] == "GET":
            body = scope["query_string"]
        try:
            return await route.handler(body)
        except msgspec.ValidationError as error:
            return refuse(422, str(error))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return refuse(400, "the body is not JSON")
        except Exception:
            _log.exception("request.failed", path=scope["path"])
            return refuse(500, "the simulator has a fault")


async def _body(receive: Receive) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > _LARGEST_BODY:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)
