"""The floor of the gate: the same rules for the same requests as hand-written `if` statements.

No packs, no kinds of rules, no other channels, parties or purposes, no citations and numbers: what remains is
what has to be computed in any case. It gives the same effect, the same rules, the same instants.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from benchmarks.gate_work import Asked
from services.compliance.domain.gate.facts import Attempt, AttemptOutcome
from shared.contracts.vocabulary import Channel

BEIJING = ZoneInfo("Asia/Shanghai")
CALL, SMS = Channel.CALL_LIVE, Channel.SMS
TTL = timedelta(minutes=5)
WEEK = timedelta(days=7)
SPOKE = (AttemptOutcome.CONVERSATION, AttemptOutcome.ANSWERED)
UNANSWERED = (AttemptOutcome.NO_ANSWER, AttemptOutcome.BUSY, AttemptOutcome.VOICEMAIL)


class Answer(NamedTuple):
    """What the gate has to say, but for citations and numbers. `at` is `until` or `valid_until`."""

    effect: str
    rules: frozenset[str]
    at: datetime | None


def answer(asked: Asked) -> Answer:
    """Decide one of the benchmark's requests."""
    return in_china(asked) if asked.facts.place.country == "CN" else in_america(asked)


def in_china(asked: Asked) -> Answer:
    """The mainland and the bank's policy there. The benchmark's week has no holidays."""
    request, facts, now = asked
    local = now.astimezone(BEIJING)
    found = {}
    if not 8 <= local.hour < 22:
        found["CN-TIME"] = found["BANK-CN-HOLIDAYS"] = "defer"
    today = [one for one in facts.attempts if one.direction == "out" and _date(one, BEIJING) == local.date()]
    if request.channel is CALL:
        if sum(one.channel is CALL and one.outcome in SPOKE for one in today) >= 3:
            found["CN-CALLS-EFFECTIVE-3"] = "defer"
        point = request.contact_point_id
        dialled = [one for one in today if one.channel is CALL and one.contact_point_id == point]
        if sum(one.outcome in UNANSWERED for one in dialled) >= 6:
            found["CN-ATTEMPTS-6"] = "defer"
    if len(today) >= 8:
        found["BANK-DAY-CAP"] = "defer"
    if _opted_out(asked):
        found["CN-OPTOUT"] = "deny"
    if _on_hold(asked):
        found["CN-HOLDS"] = "deny"
    if found and "deny" not in found.values():
        counted = local.hour >= 22 or any(name not in ("CN-TIME", "BANK-CN-HOLIDAYS") for name in found)
        day = local.date() + timedelta(days=1 if counted else 0)
        until = datetime(day.year, day.month, day.day, 8, tzinfo=BEIJING).astimezone(UTC)
        return Answer("defer", frozenset(found), until)
    if found:
        return Answer("deny", frozenset(found), None)
    return Answer(
        "allow", frozenset(), min(now + TTL, local.replace(hour=22, minute=0, second=0).astimezone(UTC))
    )


def in_america(asked: Asked) -> Answer:
    """The federal rules and the bank's policy."""
    facts, now = asked.facts, asked.now
    zones = [ZoneInfo(evidence.zone) for evidence in facts.zones]
    hits = _american_hits(asked, zones, now)
    if "deny" in hits.values():
        return Answer("deny", frozenset(hits), None)
    if "review" in hits.values():
        return Answer("review", frozenset(hits), None)
    if not hits:
        closing = [now.astimezone(zone).replace(hour=21, minute=0, second=0) for zone in zones]
        return Answer("allow", frozenset(), min(now + TTL, *(end.astimezone(UTC) for end in closing)))
    at = now
    while later := _american_hits(asked, zones, at):
        if "defer" not in later.values():
            return Answer("review", frozenset(hits), None)
        at = max(min(_after(name, zone, at) for zone in zones) for name in later)
    return Answer("defer", frozenset(hits), at)


def _american_hits(asked: Asked, zones: list[ZoneInfo], now: datetime) -> dict[str, str]:
    request, facts, _ = asked
    found = {}
    recent = [one for one in facts.attempts if one.at > now - WEEK - timedelta(days=1)]
    debt = request.debts[0]
    for zone in zones:
        local = now.astimezone(zone)
        today = local.date()
        if not 8 <= local.hour < 21:
            found["US-TIME"] = "defer"
        outbound = [one for one in recent if one.direction == "out"]
        if sum(_date(one, zone) >= today for one in outbound) >= 8:
            found["BANK-DAY-CAP"] = "defer"
        if request.channel is not CALL:
            continue
        placed = [one for one in outbound if one.channel is CALL and one.outcome is not AttemptOutcome.BUSY]
        first = today - timedelta(days=6)
        if sum(debt in one.debts and _date(one, zone) >= first for one in placed) >= 7:
            found["US-7-IN-7"] = "defer"
        if sum(_date(one, zone) >= today for one in placed) >= 3:
            found["US-AGGREGATE"] = "review"
        for one in recent:
            if (
                one.channel is CALL
                and one.outcome in SPOKE
                and debt in one.debts
                and _date(one, zone) >= first
            ):
                found["US-CONV-7"] = "defer"
    if _opted_out(asked):
        found["US-MEDIUM-OPTOUT"] = "deny"
    if _on_hold(asked):
        found["US-HOLDS"] = "deny"
    if not facts.events:
        found["US-VALIDATION"] = "deny"
    if request.channel is SMS and not facts.known["sms_consent_or_text_60d"]:
        found["US-SMS-REASSIGNED-60"] = "deny"
    return found


def _after(name: str, zone: ZoneInfo, now: datetime) -> datetime:
    """The next instant at which a rule may change its mind: the opening, or midnight."""
    local = now.astimezone(zone)
    hour = 8 if name == "US-TIME" else 0
    day = local.date() + timedelta(days=1 if local.hour >= hour else 0)
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)


def _date(attempt: Attempt, zone: ZoneInfo) -> object:
    return attempt.at.astimezone(zone).date()


def _opted_out(asked: Asked) -> bool:
    channel = asked.request.channel
    for preference in asked.facts.preferences:
        if preference.channel is not channel:
            continue
        received = sent = preference.since
        for one in asked.facts.attempts:
            if one.channel is channel and one.direction == "in":
                received = max(received, one.at)
            elif one.channel is channel:
                sent = max(sent, one.at)
        if received <= sent:
            return True
    return False


def _on_hold(asked: Asked) -> bool:
    return any(hold.debt == asked.request.debts[0] for hold in asked.facts.holds)
