"""Bodies too large to hold: kept away from the guard that reads a body whole, for the route to stream.

The guard then sees an empty body. Nothing is read before the route has found who is calling.
"""

from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass
from typing import IO

from python_multipart.exceptions import FormParserError
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problems import BadRequest, Problem

STATE = "streamed_body"
_LONGEST_DOCUMENT = 256 * 1024
_LENGTH_HEADERS = (b"content-length", b"transfer-encoding")


@dataclass(frozen=True, slots=True)
class Body:
    """A body that nobody has read yet; `declared` is its length as the header says."""

    receive: Receive
    declared: int | None


class StreamedBodies:
    """ASGI middleware, outside of all others: `app.add_middleware(StreamedBodies, paths=("/uploads",))`."""

    def __init__(self, app: ASGIApp, paths: Collection[str]) -> None:
        self._app = app
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] not in self._paths:
            return await self._app(scope, receive, send)
        declared = Headers(scope=scope).get("content-length", "")
        length = int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 16 else None
        state = {**scope.get("state", {}), STATE: Body(receive, length)}
        kept = [(name, value) for name, value in scope["headers"] if name.lower() not in _LENGTH_HEADERS]
        pending: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def nothing() -> Message:
            return pending.pop() if pending else await receive()

        return await self._app({**scope, "state": state, "headers": kept}, nothing, send)


async def read_form(request: Request, limit: int) -> tuple[str, IO[bytes], str]:
    """The text `document`, the file and its name, of a form in `multipart/form-data`.

    The file lies in a temporary file without a name. Problem 413 above `limit` bytes, BadRequest for what is
    no such form.
    """
    body = getattr(request.state, STATE, None)
    if not isinstance(body, Body):
        raise RuntimeError("StreamedBodies is not installed")
    if body.declared is not None and body.declared > limit:
        raise _too_large(limit)
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise BadRequest("Send multipart/form-data with the parts document and file.", slug="no-form")
    parser = MultiPartParser(
        request.headers,
        _limited(body.receive, limit),
        max_files=1,
        max_fields=1,
        max_part_size=_LONGEST_DOCUMENT,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, FormParserError, KeyError):
        raise BadRequest(
            "The form cannot be read; it has the parts document and file.", slug="no-form"
        ) from None
    except ClientDisconnect:
        raise BadRequest("The body ended early.", slug="no-form") from None
    document, file = form.get("document"), form.get("file")
    if not isinstance(document, str) or not isinstance(file, UploadFile):
        raise BadRequest("The form has a text part document and a file part file.", slug="no-form")
    return document, file.file, file.filename or ""


async def _limited(receive: Receive, limit: int) -> AsyncGenerator[bytes, None]:
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        block = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(block)
        if size > limit:
            raise _too_large(limit)
        yield block
    yield b""


def _too_large(limit: int) -> Problem:
    detail = f"At most {limit} bytes are accepted; split the file."
    return Problem(413, "too-large", "The body is too large", detail, headers={"Connection": "close"})
