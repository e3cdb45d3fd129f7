"""What a file may hold: the fields of each kind, and how their texts are read."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the rows are."""

    ACCOUNTS = "accounts"
    PAYMENTS = "payments"
    CUSTOMERS = "customers"


class Format(StrEnum):
    """How the file is written."""

    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"


class Mode(StrEnum):
    """What happens to the good rows where some are refused."""

    ALL_OR_NOTHING = "all_or_nothing"
    BEST_EFFORT = "best_effort"


class Reads(StrEnum):
    """How a text becomes a value."""

    TEXT = "text"
    AMOUNT = "amount"
    NUMBER = "number"
    DAY = "day"
    START = "start"  # an instant; a day alone is its beginning
    END = "end"  # an instant; a day alone is its end, as of a book closed in the evening


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form; `example` is what the template shows."""

    name: str
    reads: Reads
    required: bool
    example: str


_T, _A, _N, _D = Reads.TEXT, Reads.AMOUNT, Reads.NUMBER, Reads.DAY

FORMS: dict[Kind, tuple[Field, ...]] = {
    Kind.ACCOUNTS: (
        Field("account_id", _T, True, "A-0001"),
        Field("customer_id", _T, True, "C-0001"),
        Field("product", _T, True, "credit_card"),
        Field("currency", _T, True, "CNY"),
        Field("as_of", Reads.END, True, "2026-03-31"),
        Field("outstanding", _A, True, "12500.00"),
        Field("arrears", _A, False, "830.50"),
        Field("due_date", _D, False, "2026-03-05"),
        Field("interest", _A, False, "30.50"),
        Field("fee", _A, False, ""),
        Field("penalty", _A, False, ""),
        Field("sequence", _N, False, "0"),
        Field("branch", _T, False, "B-12"),
    ),
    Kind.PAYMENTS: (
        Field("payment_id", _T, True, "P-0001"),
        Field("account_id", _T, True, "A-0001"),
        Field("customer_id", _T, True, "C-0001"),
        Field("amount", _A, True, "830.50"),
        Field("currency", _T, True, "CNY"),
        Field("effective_at", Reads.START, True, "2026-04-01T10:30:00+08:00"),
        Field("paid_by", _T, False, ""),
    ),
    Kind.CUSTOMERS: (
        Field("customer_id", _T, True, "C-0001"),
        Field("version", _N, True, "1"),
        Field("person_id", _T, True, "N-0001"),
        Field("role", _T, True, "debtor"),
        Field("name", _T, False, "示例"),
        Field("language", _T, False, "zh-CN"),
        Field("time_zone", _T, False, "Asia/Shanghai"),
        Field("jurisdiction", _T, False, "CN"),
        Field("phone", _T, False, "+8613800000000"),
        Field("email", _T, False, "someone@example.com"),
        Field("address", _T, False, ""),
    ),
}


def required(kind: Kind) -> tuple[str, ...]:
    """The fields that every row must have."""
    return tuple(field.name for field in FORMS[kind] if field.required)


def names(kind: Kind) -> tuple[str, ...]:
    """All fields of a kind."""
    return tuple(field.name for field in FORMS[kind])
