"""Everything on file about one human, and what of it the gate is told about a request."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from services.compliance.domain.gate.facts import (
    Attempt,
    AttemptOutcome,
    Consent,
    Event,
    Hold,
    PersonFacts,
    Place,
    Preference,
    ZoneEvidence,
)
from shared.contracts.requests import ContactRequested
from shared.contracts.vocabulary import PartyRole

DIRECT_CONSENT = "call_frequency_7d"
"""The consent under which calls are not counted where the law says so."""

NOWHERE = Place(country="")
"""Where somebody lives of whom no place is known: no pack is in force there."""

_SIX_DAYS = timedelta(days=6)
_SPOKE = frozenset({AttemptOutcome.ANSWERED, AttemptOutcome.CONVERSATION})


class Party(msgspec.Struct, frozen=True):
    """Who the person is to a customer's debts, as core banking last said."""

    person_id: str
    customer_id: str
    role: PartyRole
    jurisdiction: str
    time_zone: str | None
    removed: bool


class NamedFact(msgspec.Struct, frozen=True):
    """A fact about the person; with `debt` or `contact_point_id` it is about that one alone."""

    name: str
    value: bool
    debt: str = ""
    contact_point_id: str = ""

    def speaks_of(self, debt: str, contact_point_id: str) -> bool:
        """Whether it is about this debt and contact point."""
        return self.debt in ("", debt) and self.contact_point_id in ("", contact_point_id)


class Dossier(msgspec.Struct):
    """One human: the person asked about, and other records of the same human (`merged`).

    `attempts` is shared by all that is told from here: what is reserved in a batch is seen by the next.
    """

    person_id: str
    merged: tuple[str, ...] = ()
    parties: list[Party] = []
    residences: list[Place] = []
    zones: list[ZoneEvidence] = []
    attempts: list[Attempt] = []
    consents: list[Consent] = []
    preferences: list[Preference] = []
    holds: list[Hold] = []
    events: list[Event] = []
    named: list[NamedFact] = []
    told_before: dict[tuple[object, ...], PersonFacts] = {}

    @classmethod
    def pooled(cls, parts: Sequence["Dossier"]) -> "Dossier":
        """The dossier of one human who has several records; the first is the root."""
        whole = cls(parts[0].person_id, tuple(part.person_id for part in parts))
        for name in _POOLED:
            setattr(whole, name, [one for part in parts for one in getattr(part, name)])
        whole.attempts.sort(key=lambda attempt: (attempt.at, attempt.attempt_id))
        return whole

    def told(self, asked: ContactRequested, debts: Collection[str], derived: dict[str, bool]) -> PersonFacts:
        """What the gate is told about a request: all this, and what the request says of place and zone.

        `derived` are named facts that follow from what is on file about others.
        """
        scoped = any(fact.debt or fact.contact_point_id for fact in self.named)
        about = (tuple(sorted(debts)), asked.contact_point_id) if scoped else ()
        key = (asked.jurisdiction, asked.time_zone, about, tuple(sorted(derived.items())))
        told = self.told_before.get(key)
        if told is None:
            known = known_of(self.named, debts, asked.contact_point_id) | derived
            told = self.told_before[key] = self._tell(asked, known)
        return told

    def places(self, asked: str | None = None) -> tuple[Place, ...]:
        """Where the person may live, as is on file and as a request says; at least one."""
        codes = {party.jurisdiction for party in self.parties if not party.removed}
        if asked is not None:
            codes.add(asked)
        return places(frozenset(codes), tuple(self.residences)) or (NOWHERE,)

    def roles(self, customer_id: str) -> set[PartyRole]:
        """Who the person is on file to a customer's debts."""
        mine = (party for party in self.parties if party.customer_id == customer_id)
        return {party.role for party in mine if not party.removed}

    def is_removed(self, customer_id: str) -> bool:
        """Whether core banking said that the person is nobody to the customer's debts any more."""
        mine = [party for party in self.parties if party.customer_id == customer_id]
        return bool(mine) and all(party.removed for party in mine)

    def _tell(self, asked: ContactRequested, known: dict[str, bool]) -> PersonFacts:
        current = [party for party in self.parties if not party.removed]
        names = frozenset({asked.time_zone, *(party.time_zone for party in current)} - {None})
        first, *more = self.places(asked.jurisdiction)
        return PersonFacts(
            place=first,
            more_places=tuple(more),
            zones=evidence(names, tuple(self.zones)),
            attempts=self.attempts,
            consents=tuple(self.consents),
            preferences=tuple(self.preferences),
            holds=tuple(self.holds),
            events=tuple(self.events),
            known=known,
            merged=self.merged,
        )


_POOLED = (
    "parties",
    "residences",
    "zones",
    "attempts",
    "consents",
    "preferences",
    "holds",
    "events",
    "named",
)


def known_of(named: Collection[NamedFact], debts: Collection[str], contact_point_id: str) -> dict[str, bool]:
    """The facts on which all that speaks of these debts and this contact point agrees.

    Where it does not, or is silent about one of the debts, the fact is not known: that is never a yes.
    """
    known: dict[str, bool] = {}
    for name in {fact.name for fact in named}:
        answers = set[bool | None]()
        for debt in debts:
            values = {
                fact.value for fact in named if fact.name == name and fact.speaks_of(debt, contact_point_id)
            }
            answers |= values or {None}
        if len(answers) == 1 and (value := answers.pop()) is not None:
            known[name] = value
    return known


@lru_cache(maxsize=4096)
def places(codes: frozenset[str], residences: tuple[Place, ...]) -> tuple[Place, ...]:
    """All places that the person may live in, without those that another one tells more exactly.

    A code is a country, country-state or country-state-city: `CN`, `US-NY`, `US-NY-New York`.
    """
    found = {*(_place(code) for code in codes), *residences}
    exact = [place for place in found if not any(_tells_more(other, place) for other in found)]
    return tuple(sorted(exact, key=lambda place: (place.country, place.state or "", place.city or "")))


@lru_cache(maxsize=4096)
def evidence(names: frozenset[str], known: tuple[ZoneEvidence, ...]) -> tuple[ZoneEvidence, ...]:
    """The zones on file, and those that the bank's own records give."""
    told = [ZoneEvidence(zone=name, source="address") for name in sorted(names)]
    return tuple(dict.fromkeys([*known, *told]))


def _place(code: str) -> Place:
    country, _, rest = code.partition("-")
    state, _, city = rest.partition("-")
    return Place(country=country, state=state or None, city=city or None)


def _tells_more(other: Place, place: Place) -> bool:
    if other == place or other.country != place.country:
        return False
    return place.state is None or (other.state == place.state and place.city is None)


def consented_directly(known: PersonFacts, now: datetime) -> bool:
    """Whether a call made now is one that the person agreed to directly, which some laws do not count.

    The consent's own day is the first of seven, and it ends with the conversation that was agreed to: within
    six times 24 hours that is so by every clock.
    """
    for consent in known.consents:
        if consent.kind != DIRECT_CONSENT or not consent.given_at <= now < consent.given_at + _SIX_DAYS:
            continue
        if not any(attempt.outcome in _SPOKE and attempt.at > consent.given_at for attempt in known.attempts):
            return True
    return False
