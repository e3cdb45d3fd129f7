"""Standard base64 with exactly one accepted spelling for each value (RFC 4648 sections 3.5 and 4)."""

import base64
import binascii


def encode_base64(data: bytes) -> str:
    """`data` in standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """The bytes of `text`; ValueError for anything but the one canonical encoding.

    The decoder alone lets loose trailing bits and surplus padding pass, which would give one
    signature several spellings, so the result is encoded again and compared.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("not base64") from None
    if encode_base64(data) != text:
        raise ValueError("not canonical base64")
    return data
