"""Signed notes and checkpoints of the audit log, and the keys that are believed (C2SP signed-note)."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.reporting.console.proving.tree import ProofError

LOG, WITNESS = 1, 4
"""Signature types: a log's own, and a witness's with its time."""
_DASH = "\N{EM DASH} "
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Key:
    """A public key under a name."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `<name>+<id>+<base64>`; ValueError where it is none."""
        name, _, rest = text.strip().partition("+")
        given_id, _, blob = rest.partition("+")
        raw = b64decode(blob, validate=True)
        if not name or len(raw) != 33 or raw[0] not in (LOG, WITNESS):
            raise ValueError("not a verifier key")
        key = cls(name, raw[0], raw[1:])
        if key.id.hex() != given_id:
            raise ValueError("the id of the verifier key does not fit")
        return key

    @property
    def id(self) -> bytes:
        """What signature lines name the key by."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    @property
    def fingerprint(self) -> str:
        """The public key, to be compared by eye."""
        return b64encode(self.public).decode()

    def signed(self, text: str, value: bytes) -> bool:
        """Whether `value` is this key's signature of a note's text."""
        message = text.encode()
        if self.kind == WITNESS:
            message = f"cosignature/v1\ntime {int.from_bytes(value[:8], 'big')}\n{text}".encode()
            value = value[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(value, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """Whose signatures are believed; `log` is None where nobody has said."""

    log: bytes | None = None
    witnesses: tuple[Key, ...] = ()

    @classmethod
    def read(cls, log: str | None, witnesses: Iterable[str]) -> Self:
        """From the settings; ValueError where a key is none."""
        return cls(None if log is None else _public(log), tuple(Key.parse(text) for text in witnesses))


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A witness that saw the checkpoint; `seconds` since 1970. `trusted`: with a key that is believed."""

    name: str
    seconds: int
    trusted: bool


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed state of a log, its signature checked."""

    origin: str
    size: int
    root: bytes
    note: str
    """As it was signed, with all signatures."""
    cosignatures: tuple[Cosignature, ...]

    @property
    def state(self) -> tuple[int, bytes]:
        """Size and root."""
        return self.size, self.root


def open_checkpoint(data: bytes, log_key: Key, witnesses: Iterable[Key] = ()) -> Checkpoint:
    """The checkpoint of a note that `log_key` signed; ProofError otherwise.

    A believed witness's bad signature spoils the note; cosignatures of others are listed untrusted.
    """
    text, lines = _parts(data)
    known = {(key.name, key.id): key for key in witnesses}
    is_signed, cosigned = False, []
    for line in lines:
        name, key_id, value = _signature(line)
        if (name, key_id) == (log_key.name, log_key.id):
            if not log_key.signed(text, value):
                raise ProofError("the log's signature is wrong")
            is_signed = True
            continue
        witness = known.get((name, key_id))
        if witness is not None and not witness.signed(text, value):
            raise ProofError(f"the cosignature of {name} is wrong")
        cosigned.append(Cosignature(name, int.from_bytes(value[:8], "big"), witness is not None))
    if not is_signed:
        raise ProofError("the log's key did not sign this checkpoint")
    return _checkpoint(text, log_key.name, data.decode(), tuple(cosigned))


def decoded(text: str) -> bytes:
    """A hash in base64; ProofError where it is none."""
    try:
        digest = b64decode(text, validate=True)
    except ValueError:
        raise ProofError("a hash is not base64") from None
    if len(digest) != 32:
        raise ProofError("a hash has not 32 bytes")
    return digest


def _checkpoint(text: str, origin: str, note: str, cosigned: tuple[Cosignature, ...]) -> Checkpoint:
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not (lines[1].isascii() and lines[1].isdigit()):
        raise ProofError("the checkpoint is malformed")
    if lines[0] != origin:
        raise ProofError("the checkpoint is of another log")
    return Checkpoint(lines[0], int(lines[1]), decoded(lines[2]), note, cosigned)


def _parts(data: bytes) -> tuple[str, list[str]]:
    try:
        whole = data[:_LONGEST].decode()
    except UnicodeDecodeError:
        raise ProofError("the checkpoint is not text") from None
    text, separator, signatures = whole.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise ProofError("the checkpoint has no signature")
    return f"{text}\n", signatures.removesuffix("\n").split("\n")


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, blob = line.removeprefix(_DASH).partition(" ")
    try:
        raw = b64decode(blob, validate=True)
    except ValueError:
        raw = b""
    if not line.startswith(_DASH) or len(raw) < 5:
        raise ProofError("a signature line is malformed")
    return name, raw[:4], raw[4:]


def _public(text: str) -> bytes:
    if "+" in text.rstrip("=") and text.count("+") >= 2 and not _is_raw(text):
        return Key.parse(text).public
    raw = b64decode(text, validate=True)
    if len(raw) != 32:
        raise ValueError("console_log_key is neither a verifier key nor base64 of 32 bytes")
    return raw


def _is_raw(text: str) -> bool:
    """Whether it is base64 of 32 bytes, which may hold plus signs as well."""
    return len(text) == 44 and text.endswith("=")
