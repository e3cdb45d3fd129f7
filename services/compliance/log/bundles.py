"""Entry bundles: the log's entries with big-endian uint16 lengths (C2SP tlog-tiles, section Log entries)."""

from collections.abc import Sequence

from services.compliance.log.errors import TileError
from services.compliance.log.tiles import BundleId

MAX_ENTRY_SIZE = 0xFFFF
"""Bytes in the longest entry that a uint16 length can announce."""


def encode_bundle(bundle: BundleId, entries: Sequence[bytes]) -> bytes:
    """The bytes of `bundle`; TileError for a wrong number of entries or one that is too long."""
    if len(entries) != bundle.width:
        raise TileError(f"{bundle.path} holds {bundle.width} entries, not {len(entries)}")
    if any(len(entry) > MAX_ENTRY_SIZE for entry in entries):
        raise TileError(f"an entry has at most {MAX_ENTRY_SIZE} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(bundle: BundleId, data: bytes) -> tuple[bytes, ...]:
    """The entries of `bundle`; TileError where bytes are missing or left over."""
    entries = []
    position = 0
    for _ in range(bundle.width):
        start = position + 2
        position = start + int.from_bytes(data[start - 2 : start], "big")
        if position > len(data):
            raise TileError(f"{bundle.path} is cut short")
        entries.append(data[start:position])
    if position != len(data):
        raise TileError(f"{bundle.path} has bytes after its last entry")
    return tuple(entries)
