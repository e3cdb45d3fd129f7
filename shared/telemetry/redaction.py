"""What may not appear in a log line, and how it is taken out.

Two nets: the name of a field (`phone`, `customer_name`, `api_token` ...) and the look of a text (an e-mail
address, a long run of digits, credentials in a URL). A value that is neither text nor number is written as
its class name: the `repr` of a model would print its fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

MASK = "***"
_DEPTH = 6

_SENSITIVE_WORDS = frozenset(
    {
        "phone",
        "mobile",
        "tel",
        "email",
        "mail",
        "name",
        "firstname",
        "lastname",
        "address",
        "street",
        "value",
        "password",
        "passwd",
        "pwd",
        "token",
        "secret",
        "authorization",
        "cookie",
        "credential",
        "credentials",
        "apikey",
        "iban",
        "passport",
        "birthdate",
        "birthday",
        "body",
        "payload",
        "signature",
        "recipient",
        "msisdn",
    }
)
_SENSITIVE_PAIRS = ("api_key", "account_number", "id_number", "national_id", "private_key")
_SAFE_KEYS = frozenset({"logger", "level", "timestamp", "service", "process", "topic", "consumer"})

_CREDENTIALS = re.compile(r"(://)[^/\s@]{1,256}@")
_EMAIL = re.compile(r"[^\s@<>\"'(),;:=]{1,64}@[^\s@<>\"'(),;:=]{1,255}")
_DATABASE_DETAIL = re.compile(r"^DETAIL:.*$", re.MULTILINE)
# Ids, times and host addresses look like digits but are not a person's: kept whole, other runs masked.
_DIGITS = re.compile(
    r"(?P<keep>"
    r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|\b(?=[0-9a-f]*[a-f])[0-9a-f]{16,64}\b"
    r"|\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"
    r")|(?P<mask>\+?\d(?:[\s().-]{0,2}\d){6,})"
)


def is_sensitive(key: str) -> bool:
    """Whether a field of this name is masked whatever it holds."""
    lowered = key.lower().replace("-", "_")
    if lowered in _SAFE_KEYS:
        return False
    words = lowered.split("_")
    words += [word.removesuffix("s") for word in words] + [word.removesuffix("es") for word in words]
    return any(pair in lowered for pair in _SENSITIVE_PAIRS) or not _SENSITIVE_WORDS.isdisjoint(words)


def redact_text(text: str) -> str:
    """The text without e-mail addresses, runs of seven or more digits, URL credentials and row details."""
    text = _DATABASE_DETAIL.sub(f"DETAIL: {MASK}", text)
    if "@" in text:
        text = _EMAIL.sub(MASK, _CREDENTIALS.sub(rf"\1{MASK}:", text))
    return _DIGITS.sub(lambda found: found["keep"] or MASK, text)


def redact_value(value: Any, depth: int = _DEPTH) -> Any:
    """A JSON value that is safe to print; containers are walked, unknown objects become their class name."""
    if value is None or isinstance(value, bool | int | float | Decimal | date | UUID):
        return value if value is None or isinstance(value, bool | int | float) else str(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str):
        return redact_text(value)
    if depth > 0 and isinstance(value, Mapping):
        return redact_fields({str(key): item for key, item in value.items()}, depth - 1)
    if depth > 0 and isinstance(value, list | tuple | set | frozenset):
        return [redact_value(item, depth - 1) for item in value]
    return f"<{type(value).__name__}>"


def redact_fields(fields: Mapping[str, Any], depth: int = _DEPTH) -> dict[str, Any]:
    """The fields with sensitive names masked and every other value made safe."""
    return {key: MASK if is_sensitive(key) else redact_value(value, depth) for key, value in fields.items()}


def redaction_processor(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """structlog processor: runs last before rendering, so that formatted exceptions pass through it too."""
    return redact_fields(event)
