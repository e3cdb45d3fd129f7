"""How a borrower reacts to a message that arrived: a pure function of the seed, the message and the borrower.

It depends on nothing that came before or after, so the order in which messages arrive does not matter.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from simulator import assumptions as assumed
from simulator.accounts import CURRENCY, money
from simulator.draws import between, choose, draw
from simulator.hours import paying_time, zone_of
from simulator.rates import success_rate


class Kind(StrEnum):
    """What a borrower does about a message."""

    PAYS_ALL = "pays_all"
    PAYS_PART = "pays_part"
    PROMISES = "promises"
    COMPLAINS = "complains"
    OPTS_OUT = "opts_out"
    WRITES = "writes"
    IGNORES = "ignores"


SUCCESSES = frozenset({Kind.PAYS_ALL, Kind.PAYS_PART, Kind.PROMISES})


class Traits(NamedTuple):
    """The borrower when the message arrives. `arrears` in cents; `committed`: has promised or will pay."""

    arrears: int
    zone: str | None
    language: str
    committed: bool = False
    opted_out: bool = False
    guarantor: bool = False


class Message(NamedTuple):
    """A message that arrived; `attempt` counts the person's messages from 1."""

    reference: str
    attempt: int
    at: datetime


class Intent(NamedTuple):
    """A payment to come; `cents` None: whatever is then in arrears."""

    at: datetime
    cents: int | None


class Reaction(NamedTuple):
    """What the borrower will do; `committed_until`: they see no need to do more until then."""

    kind: Kind
    text: str | None = None
    reply_at: datetime | None = None
    payment: Intent | None = None
    committed_until: datetime | None = None


def react(seed: int, message: Message, traits: Traits) -> Reaction:
    """What the borrower does about the message."""
    kind = kind_of(seed, message, traits)
    if kind is Kind.IGNORES:
        return Reaction(kind)
    if kind is Kind.PROMISES:
        return _promise(seed, message, traits)
    if kind in SUCCESSES:
        return _payment(seed, message, traits, kind)
    chinese = traits.language.startswith("zh")
    texts = {
        Kind.OPTS_OUT: "退订" if chinese else "STOP",
        Kind.COMPLAINS: "投诉 你们太打扰了" if chinese else "COMPLAINT you write too often",
        Kind.WRITES: "请问欠款明细在哪里查?" if chinese else "Where can I see what I owe?",
    }
    return Reaction(kind, texts[kind], _reply_at(seed, message))


def kind_of(seed: int, message: Message, traits: Traits) -> Kind:
    """Which kind of reaction a message gets: success as often as the attempts' hazard says."""
    if traits.opted_out:
        return Kind.IGNORES
    answers = (
        (Kind.OPTS_OUT, assumed.OPTS_OUT),
        (Kind.COMPLAINS, assumed.COMPLAINS),
        (Kind.WRITES, assumed.WRITES),
    )
    fate = draw(seed, "reaction", message.reference)
    for kind, share in answers:
        if fate < share:
            return kind
        fate -= share
    if fate >= success_rate(message.attempt) or traits.committed or traits.guarantor or not traits.arrears:
        return Kind.IGNORES
    promises = 1 - assumed.PAYS_ALL - assumed.PAYS_PART
    kinds = (
        (Kind.PAYS_ALL, assumed.PAYS_ALL),
        (Kind.PAYS_PART, assumed.PAYS_PART),
        (Kind.PROMISES, promises),
    )
    return choose(draw(seed, "success", message.reference), kinds)


def _payment(seed: int, message: Message, traits: Traits, kind: Kind) -> Reaction:
    reference = message.reference
    zone = zone_of(traits.zone)
    local = message.at.astimezone(zone)
    days = choose(draw(seed, "pays after", reference), assumed.PAYS_AFTER_DAYS)
    if days == 0 and local.hour == 23:
        days = 1
    hour = draw(seed, "pays at", reference)
    at = paying_time(local.date() + timedelta(days=days), zone, hour, local.hour + 1 if days == 0 else 0)
    cents = None
    if kind is Kind.PAYS_PART:
        low, high = assumed.PART_OF_ARREARS
        cents = max(1, round(traits.arrears * (low + (high - low) * draw(seed, "part", reference))))
    says = draw(seed, "says paid", reference) < assumed.SAYS_PAID
    text = ("已还款" if traits.language.startswith("zh") else "Paid") if says else None
    after = at + timedelta(minutes=10)
    return Reaction(kind, text, after if says else None, Intent(at, cents), after)


def _promise(seed: int, message: Message, traits: Traits) -> Reaction:
    reference = message.reference
    zone = zone_of(traits.zone)
    days = between(draw(seed, "promised day", reference), *assumed.PROMISED_DAYS)
    due = message.at.astimezone(zone).date() + timedelta(days=days)
    whole = draw(seed, "promised amount", reference) < assumed.PROMISES_ALL
    cents = traits.arrears if whole else max(1, traits.arrears // 2)
    # The words that outreach takes, in whatever language the message was.
    text = f"PROMISE {due.isoformat()} {money(cents)} {CURRENCY}"
    pays_on = due
    if draw(seed, "keeps", reference) >= assumed.PROMISE_KEPT:
        if draw(seed, "pays later", reference) >= assumed.BROKEN_PAYS_LATER:
            end = paying_time(due, zone, 0.99)
            return Reaction(Kind.PROMISES, text, _reply_at(seed, message), None, end)
        pays_on += timedelta(days=between(draw(seed, "how late", reference), *assumed.BROKEN_PAYS_AFTER_DAYS))
    intent = Intent(paying_time(pays_on, zone, draw(seed, "pays at", reference)), cents)
    return Reaction(Kind.PROMISES, text, _reply_at(seed, message), intent, intent.at)


def _reply_at(seed: int, message: Message) -> datetime:
    first, last = assumed.REPLY_MINUTES
    soon = draw(seed, "replies after", message.reference) ** 2
    return message.at + timedelta(seconds=60 * first + int(soon * 60 * (last - first)))
