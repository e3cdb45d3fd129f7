"""API keys: random, shown once, configured only as SHA-256 digests.

A key has 256 random bits, so a plain digest is enough: there is nothing to guess, unlike with a password.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping

import msgspec

from shared.security.principals import Principal

_PREFIX = "rk_"


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    subject: str
    scopes: list[str]
    roles: list[str] = []


def new_api_key() -> str:
    """A new key, to be shown to its owner once."""
    return _PREFIX + secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    """What the settings hold in place of the key."""
    return hashlib.sha256(key.encode()).hexdigest()


class ApiKeys:
    """The configured keys by digest."""

    def __init__(self, by_digest: Mapping[str, Principal]) -> None:
        self._by_digest = dict(by_digest)

    @classmethod
    def from_json(cls, text: str) -> ApiKeys:
        """Read `{"<sha256 hex>": {"subject": "", "scopes": [], "roles": []}}`; ValueError otherwise."""
        try:
            entries = msgspec.json.decode(text, type=dict[str, _Entry])
        except msgspec.MsgspecError as error:
            raise ValueError(f"API keys: {error}") from None
        if any(len(digest) != 64 or digest.strip("0123456789abcdef") for digest in entries):
            raise ValueError("API keys: each name must be a SHA-256 digest in lower-case hex")
        return cls(
            {
                digest: Principal(entry.subject, frozenset(entry.scopes), frozenset(entry.roles))
                for digest, entry in entries.items()
            }
        )

    def principal(self, key: str) -> Principal | None:
        """The key's owner, or None. The look-up is by digest, so its timing tells nothing about keys."""
        return self._by_digest.get(digest_of(key))


def api_keys_json(principals: Mapping[str, Principal]) -> str:
    """The setting's text for keys in clear and their owners; used where a stack makes its own keys."""
    return msgspec.json.encode(
        {
            digest_of(key): _Entry(owner.subject, sorted(owner.scopes), sorted(owner.roles))
            for key, owner in principals.items()
        }
    ).decode()
