"""A fuzzed stream: nothing crashes, the good is applied, the bad is set aside and can be corrected."""

import json
import random
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import text

from recoup.local.stack import Stack
from shared.contracts.base import Event
from shared.contracts.corebank import AccountSnapshot, CustomerChanged
from shared.contracts.topics import CORE_BANK
from shared.stream.broker import Outbound
from shared.stream.envelope import CONTENT_TYPE, SPEC_VERSION
from shared.stream.partitioning import partition_of
from tests.e2e.conftest import TEN_OCLOCK
from tests.e2e.test_uci_import import recoup
from tests.support.bank import SOURCE, customer, named, payment, publish, publish_raw, snapshot
from tests.support.platform import settled

CUSTOMERS = 40


def story(prefix: str) -> list[Event]:
    """What really happened: the same for both prefixes."""
    chance = random.Random(11)
    events: list[Event] = []
    for number in range(CUSTOMERS):
        name, account = f"{prefix}-{number}", f"{prefix}-{number}-a"
        late = chance.choice([0, 5, 20, 45, 100])
        events.append(customer(name))
        events.append(snapshot(account, name, TEN_OCLOCK, days_late=late, amount="900.50"))
        if late and chance.random() < 0.5:
            events.append(payment(f"{account}-p", account, name, TEN_OCLOCK, "900.50"))
    return events


def record(event: Event, identity: str, **headers: bytes) -> Outbound:
    named_headers = {
        "ce_id": identity.encode(),
        "ce_source": SOURCE.encode(),
        "ce_type": event.type_.encode(),
        **headers,
    }
    key = getattr(event, "account_id", None) or event.customer_id  # type: ignore[attr-defined]
    pairs = [SPEC_VERSION, CONTENT_TYPE, *named_headers.items()]
    return Outbound(key.encode(), msgspec.json.encode(event), [pair for pair in pairs if pair[1] != b"-"])


def damage(sound: Outbound, event: Event, kind: int) -> Outbound:
    """One of the ways in which a record can be bad."""
    fields: dict[str, Any] = msgspec.json.decode(sound.value)
    amount = "outstanding" if isinstance(event, AccountSnapshot) else "amount"

    def with_field(name: str, value: Any) -> bytes:
        return json.dumps({**fields, name: value}).encode()

    def with_header(name: str, value: bytes | None) -> list[tuple[str, bytes]]:
        kept = [pair for pair in sound.headers if pair[0] != name]
        return kept if value is None else [*kept, (name, value)]

    values = [
        b"\xff\xfe" + sound.value,
        sound.value[: len(sound.value) // 2],
        with_field("customer_id", 7),
        with_field(amount, "-5.00"),
        with_field("customer_id", "nul\x00"),
        b"",
        b"null",
        with_field("customer_id", "x" * 500),
        with_field(amount, "1e400"),
        with_field("as_of" if amount == "outstanding" else "effective_at", "2031-01-01T00:00:00Z"),
        with_field("currency", "yuan"),
        sound.value + b" " * 10_000_000,
    ]
    if kind < len(values):
        return sound._replace(value=values[kind])
    headers = [
        with_header("ce_type", b"corebank.account.snapshot.v9"),
        with_header("ce_type", None),
        with_header("ce_id", None),
        with_header("ce_id", b"\xff\xff"),
        with_header("ce_time", b"yesterday"),
    ]
    return sound._replace(headers=headers[kind - len(values)])


KINDS = 17
OF_ACCOUNTS = (3, 8, 9, 10)
"""Kinds that damage a field which only events of accounts have."""


async def test_bad_records_are_set_aside_good_ones_applied_and_corrected_ones_end_like_a_clean_run(
    stack: Stack, tmp_path: Path
) -> None:
    await publish(stack, named(story("clean"), "clean"))
    chance = random.Random(3)
    records: list[tuple[int, Outbound]] = []
    corrections: dict[tuple[int, str], Event] = {}
    for number, event in enumerate(story("dirty")):
        sound = record(event, f"dirty-{number}")
        partition = partition_of(sound.key.decode(), stack.options.partitions)
        if number % 3 == 1:
            kind = (number // 3) % KINDS
            if isinstance(event, CustomerChanged) and kind in OF_ACCOUNTS:
                kind = 1
            records.append((partition, damage(sound, event, kind)))
            corrections[partition, sound.key.decode()] = event
        else:
            records.append((partition, sound))
    chance.shuffle(records)
    await publish_raw(stack, CORE_BANK.name, records)
    await settled(stack)

    letters = json.loads((await recoup(stack, "dlq", "list", "--service", "intake", "--json"))[1])
    assert len(letters) == len(corrections)
    assert all(letter["explanation"].strip() for letter in letters)
    await _correct(stack, tmp_path, letters, corrections)
    await settled(stack)
    assert json.loads((await recoup(stack, "dlq", "list", "--service", "intake", "--json"))[1]) == []
    assert await _book(stack, "dirty") == await _book(stack, "clean")
    code, output = await recoup(stack, "reconcile", "--json")
    assert code == 0, output


async def _correct(
    stack: Stack, folder: Path, letters: list[dict[str, Any]], corrections: dict[tuple[int, str], Event]
) -> None:
    lines = []
    for letter in letters:
        event = corrections[letter["partition"], letter["key"]]
        payload = json.loads(msgspec.json.encode(event))
        lines.append(
            json.dumps({"dead_letter_id": letter["dead_letter_id"], "payload": payload, "type": event.type_})
        )
    file = folder / "corrected.jsonl"
    file.write_text("\n".join(lines))
    code, _ = await recoup(stack, "dlq", "replay", "intake", "--corrected", str(file), "--go")
    assert code == 0


async def _book(stack: Stack, prefix: str) -> list[tuple[Any, ...]]:
    """The accounts and customers of one prefix, without the prefix."""
    engine = stack.stores().engine("intake")
    async with engine.connect() as connection:
        accounts = await connection.execute(
            text(
                "SELECT replace(account_id, :p, ''), overdue, days_past_due, bucket, arrears, outstanding,"
                " oldest_unpaid FROM account WHERE account_id LIKE :like ORDER BY 1"
            ),
            {"p": prefix, "like": f"{prefix}-%"},
        )
        customers = await connection.execute(
            text(
                "SELECT replace(customer_id, :p, ''), parties_version, overdue_accounts, arrears::text"
                " FROM customer WHERE customer_id LIKE :like ORDER BY 1"
            ),
            {"p": prefix, "like": f"{prefix}-%"},
        )
        found = [*map(tuple, accounts), *map(tuple, customers)]
    await engine.dispose()
    assert len(found) == 2 * CUSTOMERS
    return found
