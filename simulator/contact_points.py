"""Phone numbers and mailboxes that reach nobody; they tell whose they are, so that no table is needed.

Numbers are +86 199 0 and seven digits that count persons; mailboxes are of example.com (RFC 2606).
"""

import re

_PHONE = re.compile(r"\+861990(\d{7})")
_MAIL = re.compile(r"p(\d{7})@example\.com")


def debtor_number(customer: int) -> int:
    """The number of the person who is the customer."""
    return customer * 2


def guarantor_number(customer: int) -> int:
    """The number of the customer's guarantor."""
    return customer * 2 + 1


def phone_of(person: int) -> str:
    """A person's phone number."""
    return f"+861990{person:07}"


def mailbox_of(person: int) -> str:
    """A person's mailbox."""
    return f"p{person:07}@example.com"


def person_at(address: str) -> int | None:
    """Whose phone number or mailbox it is; None where it is not one of these."""
    found = _PHONE.fullmatch(address) or _MAIL.fullmatch(address)
    return int(found[1]) if found else None
