"""Leaves: canonical bytes of a record, and the pseudonym and digest that stand for personal data.

Within the restricted schema (ASCII keys; strings, booleans, integers below 2**53, objects and lists
of them; no floats, no null) sorted compact JSON is byte for byte what RFC 8785 asks for.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping

from services.compliance.log.bundles import MAX_ENTRY_SIZE
from services.compliance.log.errors import LeafError

SALT_SIZE = 32
MIN_KEY_SIZE = 32

_INTEGER_LIMIT = 2**53
_MAX_DEPTH = 32


def canonical_json(record: Mapping[str, object]) -> bytes:
    """The canonical bytes of a record; LeafError outside the restricted schema.

    The error names keys, never values: those may be about a person.
    """
    _require_schema(record, "record")
    try:
        text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise LeafError("a string of the record is not Unicode text") from None


def encode_entry(record: Mapping[str, object]) -> bytes:
    """The log entry of a record: its canonical bytes, short enough for an entry bundle."""
    entry = canonical_json(record)
    if len(entry) > MAX_ENTRY_SIZE:
        raise LeafError(f"an entry has at most {MAX_ENTRY_SIZE} bytes, this one has {len(entry)}")
    return entry


def decode_entry(entry: bytes) -> dict[str, object]:
    """The record of an entry; LeafError unless these are exactly its canonical bytes."""
    try:
        record = json.loads(entry)
    except (ValueError, RecursionError):
        raise LeafError("the entry is not JSON") from None
    if not isinstance(record, dict) or canonical_json(record) != entry:
        raise LeafError("the entry is not canonical")
    return record


def subject_pseudonym(key: bytes, person_id: str) -> str:
    """The name of a person in the log: HMAC-SHA256 under the bank's secret `key`, in hex."""
    if len(key) < MIN_KEY_SIZE:
        raise LeafError(f"a pseudonym key has at least {MIN_KEY_SIZE} bytes")
    return hmac.new(key, person_id.encode(), hashlib.sha256).hexdigest()


def payload_digest(salt: bytes, payload: Mapping[str, object]) -> str:
    """What a leaf says of its payload: SHA-256(salt || canonical payload), in hex.

    Salt and payload live outside the log: once both are erased, the digest tells nothing, and
    every proof still holds.
    """
    if len(salt) != SALT_SIZE:
        raise LeafError(f"a payload's salt has {SALT_SIZE} bytes")
    return hashlib.sha256(salt + canonical_json(payload)).hexdigest()


def _require_schema(value: object, name: str, depth: int = 0) -> None:
    if depth > _MAX_DEPTH:
        raise LeafError(f"{name}: nested too deep")
    if isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if not -_INTEGER_LIMIT < value < _INTEGER_LIMIT:
            raise LeafError(f"{name}: an integer is below 2**53")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise LeafError(f"{name}: a key is an ASCII string")
            _require_schema(item, key, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _require_schema(item, name, depth + 1)
    else:
        raise LeafError(f"{name}: no {type(value).__name__} in a leaf")
