"""What is known: facts that are true, false or unknown, and consents that are in force.

What a rule requires, what waives it, and the facts that it applies to have to be known to be true. Only the
fact of its `when` has to be known to be false to set it aside: where that is unknown and the rule would stand
in the way, a human has to look.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.compliance.domain.gate.asking import Asked, Moment
from services.compliance.domain.gate.clocks import DAY, instant, second_of
from services.compliance.domain.gate.counting import OUTCOMES
from services.compliance.domain.gate.facts import Consent

LASTS_DAYS = {"call_frequency_7d": 7}
"""Consents that the law ends by itself: after so many local dates, the first being that of the consent, or
with the conversation that was agreed to (12 CFR 1006.14(b)(3)(i))."""


def fact(name: str, asked: Asked, moment: Moment) -> bool | None:
    """Whether the fact is true; None where it is not known.

    What is on file of it decides; if nothing is, the collector's facts and a consent in force of that name.
    """
    value = asked.facts.known.get(name)
    if value is None and (
        name in asked.request.collector.facts or (asked.facts.consents and consented(name, asked, moment))
    ):
        return True
    return value


def consented(kind: str, asked: Asked, moment: Moment) -> bool:
    """Whether a consent of this kind is in force at the moment and is about what is asked."""
    return any(
        consent.kind == kind and _is_about(consent, asked) and _in_force(consent, asked, moment)
        for consent in asked.facts.consents
    )


def consent_ends(asked: Asked, moment: Moment) -> Iterator[datetime]:
    """The instants after the moment at which a consent may end."""
    for consent in asked.facts.consents:
        end = _end(consent, asked)
        if end is not None and end > moment.at:
            yield end


def next_consent(asked: Asked, moment: Moment) -> datetime | None:
    """The next instant at which a consent that is known already begins."""
    return min((c.given_at for c in asked.facts.consents if c.given_at > moment.at), default=None)


def _is_about(consent: Consent, asked: Asked) -> bool:
    request = asked.request
    return consent.channel in (None, request.channel) and consent.contact_point_id in (
        None,
        request.contact_point_id,
    )


def _in_force(consent: Consent, asked: Asked, moment: Moment) -> bool:
    if consent.given_at > moment.at:
        return False
    end = _end(consent, asked)
    return end is None or moment.at < end


def _end(consent: Consent, asked: Asked) -> datetime | None:
    """When the consent ends, by the clock of the zone where it ends first."""
    days = LASTS_DAYS.get(consent.kind)
    if days is None:
        return consent.until
    given = second_of(consent.given_at)
    ends = [
        instant(zone.reaches((zone.local(given) // DAY + days) * DAY, given)) for zone in asked.zones
    ] or [consent.given_at + timedelta(days=days - 1)]
    if consent.until is not None:
        ends.append(consent.until)
    ends += [
        attempt.at
        for attempt in asked.facts.attempts
        if attempt.outcome in OUTCOMES["conversation"] and attempt.at > consent.given_at
    ]
    return min(ends)
