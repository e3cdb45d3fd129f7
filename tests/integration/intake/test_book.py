"""Profiles, terms, groups and tiers on a real PostgreSQL: rows A1-A12 and B1-B3."""

import json
import random
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import httpx
import msgspec
import pytest
from pydantic import SecretStr

from services.intake import classification_api
from services.intake.api import router
from services.intake.classification_file import tier_rules
from services.intake.handlers import consumer
from services.intake.settings import IntakeSettings
from services.intake.tables import metadata
from shared.calendar.clock import FixedClock
from shared.contracts.base import Money
from shared.contracts.corebank_book import AccountTermsGiven, CustomerProfileGiven, GroupGiven
from shared.contracts.lending import CustomerProfile, LoanTerms, PartyType, SecurityType, SizeBand
from shared.contracts.vocabulary import Product
from shared.runtime import Runtime
from shared.web.app import create_app
from tests.integration.intake.conftest import Intake
from tests.unit.intake.builders import NOW, RULES, at, day, kinds, payment, snapshot

RATED = replace(RULES, tiers=tier_rules())
STAFF = {"reader": ["intake:read"], "ann": ["intake:classify", "intake:classify-decide"]}
STAFF |= {"bob": ["intake:classify-decide"]}
KEYS = {
    sha256(name.encode()).hexdigest(): {"subject": name, "scopes": scopes, "roles": []}
    for name, scopes in STAFF.items()
}


def emitted(work):
    return kinds([emission.event for emission in work.emissions])


def rated(intake):
    intake.consumer = consumer(RATED, intake.cipher.seal)
    return intake


def profile(version=1, customer="C1", **values):
    return CustomerProfileGiven(customer_id=customer, version=version, profile=CustomerProfile(**values))


def terms(version=1, account="A1", customer="C1", **values):
    return AccountTermsGiven(
        account_id=account, customer_id=customer, version=version, terms=LoanTerms(**values)
    )


def group(version, *members):
    return GroupGiven(group_id="G1", version=version, members=list(members))


CORPORATE = {
    "party_type": PartyType.CORPORATE,
    "size_band": SizeBand.LARGE,
    "industry": "C26",
    "special_handling": True,
    "multi_lender": True,
}


async def test_a1_a2_a11_a12_the_highest_version_of_a_profile_is_kept_and_told(intake):
    work = await intake.apply([profile(2, **CORPORATE)])
    assert emitted(work) == ["customer.profiled"]
    assert work.emissions[0].event.profile == CustomerProfile(**CORPORATE)
    assert emitted(await intake.apply([profile(1)])) == []
    assert emitted(await intake.apply([profile(3)])) == ["customer.profiled"]
    [(kept,)] = await intake.rows("SELECT profile FROM customer")
    assert (kept["version"], kept["profile"]) == (3, {})


async def test_a5_to_a10_terms_of_every_kind_of_loan_are_kept_and_told(intake):
    told = [
        terms(security=SecurityType.GUARANTEED, officer_id="O1"),
        terms(account="A2", security=SecurityType.PLEDGED, pledged=Money(amount=Decimal(9), currency="CNY")),
        terms(account="A3", partner="school-7"),
        terms(account="A4", credit_limit=Money(amount=Decimal(20000), currency="CNY")),
    ]
    work = await intake.apply([*told, snapshot((3, "10"))])
    assert [emission.event.terms for emission in work.emissions[:4]] == [each.terms for each in told]
    assert emitted(await intake.apply([terms(0)])) == []
    work = await intake.apply([terms(2, security=SecurityType.MORTGAGED)])
    assert emitted(work) == ["account.terms_changed"]
    rows = await intake.rows("SELECT account_id, terms -> 'terms' ->> 'security' FROM account ORDER BY 1")
    assert rows == [("A1", "mortgaged"), ("A2", "pledged"), ("A3", None), ("A4", None)]


@pytest.mark.parametrize("product", list(Product))
async def test_a6_to_a9_every_product_is_taken_and_told(intake, product):
    [told] = (await intake.apply([msgspec.structs.replace(snapshot((3, "10")), product=product)])).emissions
    assert told.event.product is product


async def test_a3_a_payment_of_the_guarantor_is_told_and_kept_with_who_paid(intake):
    work = await intake.apply([snapshot((40, "100")), msgspec.structs.replace(payment("40"), paid_by="G1")])
    assert work.emissions[1].event.paid_by == "G1"
    assert await intake.rows("SELECT paid_by FROM payment") == [("G1",)]
    assert emitted(await intake.apply([payment("30", "P2")])) == ["payment.received", "overdue.updated"]


def lent(customer, *unpaid):
    account = f"{customer}-a"
    return [
        terms(account=account, customer=customer, security=SecurityType.JOINT_LIABILITY, group_id="G1"),
        snapshot(*unpaid, account=account, customer=customer, outstanding="1000"),
    ]


async def told_of(intake, now=NOW):
    """What members are told, by customer; the timers fire until there are none left."""
    told = {}
    for _ in range(3):
        _, work = await intake.fire(now)
        told |= {each.key: each.event for each in work.emissions if hasattr(each.event, "group_id")}
    return told


async def test_a4_one_members_default_is_told_to_every_member_of_the_group(intake):
    await intake.apply([group(1, "C1", "C2", "C3"), *lent("C1"), *lent("C2")])
    told = await told_of(intake)
    assert told.keys() == {"C1", "C2", "C3"}
    assert all(each.arrears == [] and each.members == 3 for each in told.values())
    await intake.apply([snapshot((12, "70"), account="C2-a", customer="C2", as_of=at(1), outstanding="1000")])
    told = await told_of(intake)
    assert told["C1"].others_arrears == [Money(amount=Decimal("70.00"), currency="CNY")]
    assert told["C2"].others_arrears == []
    assert told["C3"].others_arrears == told["C3"].arrears == [Money(amount=Decimal("70.00"), currency="CNY")]
    assert (told["C3"].days_past_due, told["C3"].overdue_members) == (12, 1)
    assert await told_of(intake) == {}


async def test_a4_a_member_who_left_the_group_is_told_so_once(intake):
    await intake.apply([group(1, "C1", "C2")])
    await told_of(intake)
    await intake.apply([group(3, "C1"), group(2, "C1", "C2", "C9")])
    told = await told_of(intake)
    assert (told["C1"].members, told["C2"].member) == (1, False)
    assert await told_of(intake) == {}


@pytest.mark.parametrize("seed", range(3))
async def test_a4_b1_any_order_of_profiles_terms_groups_and_balances_ends_in_the_same_rows(
    engine_for, intake, seed
):
    state = (
        "SELECT account_id, terms::text, group_id, tier, late_on, bad_on, seen_late_on, seen_bad_on,"
        " falling_due, ages_on, overdue, arrears FROM account ORDER BY 1",
        "SELECT customer_id, profile::text FROM customer ORDER BY 1",
        "SELECT group_id, version, members::text, told::text FROM liability_group",
        "SELECT kind, key, due_at FROM timer ORDER BY 1, 2",
    )
    events = [group(1, "C1"), group(2, "C1", "C2"), profile(2, **CORPORATE), profile(1)]
    for customer in ("C1", "C2"):
        events += lent(customer, (130, "50"))
        events.append(snapshot((95, "80"), as_of=at(99), account=f"{customer}-a", customer=customer))
        events.append(payment("20", effective=at(3), account=f"{customer}-a", customer=customer))
        events.append(snapshot(account=f"{customer}-b", customer=customer, outstanding="900"))
    named = [intake.received(event, f"e{number}") for number, event in enumerate(events)]
    other = rated(Intake(await engine_for("intake", metadata)))
    await rated(intake).apply(named)
    arrivals = named + random.Random(seed).sample(named, 4)
    random.Random(seed).shuffle(arrivals)
    for each in arrivals:
        await other.apply([each])
    await told_of(intake)
    await told_of(other)
    for sql in state:
        assert await other.rows(sql) == await intake.rows(sql)
    assert ("C1-b", "substandard") in await intake.rows("SELECT account_id, tier FROM account")


async def test_b1_a_tier_is_told_with_its_reason_and_kept_in_the_history(intake):
    work = await rated(intake).apply([snapshot((100, "10"))])
    assert emitted(work) == ["overdue.detected", "classification.changed"]
    changed = work.emissions[1].event
    assert (changed.before, changed.after, changed.reason) == ("normal", "substandard", "days_past_due")
    assert emitted(await intake.apply([payment("10")])) == ["payment.received", "overdue.cured"]
    _, work = await intake.fire(RULES.start_of(day(-181)))
    assert emitted(work) == ["classification.changed"]
    history = await intake.rows(
        "SELECT cause, tier_before, tier_after, tier_reason FROM account_history ORDER BY entry_id"
    )
    assert history == [
        ("snapshot", "normal", "substandard", "days_past_due"),
        ("payment", None, None, None),
        ("classification", "substandard", "normal", "not_overdue"),
    ]
    assert await intake.rows("SELECT upgraded_on, ages_on FROM account") == [(day(-181), None)]


@pytest.fixture
def client(intake):
    rated(intake)
    settings = IntakeSettings(
        database_url=SecretStr("postgresql://unused"),
        kafka_url="unused:1",
        api_keys=SecretStr(json.dumps(KEYS)),
    )
    clock = FixedClock(NOW)
    runtime = Runtime("intake", settings, intake.engine, clock, intake.transactions(), intake.cipher)
    app = create_app(
        title="intake",
        service="intake",
        version="0",
        settings=settings,
        routers=[router(intake.engine, clock, settings.rules), classification_api.router(runtime)],
        health_checks=[],
        description="",
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://intake")


async def test_b1_a_downgrade_by_hand_needs_a_reason_and_a_second_person(intake, client):
    await intake.apply([snapshot((5, "10")), terms(officer_id="O1"), profile(**CORPORATE)])

    async def post(who, path, key, **body):
        headers = {"X-API-Key": who, "Idempotency-Key": key}
        return await client.post(path, headers=headers, json=body)

    path = "/accounts/A1/tier-proposals"
    assert (await post("reader", path, "1", tier="doubtful", reason="x")).status_code == 403
    assert (await post("ann", path, "1", tier="doubtful", reason=" ")).status_code == 422
    assert (
        (await post("ann", path, "2", tier="normal", reason="x")).json()["detail"].startswith("By its days")
    )
    made = await post("ann", path, "3", tier="doubtful", reason="The debtor hides assets.")
    assert (made.status_code, made.json()["state"]) == (201, "proposed")
    assert (
        await post("ann", path, "3", tier="doubtful", reason="The debtor hides assets.")
    ).text == made.text
    assert (await post("ann", path, "4", tier="loss", reason="x")).status_code == 409
    decision = f"/tier-proposals/{made.json()['proposal_id']}/decision"
    assert (await post("ann", decision, "5", approve=True, reason="ok")).status_code == 403
    assert (await post("bob", decision, "6", approve=True, reason="Seen.")).json()["state"] == "approved"
    assert (await post("bob", decision, "7", approve=True, reason="Seen.")).status_code == 409
    shown = await client.get("/accounts/A1/classification", headers={"X-API-Key": "reader"})
    assert (shown.json()["tier"], shown.json()["reason"]) == ("doubtful", "manual")
    assert shown.json()["proposals"][0]["decided_by"] == "bob"
    account = (await client.get("/accounts/A1", headers={"X-API-Key": "reader"})).json()
    assert (account["tier"], account["terms"]["officer_id"]) == ("doubtful", "O1")
    assert account["history"][0]["tier_reason"] == "manual"
    assert account["components"][0]["principal"] == "10.00"
    customer = (await client.get("/customers/C1", headers={"X-API-Key": "reader"})).json()
    assert customer["profile"]["industry"] == "C26"
    outbox = await intake.rows("SELECT count(*) FROM account_history WHERE tier_reason = 'manual'")
    assert outbox == [(1,)]
