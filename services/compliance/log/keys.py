"""Signer and verifier keys of signed notes (C2SP signed-note, tlog-cosignature).

A verifier key is written `<name>+<key id in hex>+<base64 of type and public key>`; a signer key the
same way behind `PRIVATE+KEY+`, with the seed in place of the public key. The key id names a key, it
protects nothing: the public key does.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.compliance.log.base64_text import decode_base64, encode_base64
from services.compliance.log.errors import KeyFormatError, NoteError

_PRIVATE_PREFIX = "PRIVATE+KEY+"
_KEY_SIZE = 32
_TIMESTAMP_SIZE = 8
_MAX_TIMESTAMP = 2**63 - 1


class SignatureType(IntEnum):
    """The signature type byte: what the key signs and how."""

    ED25519 = 0x01
    COSIGNATURE_V1 = 0x04


class Signature(NamedTuple):
    """One signature of a note; a cosignature's `value` starts with its timestamp."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def seconds(self) -> int:
        """When a cosignature was made, in seconds since 1970; meaningless for other types."""
        return int.from_bytes(self.value[:_TIMESTAMP_SIZE], "big")


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key that somebody trusts under a name."""

    name: str
    kind: SignatureType
    public_key: bytes

    def __post_init__(self) -> None:
        require_key_name(self.name)
        if len(self.public_key) != _KEY_SIZE:
            raise KeyFormatError(f"an Ed25519 public key has {_KEY_SIZE} bytes")

    @classmethod
    def parse(cls, text: str) -> "Verifier":
        """Read a verifier key string; KeyFormatError where it is not exactly one."""
        name, key_id, kind, key = _split_key(text)
        verifier = cls(name, kind, key)
        _require_key_id(key_id, verifier.key_id)
        return verifier

    def encode(self) -> str:
        """The verifier key string, as other C2SP tools read it."""
        return _join_key(self.name, self.key_id, self.kind, self.public_key)

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name || newline || type || public key)."""
        identity = self.name.encode() + b"\n" + bytes([self.kind]) + self.public_key
        return hashlib.sha256(identity).digest()[:4]

    def accepts(self, text: str, signature: Signature) -> bool:
        """Whether `signature` is this key's signature of the note text `text`."""
        message, value = text.encode(), signature.value
        if self.kind is SignatureType.COSIGNATURE_V1:
            seconds = signature.seconds
            if seconds > _MAX_TIMESTAMP:
                return False
            message, value = cosigned_message(text, seconds), value[_TIMESTAMP_SIZE:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(value, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """A private key under a name: a log's own (ED25519) or a witness's (COSIGNATURE_V1)."""

    def __init__(self, name: str, seed: bytes, kind: SignatureType = SignatureType.ED25519) -> None:
        if len(seed) != _KEY_SIZE:
            raise KeyFormatError(f"an Ed25519 seed has {_KEY_SIZE} bytes")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, kind, self._key.public_key().public_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> "Signer":
        """Read a signer key string; KeyFormatError (without the key in it) where it is not exactly one."""
        if not text.startswith(_PRIVATE_PREFIX):
            raise KeyFormatError("not a signer key")
        name, key_id, kind, seed = _split_key(text.removeprefix(_PRIVATE_PREFIX))
        signer = cls(name, seed, kind)
        _require_key_id(key_id, signer.verifier.key_id)
        return signer

    def encode(self) -> str:
        """The signer key string: a secret."""
        key = self.verifier
        return _PRIVATE_PREFIX + _join_key(key.name, key.key_id, key.kind, self._key.private_bytes_raw())

    def sign(self, text: str) -> Signature:
        """Sign a note text as the log does."""
        self._require_kind(SignatureType.ED25519)
        return Signature(self.verifier.name, self.verifier.key_id, self._key.sign(text.encode()))

    def cosign(self, text: str, at: datetime) -> Signature:
        """Sign a checkpoint's text as a witness that saw it, consistent, at `at` (aware; whole seconds)."""
        self._require_kind(SignatureType.COSIGNATURE_V1)
        seconds = int(at.timestamp())
        value = seconds.to_bytes(_TIMESTAMP_SIZE, "big") + self._key.sign(cosigned_message(text, seconds))
        return Signature(self.verifier.name, self.verifier.key_id, value)

    def _require_kind(self, kind: SignatureType) -> None:
        if self.verifier.kind is not kind:
            raise NoteError(f"a key of type {self.verifier.kind.name} makes no {kind.name} signature")


def cosigned_message(text: str, seconds: int) -> bytes:
    """What a witness signs: header, time in seconds since 1970, and the checkpoint's whole text."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def require_key_name(name: str) -> None:
    """KeyFormatError unless `name` is non-empty, without Unicode spaces, control characters and plus."""
    if not name or any(char == "+" or char.isspace() or char < " " for char in name):
        raise KeyFormatError("a key name is non-empty and has neither spaces nor plus")


def _split_key(text: str) -> tuple[str, str, SignatureType, bytes]:
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise KeyFormatError("a key has a name, an id and a value")
    name, key_id, value = parts
    try:
        kind, *key = decode_base64(value)
        return name, key_id, SignatureType(kind), bytes(key)
    except ValueError:
        raise KeyFormatError("the key's value is not base64 of a known type and a key") from None


def _join_key(name: str, key_id: bytes, kind: SignatureType, key: bytes) -> str:
    return f"{name}+{key_id.hex()}+{encode_base64(bytes([kind]) + key)}"


def _require_key_id(written: str, computed: bytes) -> None:
    if written != computed.hex():
        raise KeyFormatError("the key id does not belong to this name and key")
