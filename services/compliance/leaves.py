"""The log's leaves: what each fact leaves behind for ever, without personal data.

A leaf is canonical JSON as `log.leaf` defines it. Here the schema is in the types, so the bytes come
straight from the encoder, some twenty times faster than by checking each value.
"""

from datetime import datetime
from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Any

import msgspec

from services.compliance.log.leaf import MIN_KEY_SIZE, SALT_SIZE

VERSION = 2
"""Of the schema. Leaves of version 1 have no `number`."""


class Leaf(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One fact. `id` names it for ever, `subject` is the person's pseudonym, `payload` a salted digest.

    `number` counts the leaves about the subject in this year's log, from 1 without gaps: whoever has all
    leaves about a person sees that none is missing. `records` are the ids of other leaves that it is about.
    """

    v: int
    id: str
    kind: str
    at: datetime
    subject: str
    ask: int | None = None
    channel: str | None = None
    contact: str | None = None
    dispatch: str | None = None
    effect: str | None = None
    hold: str | None = None
    number: int | None = None
    payload: str | None = None
    permit: str | None = None
    records: tuple[str, ...] = ()
    rule: str | None = None
    rules: tuple[str, ...] = ()
    ruleset: str | None = None
    until: datetime | None = None


_encoder = msgspec.json.Encoder(order="sorted")


def canonical(value: Any) -> bytes:
    """Compact JSON with sorted names, as RFC 8785 asks for; the value holds no floats."""
    return _encoder.encode(value)


def encode_leaf(leaf: Leaf) -> bytes:
    """The log entry of a leaf."""
    return _encoder.encode(leaf)


def digest_of(salt: bytes, body: bytes) -> str:
    """SHA-256(salt || body) in hex: what a leaf says of its payload."""
    return sha256(salt + body).hexdigest()


class Pseudonyms:
    """The names of persons in the log: HMAC-SHA256 under the bank's secret key."""

    def __init__(self, key: bytes) -> None:
        if len(key) < MIN_KEY_SIZE:
            raise ValueError(f"the subject key has at least {MIN_KEY_SIZE} bytes")
        self._key = key

    def of(self, person_id: str) -> str:
        """The pseudonym of a person, in hex."""
        return hmac_digest(self._key, person_id.encode(), "sha256").hex()


__all__ = ["SALT_SIZE", "VERSION", "Leaf", "Pseudonyms", "canonical", "digest_of", "encode_leaf"]
