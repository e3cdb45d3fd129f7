"""Whatever passes the contract's types is applied, or refused in a sentence; never a database error."""

import random
from typing import Any

import msgspec
import pytest

from shared.contracts.corebank import EVENTS
from tests.unit.intake.builders import NOW

IDS = ["A1", "C1", "x" * 64, "名" * 64, " ", "a\0b", "';--", "\ud7ff\U0001f600", "../.."]
INSTANTS = [
    "2025-03-10T10:00:00+08:00", "2025-03-13T01:59:59Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "1969-12-31T23:59:59.999999Z",
]  # fmt: skip
DATES = ["2025-03-01", "1970-01-01", "2199-12-31", "0001-01-01", "9999-12-31"]
AMOUNTS = ["0", "0.01", "1E+2", "100.5", "999999999999999.99", "-0"]
NUMBERS = [0, 1, -1, 2**63 - 1, 2**63, 10**30]
TEXTS = ["", "ok", "x" * 320, "x" * 321, "\0", "\u2028"]
CHOICES: dict[str, list[Any]] = {
    "product": ["credit_card"],
    "currency": ["CNY", "USD"],
    "reason": ["settled", "sold", "written_off"],
    "role": ["debtor"],
    "sequence": NUMBERS,
    "version": NUMBERS,
    "as_of": INSTANTS,
    "effective_at": INSTANTS,
    "outstanding": AMOUNTS,
    "amount": AMOUNTS,
    "kind": TEXTS,
    "jurisdiction": ["CN", *TEXTS],
    "language": ["zh-CN", *TEXTS],
    "time_zone": [None, "Asia/Shanghai", "Nowhere/At_All", *TEXTS],
    "name": TEXTS,
    "value": TEXTS,
    "interest": ["0", "0.01", "1E+2"],
    "fee": ["0"],
    "penalty": ["0"],
    "paid_by": [None, "G1", *IDS],
    "party_type": ["individual", "corporate"],
    "size_band": [None, "large"],
    "industry": [None, "C26", "Z"],
    "multi_lender": [True, False],
    "special_handling": [True, False],
    "overdue_at_all_banks": [None, "20", "100.01", "NaN"],
    "security": ["pledged", "guaranteed"],
    "pledged": [None, {"amount": "1", "currency": "CNY"}],
    "credit_limit": [None],
    "members": [["C1", "C2"], [], ["C1", "C1"], ["C\0"], ["x"] * 1001],
}


def filled(chance: random.Random, kind: type[msgspec.Struct]) -> dict[str, Any]:
    """JSON for the fields of a struct: mostly plain values, now and then extreme ones."""
    made: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name == "unpaid":
            made["unpaid"] = [
                {"due_date": chance.choice(DATES), "amount": chance.choice(AMOUNTS)}
                for _ in range(chance.randint(0, 3))
            ]
        elif field.name in ("persons", "contact_points"):
            inner = field.type.__args__[0]
            made[field.name] = [filled(chance, inner) for _ in range(chance.randint(0, 2))]
        elif field.name in ("profile", "terms"):
            made[field.name] = filled(chance, field.type)
        elif field.name == "kind" and kind.__name__ == "ContactPointGiven":
            made["kind"] = "phone"
        else:
            choices = CHOICES.get(field.name, IDS)
            made[field.name] = chance.choice(choices if chance.random() < 0.2 else choices[:2])
    return made


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
async def test_an_extreme_event_is_applied_or_refused_in_a_sentence(intake, kind):
    chance = random.Random(kind.__name__)
    applied = refused = 0
    for _ in range(150):
        try:
            event = msgspec.json.decode(msgspec.json.encode(filled(chance, kind)), type=kind)
        except msgspec.ValidationError:
            continue
        try:
            await intake.apply([event], now=NOW)
            applied += 1
        except ValueError as error:
            assert 10 < len(str(error)) < 300
            refused += 1
    assert applied > 5
    assert refused > 5
