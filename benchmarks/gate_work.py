"""Requests and histories for the benchmark of the gate: seeded, of the kinds that a day's work brings."""

import random
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from services.compliance.domain.gate.facts import (
    Attempt,
    AttemptOutcome,
    Event,
    Hold,
    PersonFacts,
    Place,
    Preference,
    ZoneEvidence,
)
from services.compliance.domain.gate.request import Collector, Content, GateRequest
from shared.contracts.vocabulary import Channel, HoldKind, Product

BEGIN = datetime(2026, 7, 6, tzinfo=UTC)
_A_DAY = 24 * 60
_TAGS = frozenset({"institution_name", "opt_out_method", "debt_collector_disclosure"})
_CALLED = (
    (AttemptOutcome.NO_ANSWER,) * 5
    + (AttemptOutcome.BUSY, AttemptOutcome.VOICEMAIL)
    + (AttemptOutcome.CONVERSATION,) * 3
)
_WESTERN = ("America/New_York", "America/Chicago", "America/Los_Angeles")


class Asked(NamedTuple):
    """One decision to make."""

    request: GateRequest
    facts: PersonFacts
    now: datetime


def asked(count: int, most_attempts: int, seed: int = 20260706) -> list[Asked]:
    """Half in China, half in the United States; 0 to `most_attempts` attempts in the 30 days before."""
    dice = random.Random(seed)
    return [_one(dice, number % 2 == 0, most_attempts) for number in range(count)]


def _one(dice: random.Random, in_china: bool, most_attempts: int) -> Asked:
    now = _working_hour(dice, in_china)
    channel = dice.choice((Channel.CALL_LIVE,) * 5 + (Channel.SMS,) * 4 + (Channel.EMAIL,))
    request = GateRequest(
        channel=channel,
        debts=("debt-1",),
        contact_point_id=dice.choice(("phone-1", "phone-2")),
        collector=Collector(facts=frozenset({"recorded_line"})),
        product=Product.CREDIT_CARD,
        content=None if channel is Channel.CALL_LIVE else Content(tags=_TAGS, linter="1"),
    )
    zones = () if in_china else tuple(dice.sample(_WESTERN, 2 if dice.random() < 0.1 else 1))
    facts = PersonFacts(
        place=Place(country="CN", state="GD") if in_china else Place(country="US", state="TX", city="Austin"),
        zones=tuple(ZoneEvidence(zone=name, source="address") for name in zones),
        attempts=sorted(
            (_attempt(dice, now) for _ in range(dice.randint(0, most_attempts))), key=lambda one: one.at
        ),
        preferences=_preferences(dice, now),
        holds=_holds(dice, now),
        events=(Event(kind="validation_sent", at=now - timedelta(days=60)),) if dice.random() < 0.95 else (),
        known={"time_barred": False, "sms_consent_or_text_60d": dice.random() < 0.9},
    )
    return Asked(request, facts, now)


def _working_hour(dice: random.Random, in_china: bool) -> datetime:
    """Most requests are made by day; one in ten at any hour."""
    midnight = BEGIN + timedelta(days=dice.randrange(7), hours=-8 if in_china else 5)
    first, last = (0, 24) if dice.random() < 0.1 else (8, 20)
    return midnight + timedelta(seconds=dice.randrange(first * 3600, last * 3600))


def _attempt(dice: random.Random, now: datetime) -> Attempt:
    channel = dice.choice((Channel.CALL_LIVE,) * 3 + (Channel.SMS,) * 2)
    # Contacts lie closer together the later they are.
    age = int(30 * _A_DAY * dice.random() ** 2)
    return Attempt(
        at=now - timedelta(minutes=age),
        channel=channel,
        outcome=dice.choice(_CALLED) if channel is Channel.CALL_LIVE else AttemptOutcome.DELIVERED,
        direction="in" if dice.random() < 0.05 else "out",
        debts=(dice.choice(("debt-1", "debt-1", "debt-2")),),
        contact_point_id=dice.choice(("phone-1", "phone-2")),
    )


def _preferences(dice: random.Random, now: datetime) -> tuple[Preference, ...]:
    if dice.random() > 0.05:
        return ()
    channel = dice.choice((Channel.SMS, Channel.EMAIL))
    return (Preference(kind="medium_opt_out", since=now - timedelta(days=9), channel=channel),)


def _holds(dice: random.Random, now: datetime) -> tuple[Hold, ...]:
    if dice.random() > 0.05:
        return ()
    debt = dice.choice(("debt-1", "debt-2"))
    return (Hold(kind=HoldKind.DISPUTE, placed_at=now - timedelta(days=5), debt=debt),)
