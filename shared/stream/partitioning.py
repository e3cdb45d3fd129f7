"""Which partition a key belongs to: the same everywhere, so that one aggregate has one place."""

from zlib import crc32


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key among `partitions`, by CRC-32: stable over processes and releases."""
    return crc32(key.encode()) % partitions
