"""Permits: the one path from a request to its decision, for both doors."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.domain.desks import Desks
from services.compliance.domain.dossier import Dossier, consented_directly
from services.compliance.domain.evidence import Evidence
from services.compliance.domain.gate.facts import Attempt, AttemptOutcome
from services.compliance.domain.gate.request import Collector
from services.compliance.domain.judging import Question, judge, question_of
from services.compliance.domain.packs.library import Library
from services.compliance.domain.past import Past
from services.compliance.domain.record import DecisionRecord, Reserved, decision_id_of, record
from services.compliance.journal import Journal
from services.compliance.store import debtors, decisions, people, rulesets
from shared.contracts.requests import ContactRequested
from shared.stream.work import Work

PERMIT_EXPIRY = "permit_expiry"
_MINUTE = timedelta(minutes=1)
_LARGEST_ASK = 2**31 - 1


class Ask(NamedTuple):
    """A request, and who will make the contact where the asker tells more than an id."""

    asked: ContactRequested
    making: Collector | None = None


StaffFacts = Callable[[AsyncConnection, Collection[str], datetime], Awaitable[Mapping[str, frozenset[str]]]]
"""The facts on file at an instant about each of these members of staff (`collector_trained`)."""


async def nothing_vouched(
    _connection: AsyncConnection, _staff_ids: Collection[str], _at: datetime
) -> Mapping[str, frozenset[str]]:
    """Where no register of staff is kept."""
    return {}


@dataclass(frozen=True, slots=True)
class Gate:
    """Decides requests.

    `ruleset` names the packs that are enforced together: a digest over theirs. `grace` is how long after its
    end an unredeemed permit goes on counting, `overlap` how long what a person moved away from does.
    `staff_facts` knows who may make contacts.
    """

    library: Library
    ruleset: str
    desks: Desks
    past: Past
    grace: timedelta
    overlap: timedelta
    staff_facts: StaffFacts = nothing_vouched
    _announced: set[str] = field(default_factory=set)

    async def permit(self, asks: Sequence[Ask], work: Work, journal: Journal) -> list[DecisionRecord]:
        """Decide those requests that were not decided before, in order, and reserve what they may use.

        The persons are locked. Each decision sees the reservations of those before it. Raises ValueError
        for a request that cannot be kept.
        """
        fresh = await self._fresh(asks, work)
        if not fresh:
            return []
        dossiers = await self.dossiers({ask.asked.person_id for ask in fresh.values()}, work, work.now)
        derived = await debtors.derived(work.connection, [ask.asked for ask in fresh.values()], work.now)
        named = {ask.asked.staff_id for ask in fresh.values() if ask.asked.staff_id is not None}
        staff = await self.staff_facts(work.connection, named, work.now) if named else {}
        records, reserved = [], []
        for (decision_id, ask), known in zip(fresh.items(), derived, strict=True):
            dossier = dossiers[ask.asked.person_id]
            vouched = staff.get(ask.asked.staff_id or "", frozenset())
            request = self.desks.request(ask.asked, ask.making, vouched)
            question = question_of(ask.asked, request, dossier, known)
            decision = judge(question, self.library, work.now)
            made = record(decision_id, ask.asked, decision, work.now)
            self._draft(made, ask.asked, question, journal)
            records.append(made)
            if made.permit_id is not None:
                attempt = reservation(made.permit_id, question, work.now)
                dossier.attempts.append(attempt)
                reserved.append(Reserved.of(attempt))
        await decisions.keep(work.connection, records, reserved)
        await self._announce(work, journal)
        self._set_expiry(records, work)
        return records

    async def dossiers(self, persons: set[str], work: Work, at: datetime) -> dict[str, Dossier]:
        """What is on file about these persons, who are locked, as far as it matters from `at` on."""
        return await people.dossiers_of(work.connection, persons, self.past.before(at), self.desks.creditor)

    async def _fresh(self, asks: Sequence[Ask], work: Work) -> dict[str, Ask]:
        named: dict[str, Ask] = {}
        for ask in asks:
            if not 0 <= ask.asked.ask <= _LARGEST_ASK:
                raise ValueError(f"ask must be from 0 to {_LARGEST_ASK}")
            named.setdefault(decision_id_of(ask.asked.contact_id, ask.asked.ask), ask)
        contacts = {ask.asked.contact_id for ask in named.values()}
        for decision_id in await decisions.known(work.connection, contacts):
            named.pop(decision_id, None)
        return named

    def _draft(
        self, made: DecisionRecord, asked: ContactRequested, question: Question, journal: Journal
    ) -> None:
        since = made.decided_at - self.past.length
        journal.add(
            made.decision_id,
            "decision",
            made.person_id,
            made.decided_at,
            payload=Evidence(asked, question, made.decided_at, since, made.effect, made.reasons, made.packs),
            ask=made.ask,
            channel=made.channel,
            contact=made.contact_id,
            effect=made.effect,
            permit=made.permit_id,
            rules=tuple(dict.fromkeys(reason.rule_id for reason in made.reasons)),
            ruleset=self.ruleset,
            until=made.until or made.valid_until,
        )

    async def _announce(self, work: Work, journal: Journal) -> None:
        """Have the packs in the log before the first decision by them is committed."""
        if self.ruleset in self._announced:
            return
        if await rulesets.keep(work.connection, self.ruleset, self.library.digests, work.now):
            event = f"packs:{self.ruleset}"
            journal.add(event, "packs_in_force", self.ruleset, work.now, ruleset=self.ruleset)
        else:
            # On file from a transaction that is committed.
            self._announced.add(self.ruleset)

    def _set_expiry(self, records: Sequence[DecisionRecord], work: Work) -> None:
        # One timer a minute for all permits that end in it, not one a permit.
        ends = {made.valid_until for made in records if made.valid_until is not None}
        for minute in sorted({end.replace(second=0, microsecond=0) for end in ends}):
            work.set_timer(PERMIT_EXPIRY, minute.isoformat(), minute + _MINUTE + self.grace)


def reservation(permit_id: str, question: Question, now: datetime) -> Attempt:
    """What an allowed request puts among the person's attempts."""
    request = question.request
    return Attempt(
        attempt_id=permit_id,
        at=now,
        channel=request.channel,
        outcome=AttemptOutcome.RESERVED,
        creditor=request.creditor,
        collector_id=request.collector.collector_id,
        person_id=request.person_id,
        debts=request.debts,
        contact_point_id=request.contact_point_id,
        party=request.party,
        purpose=request.purpose,
        consented=consented_directly(question.facts, now),
    )
