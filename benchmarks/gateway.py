"""A tiny SMS gateway for the peer: takes messages, answers accepted, remembers idempotency keys.

`python -m benchmarks.gateway`; speaks the same HTTP as the SMS adapter expects, and does nothing else, so it
costs the peer less than the platform's simulated world costs the platform.
"""

import os
from typing import Any

import msgspec
import uvicorn

_known: dict[str, str] = {}


class _Message(msgspec.Struct):
    idempotency_key: str


class _Messages(msgspec.Struct):
    messages: list[_Message]


_decode = msgspec.json.Decoder(_Messages).decode


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        part = await receive()
        body, more = body + part.get("body", b""), part.get("more_body", False)
    return body


def _accept(message: _Message) -> dict[str, str]:
    key = message.idempotency_key
    provider_id = _known.setdefault(key, f"sms-{len(_known)}")
    return {
        "idempotency_key": key,
        "status": "accepted",
        "provider_id": provider_id,
        "cost": "0.05",
        "currency": "CNY",
    }


async def app(scope: Any, receive: Any, send: Any) -> None:
    """POST /messages; GET anything says that it is there."""
    if scope["type"] != "http":
        return
    answer: object = {"status": "ok"}
    if scope["method"] == "POST":
        answer = {"results": [_accept(message) for message in _decode(await _body(receive)).messages]}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(answer)})


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["BENCH_PORT"]), log_level="error")
