"""Identifiers derived from their cause, so that doing the same thing again names the same thing."""

from hashlib import blake2b


def derive_id(prefix: str, *parts: str | int) -> str:
    """`prefix-` and 26 hexadecimal digits (104 bits) of the parts' BLAKE2b digest.

    The parts are ids and numbers, never personal data.
    """
    digest = blake2b("\x1f".join(map(str, parts)).encode(), digest_size=13).hexdigest()
    return f"{prefix}-{digest}"
