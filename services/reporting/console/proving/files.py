"""Proof files: that an entry is in the log (C2SP tlog-proof), checked with the key alone."""

import json
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.reporting.console.proving.notes import Checkpoint, Key, decoded, open_checkpoint
from services.reporting.console.proving.tree import ProofError, check_inclusion, leaf_hash

_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry that is in the log, where, and in which signed state."""

    record: dict[str, Any]
    index: int
    checkpoint: Checkpoint


def check_file(data: bytes, log_key: Key, witnesses: Iterable[Key] = ()) -> Proven:
    """What a proof file proves; ProofError where it proves nothing."""
    head, separator, note = data.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    if not separator or len(lines) < 3 or lines[0] != _HEADER or not lines[1].startswith("extra "):
        raise ProofError("the proof file is malformed")
    number = lines[2].removeprefix("index ")
    if not (number.isascii() and number.isdigit()):
        raise ProofError("the proof file is malformed")
    entry = _entry(lines[1].removeprefix("extra "))
    checkpoint = open_checkpoint(note, log_key, witnesses)
    path = [decoded(line) for line in lines[3:]]
    check_inclusion(leaf_hash(entry), int(number), checkpoint.size, path, checkpoint.root)
    return Proven(_record(entry), int(number), checkpoint)


def entries_of(bundle: bytes) -> list[bytes]:
    """The entries of a bundle (C2SP tlog-tiles); ProofError where bytes are missing."""
    entries, position = [], 0
    while position < len(bundle):
        start = position + 2
        position = start + int.from_bytes(bundle[position:start], "big")
        if position > len(bundle):
            raise ProofError("a bundle of entries is cut short")
        entries.append(bundle[start:position])
    return entries


def _entry(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise ProofError("the entry is not base64") from None


def _record(entry: bytes) -> dict[str, Any]:
    try:
        record = json.loads(entry)
    except ValueError:
        raise ProofError("the entry is no record") from None
    return record if isinstance(record, dict) else {}
