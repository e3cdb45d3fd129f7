"""Providers' records against the log, with the simulator's gateway as the provider."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from services.compliance.providers.statement import destination_pseudonym
from tests.conftest import EngineFor
from tests.integration.compliance.completeness_house import DAY, NEXT_DAY, Books, books, comparison
from tests.unit.compliance.gate_cases import NOON


@pytest_asyncio.fixture
async def both(engine_for: EngineFor, tmp_path: Path) -> AsyncIterator[Books]:
    async with books(engine_for, tmp_path / "journal") as made:
        yield made


async def test_a_rogue_sms_at_the_gateway_is_found(both: Books) -> None:
    permit = await both.sent()
    await both.sms("rogue-1", "who knows", to="+8613912345678")
    await both.compared()
    (finding,) = await both.findings()
    assert (finding["rule_id"], finding["is_violation"]) == ("CONTACT-WITHOUT-DECISION", True)
    assert (finding["provider"], finding["message_id"]) == ("sms", gateway_name("rogue-1"))
    assert (finding["person_id"], finding["permit_id"]) == (None, None)
    (told,) = await both.house.emitted("violation.found")
    assert (told["violation_id"], told["rule_id"]) == (finding["finding_id"], "CONTACT-WITHOUT-DECISION")
    leaves = {leaf["id"]: leaf for leaf in await both.house.leaves()}
    assert leaves[f"found:{finding['finding_id']}"]["rule"] == "CONTACT-WITHOUT-DECISION"
    (violation,) = [leaf for leaf in leaves.values() if leaf["kind"] == "violation"]
    assert violation["records"] == [f"found:{finding['finding_id']}"]
    (run,) = await both.runs()
    assert (run["records"], run["permitted"], run["open_violations"], run["state"]) == (2, 1, 1, "compared")
    assert (await both.house.rows("SELECT permit_id FROM provider_record ORDER BY 1"))[0][0] == permit
    assert (await both.house.audit()).holds


async def test_what_was_permitted_redeemed_and_sent_once_is_no_finding(both: Books) -> None:
    for number in range(3):
        await both.sent(number)
    await both.compared()
    assert await both.findings() == []
    (run,) = await both.runs()
    assert (run["day"], run["records"], run["permitted"], run["problem"]) == (str(DAY), 3, 3, None)


async def test_it_is_found_once_whoever_looks_and_how_often(both: Books) -> None:
    await both.sms("rogue-1")
    await both.house.sign()
    both.at(NEXT_DAY)
    others = [comparison(both.house) for _ in range(3)]
    await asyncio.gather(*(one.step() for one in (both.daily, *others)))
    await both.post("/completeness/runs", {"provider": "sms", "day": str(DAY)})
    await both.compared()
    assert await both.rules() == ["CONTACT-WITHOUT-DECISION"]
    assert len(await both.house.emitted("violation.found")) == 1
    for one in others:
        await one.close()


async def test_a_second_message_under_one_permit_is_found_even_at_another_day(both: Books) -> None:
    permit = await both.sent()
    both.at(NOON + timedelta(minutes=2))
    await both.sms("again", permit)
    await both.compared()
    await both.sms("and again", "contact-1")
    await both.compared(NEXT_DAY + timedelta(days=1))
    found = await both.findings(rule="PERMIT-USED-TWICE")
    assert {one["message_id"] for one in found} == {gateway_name("again"), gateway_name("and again")}
    assert {(one["person_id"], one["permit_id"]) for one in found} == {("person-1", permit)}
    assert {one["rule_id"] for one in await both.findings() if one not in found} == {
        "PERMIT-OUTSIDE-VALIDITY"
    }, "the next day's message"


async def test_a_message_outside_the_validity_of_its_permit_is_found(both: Books) -> None:
    permit = await both.permitted()
    both.at(NOON + timedelta(minutes=11))
    await both.sms(permit, "contact-1")
    await both.compared()
    (finding,) = await both.findings()
    assert (finding["rule_id"], finding["permit_id"]) == ("PERMIT-OUTSIDE-VALIDITY", permit)
    assert (finding["person_id"], finding["customer_id"]) == ("person-1", "customer-1")


async def test_a_permit_that_nobody_redeemed_permits_nothing(both: Books) -> None:
    await both.sms(await both.allowed())
    await both.compared()
    assert await both.rules() == ["PERMIT-NOT-REDEEMED"]


async def test_a_decision_that_was_written_into_the_tables_alone_permits_nothing(both: Books) -> None:
    permit = await both.sent()
    async with both.house.engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE log_entry SET entry = convert_to(replace(convert_from(entry, 'UTF8'),"
                " '\"effect\":\"allow\"', '\"effect\":\"allow\" '), 'UTF8') WHERE event_id LIKE 'decision-%'"
            )
        )
    await both.compared()
    (finding,) = await both.findings()
    assert (finding["rule_id"], finding["permit_id"]) == ("CONTACT-WITHOUT-DECISION", permit)


async def test_what_is_said_to_have_left_and_no_provider_knows_is_told_until_it_turns_up(both: Books) -> None:
    permit = await both.permitted()
    await both.house.feed(both.left(permit))
    await both.compared()
    (finding,) = await both.findings()
    assert (finding["rule_id"], finding["is_violation"]) == ("DISPATCH-NOT-AT-PROVIDER", False)
    assert await both.house.emitted("violation.found") == []
    await both.sms(permit)
    await both.compared(NEXT_DAY + timedelta(days=1))
    (settled,) = await both.findings(rule="DISPATCH-NOT-AT-PROVIDER")
    assert (settled["settlement"], settled["settled_by"]) == ("found_later", "completeness")
    leaves = [leaf["kind"] for leaf in await both.house.leaves()]
    assert leaves.count("discrepancy") == 2 and leaves.count("finding_settled") == 1


async def test_a_contact_of_a_moment_ago_may_still_be_on_its_way(both: Books) -> None:
    permit = await both.permitted()
    await both.house.feed(both.left(permit))
    await both.house.sign()
    await both.post("/completeness/runs", {"provider": "sms", "day": str(DAY)})
    await both.compared(NOON + timedelta(minutes=119))
    assert await both.findings() == []
    await both.post("/completeness/runs", {"provider": "sms", "day": str(DAY)}, key="later")
    await both.compared(NOON + timedelta(minutes=121))
    assert await both.rules() == ["DISPATCH-NOT-AT-PROVIDER"]


async def test_no_number_is_in_the_tables_the_log_or_the_events(
    both: Books, capsys: pytest.CaptureFixture[str]
) -> None:
    number = "+8613912345678"
    await both.sms(number, number, to=number)
    await both.compared()
    (finding,) = await both.findings()
    assert len(finding["destination"]) == 64
    plain = sha256(number.encode()).hexdigest()
    seen = [str(await both.house.leaves()), str(await both.house.emitted()), "".join(capsys.readouterr())]
    for table in ("provider_record", "completeness_finding", "completeness_run", "payload", "violation"):
        seen += [row[0] for row in await both.house.rows(f"SELECT to_jsonb(t)::text FROM {table} AS t")]
    payloads = await both.house.rows("SELECT convert_from(body, 'UTF8') FROM payload")
    assert not [text for text in seen + [row[0] for row in payloads] if number[3:] in text or plain in text]


async def test_the_same_number_has_the_same_digest_under_the_banks_key(both: Books) -> None:
    await both.sms("one", to="+8613912345678")
    await both.sms("two", to="+8613912345678")
    await both.sms("three", to="+8613912345679")
    await both.compared()
    digests = [finding["destination"] for finding in await both.findings()]
    assert sorted(digests.count(one) for one in set(digests)) == [1, 2]
    plain = sha256(b"+8613912345678").hexdigest()
    assert destination_pseudonym(plain, both.house.settings.pseudonyms) in digests


def gateway_name(key: str) -> str:
    """The simulated gateway's own name for a message."""
    return f"sms-{sha256(key.encode()).hexdigest()[:24]}"
