"""Names and texts in a request file that its types cannot check: facts, tags, zones, clock times."""

import re
from collections.abc import Iterable

from services.compliance.domain.gate.facts import PersonFacts, Preference
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.packs.event_names import EVENTS
from services.compliance.domain.packs.fact_names import CONSENTS, FACTS
from services.compliance.domain.packs.tags import FORBIDDEN, REQUIRED
from services.compliance.domain.packs.zones import is_zone
from services.compliance.explaining.wrong import WrongFile, unknown

_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")


def check_names(request: GateRequest, facts: PersonFacts) -> None:
    """Raises WrongFile for the first name that no catalogue has, and for texts that mean nothing."""
    _all_in("request.collector.facts", request.collector.facts, FACTS, "fact")
    if request.content is not None:
        _all_in("request.content.tags", request.content.tags, {**REQUIRED, **FORBIDDEN}, "tag")
    _all_in("facts.known", facts.known, {**FACTS, **EVENTS}, "fact or event")
    _all_in("facts.consents", (c.kind for c in facts.consents), {**CONSENTS, **FACTS}, "consent or fact")
    _all_in("facts.events", (event.kind for event in facts.events), EVENTS, "event")
    for number, evidence in enumerate(facts.zones):
        if not is_zone(evidence.zone):
            remedy = "Use one such as America/New_York; leave zones out where none is known"
            raise WrongFile(f"facts.zones[{number}].zone", f'"{evidence.zone}" is no IANA time zone', remedy)
    for number, preference in enumerate(facts.preferences):
        _check_hours(f"facts.preferences[{number}]", preference)


def _check_hours(field: str, preference: Preference) -> None:
    if (preference.from_ is None) != (preference.to is None):
        raise WrongFile(field, "has one of `from` and `to`", "Give both, or neither for whole days")
    for name, clock in (("from", preference.from_), ("to", preference.to)):
        if clock is not None and not _CLOCK.fullmatch(clock):
            raise WrongFile(f"{field}.{name}", f'"{clock}" is no clock time', 'Write "00:00" to "24:00"')
    if any(not 1 <= day <= 7 for day in preference.weekdays):
        raise WrongFile(f"{field}.weekdays", "has a day that there is not", "Use 1 (Monday) to 7 (Sunday)")
    limited = preference.from_ is not None or preference.weekdays
    if limited and preference.kind != "inconvenient":
        raise WrongFile(
            field, f"{preference.kind} has no hours or weekdays", "Use inconvenient, or leave them out"
        )


def _all_in(field: str, names: Iterable[str], catalogue: dict[str, str], what: str) -> None:
    for name in names:
        if name not in catalogue:
            raise unknown(field, f"{name} is no {what}", name, catalogue)
