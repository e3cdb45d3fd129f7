"""Turns away what no route should see: oversized bodies, NUL characters and text that is not UTF-8.

PostgreSQL text cannot hold NUL, and text that is not UTF-8 cannot be stored either: both would surface deep
in a store as a server error. The body is read here, within the limit, before the application runs.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problems import BadRequest, Problem


class RequestGuard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, body_limit: int) -> None:
        """`body_limit` in bytes."""
        self._app = app
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        try:
            _check_target(scope)
            replay = await self._read_body(scope, receive)
        except Problem as problem:
            return await problem.response()(scope, receive, send)
        return await self._app(scope, replay, send)

    async def _read_body(self, scope: Scope, receive: Receive) -> Receive:
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "0")
        if not (declared.isascii() and declared.isdigit()):
            raise BadRequest("Content-Length is not a number.")
        if len(declared) > 15 or int(declared) > self._body_limit:
            raise self._too_large()
        if declared == "0" and "transfer-encoding" not in headers and scope["method"] in ("GET", "HEAD"):
            return receive
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return _once(message, receive)
            parts.append(message.get("body", b""))
            size, more = size + len(parts[-1]), message.get("more_body", False)
            if size > self._body_limit:
                raise self._too_large()
        body = b"".join(parts)
        _check_body(body, headers.get("content-type", ""))
        return _once({"type": "http.request", "body": body, "more_body": False}, receive)

    def _too_large(self) -> Problem:
        detail = f"At most {self._body_limit} bytes are accepted."
        # The rest of the body is not read, so the connection cannot be used again.
        return Problem(413, "too-large", "The body is too large", detail, headers={"Connection": "close"})


def _once(first: Message, receive: Receive) -> Receive:
    pending = [first]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay


def _check_target(scope: Scope) -> None:
    raw_path = (scope.get("raw_path") or scope["path"].encode(errors="surrogateescape")).split(b"?")[0]
    for part, name in ((raw_path, "path"), (scope["query_string"], "query")):
        if b"%" not in part and part.isascii() and b"\0" not in part:
            continue
        text = unquote_to_bytes(part)
        if b"\0" in text:
            raise BadRequest(f"The {name} contains a NUL character.", slug="invalid-text")
        try:
            text.decode()
        except UnicodeDecodeError:
            raise BadRequest(f"The {name} is not UTF-8.", slug="invalid-text") from None


def _check_body(body: bytes, content_type: str) -> None:
    if "json" in content_type:
        bad = b"\0" in body or (b"\\u0000" in body and _has_nul(body))
    elif "form" in content_type:
        bad = b"\0" in body or b"%00" in body
    else:
        bad = False
    if bad:
        raise BadRequest("The body contains a NUL character.", slug="invalid-text")


def _has_nul(body: bytes) -> bool:
    try:
        pending: list[Any] = [json.loads(body)]
    except (ValueError, RecursionError):
        return False
    while pending:
        item = pending.pop()
        if isinstance(item, str) and "\0" in item:
            return True
        if isinstance(item, dict):
            pending += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            pending += item
    return False
