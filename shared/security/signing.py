"""Webhook signatures: `Recoup-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`.

The time is the wall clock's, not the business clock's: it limits how long a captured request can be replayed,
and an accelerated simulation does not shorten that. During a rotation both keys are configured: the first one
signs, any of them verifies.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

SIGNATURE_HEADER = "Recoup-Signature"
_SCHEME = "v1"
_MIN_KEY_BYTES = 16
_MAX_HEADER = 2048


class SignatureError(Exception):
    """The request is not proven to come from a holder of the key."""


class MalformedSignatureError(SignatureError):
    """The header is missing or not in the form above."""


class StaleSignatureError(SignatureError):
    """The signed time is outside the tolerance."""


class WrongSignatureError(SignatureError):
    """No key gives this signature for this body."""


class WebhookSigner:
    """Signs and verifies with HMAC-SHA256."""

    def __init__(self, keys: Sequence[bytes], tolerance: timedelta = timedelta(minutes=5)) -> None:
        """`keys`: at least one, the signing key first, 16 bytes or more each; else ValueError."""
        if not keys or any(len(key) < _MIN_KEY_BYTES for key in keys):
            raise ValueError(f"webhook keys: at least one, {_MIN_KEY_BYTES} bytes or more each")
        self._keys = tuple(keys)
        self._tolerance = tolerance.total_seconds()

    def sign(self, body: bytes, now: datetime | None = None) -> str:
        """The header's value for a body."""
        moment = int((now or datetime.now(UTC)).timestamp())
        return f"t={moment},{_SCHEME}={_mac(self._keys[0], moment, body)}"

    def verify(self, header: str | None, body: bytes, now: datetime | None = None) -> None:
        """Raise a SignatureError unless the header proves the body."""
        moment, signatures = _parse(header)
        if abs((now or datetime.now(UTC)).timestamp() - moment) > self._tolerance:
            raise StaleSignatureError("the signature's time is outside the tolerance")
        expected = [_mac(key, moment, body).encode() for key in self._keys]
        # Every pair is compared, whatever matched before: the time taken tells nothing about the keys.
        matches = [hmac.compare_digest(have, want) for have in signatures for want in expected]
        if not any(matches):
            raise WrongSignatureError("the signature does not match the body")


def _mac(key: bytes, moment: int, body: bytes) -> str:
    return hmac.new(key, str(moment).encode() + b"." + body, hashlib.sha256).hexdigest()


def _parse(header: str | None) -> tuple[int, list[bytes]]:
    if not header or len(header) > _MAX_HEADER:
        raise MalformedSignatureError("the signature header is missing or too long")
    parts = [part.strip().partition("=") for part in header.split(",")]
    moments = [value for name, _, value in parts if name == "t"]
    signatures = [value.encode() for name, _, value in parts if name == _SCHEME]
    if len(moments) != 1 or not signatures or not (moments[0].isascii() and moments[0].isdigit()):
        raise MalformedSignatureError("the signature header is not of the form t=...,v1=...")
    if len(moments[0]) > 12:
        raise MalformedSignatureError("the signature's time is not a time")
    return int(moments[0]), signatures
