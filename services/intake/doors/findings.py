"""What is wrong with something that was sent, where, and what its sender does about it.

Neither messages nor remedies repeat what was sent: it may be a name in a column of amounts.
"""

import re
from dataclasses import dataclass

_PATH = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]*)`")
_ENUM = re.compile(r"Invalid enum value .*", re.DOTALL)
_SAME = re.compile(r"^the same (?P<field>\w+)")
_OF_WORD = {
    "account": "account_id",
    "an": "account_id",
    "payment": "payment_id",
    "a": "persons",
    "the": "event",
    "ce_id": "id",
    "ce_source": "source",
}
_BY_THE_CONTRACT = "Send it as the published contract of this event says (docs/contracts/schemas)."
_REMEDIES: tuple[tuple[str, str], ...] = (
    ("must not be negative", "Send zero or more; money that the bank owes the customer is no debt: send 0."),
    ("must be more than zero", "Leave payments of nothing out; send what came undone as a reversal."),
    ("at most two decimals", "Round to the currency's cents before sending."),
    ("must be below", "Check the unit of the amount: it is in whole currency units, not in cents."),
    ("finite number", "Write a plain number such as 1234.56."),
    ("in the future", "Correct the date, or send the row again when that day has come."),
    ("lies before", "Correct the date; look for a swapped day and year."),
    ("not a plausible date", "Correct the date; look for a swapped day and year."),
    ("belongs to customer", "Correct the customer of the row: an account does not change hands this way."),
    ("put on file for another customer", "Correct the customer: the account is another's meanwhile."),
    ("was posted before", "Give the payment an id of its own, or send a reversal of the first one."),
    ("is in ", "Send the payment in the currency of its account."),
    ("not one of the allowed", "Use a word of the contract, or map yours to it (`values` of a mapping)."),
    ("matching regex", "Use capital letters as in ISO 4217, such as CNY."),
    ("length <=", "Shorten it."),
    ("RFC3339", "Write it with its offset: 2026-03-31T16:00:00+08:00."),
    ("Invalid date", "Write it as 2026-03-31."),
    ("NUL", "Remove the NUL character."),
    ("characters", "Shorten or fill in the text."),
    ("is missing", "Fill it in; for a file: map a column to it, or give it a constant value."),
    ("given twice", "Send each of them once."),
    ("time zone", "Use an IANA name such as Asia/Shanghai, or leave it out."),
    ("too large", "Send it in smaller parts."),
    ("database refused", "Send it again; if it stays refused, tell the operators the request's id."),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `field` is as the sender calls it."""

    field: str
    message: str
    remedy: str


class Refused(Exception):
    """Nothing of what was sent was applied; `findings` by index or line."""

    def __init__(self, findings: dict[int, list[Finding]]) -> None:
        super().__init__(f"{len(findings)} refused")
        self.findings = findings


def finding_of(error: Exception) -> Finding:
    """What the contract's decoder or a check said, with its field and a remedy."""
    said = str(error)
    path = _PATH.search(said)
    field = path["path"] if path else ""
    said = said[: path.start()] if path else said
    if missing := _MISSING.match(said):
        field = f"{field}.{missing['field']}".strip(".")
        said = f"{missing['field']} is missing"
    elif _ENUM.match(said):
        said = f"{field or 'the value'} is not one of the allowed words"
    elif said[:1].islower():
        # A check of ours: it begins with the field that it is about.
        named = _named(said)
        field = f"{field}.{named.rpartition('.')[2]}" if field else named
    return Finding(field or "event", said, remedy_of(said))


def _named(said: str) -> str:
    """The field of a sentence such as "outstanding must not be negative"."""
    if same := _SAME.search(said):
        return same["field"]
    first = said.split(" ", 1)[0]
    return _OF_WORD.get(first, first)


def remedy_of(message: str) -> str:
    """What to do about it."""
    return next((remedy for words, remedy in _REMEDIES if words in message), _BY_THE_CONTRACT)
