"""What persons agreed to and asked for, and what is known of them, put on file by people.

Each act is done under the person's lock, has its leaf, and has the person's open permits decided again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from services.compliance.domain.conduct import ALL_CHANNELS, OptOutEnd
from services.compliance.domain.keeping import (
    ConsentRow,
    FactRow,
    MilestoneRow,
    PreferenceRow,
    ResidenceRow,
    ZoneRow,
)
from services.compliance.journal import Journal
from services.compliance.store import attempts, holds, keeping, people
from shared.contracts.conduct import OptOutTakenBack
from shared.contracts.vocabulary import Channel
from shared.ids import derive_id
from shared.stream.work import Work


class RenewedConsent(NamedTuple):
    """How the person consented anew, and where that is recorded: a letter's number, a recording's id."""

    given_at: datetime
    source: str
    reference: str


@dataclass(frozen=True, slots=True)
class File:
    """The file of one person, open in one transaction. `by` is who acts, `act` names what they do."""

    person_id: str
    by: str
    act: str
    overlap: timedelta
    work: Work
    journal: Journal

    async def consent(self, row: ConsentRow) -> None:
        """The person agreed to something."""
        await self._open()
        await keeping.add_consent(self.work.connection, row)
        await self._close("consent_recorded", f"consent:{row.consent_id}", row)

    async def withdraw_consent(self, consent_id: str) -> ConsentRow | None:
        """The person takes a consent back, from now on; None where there is none of theirs in force."""
        await self._open()
        row = await keeping.withdraw_consent(self.work.connection, self.person_id, consent_id, self.work.now)
        if row is not None:
            await self._close("consent_withdrawn", f"consent_withdrawn:{consent_id}", row)
        return row

    async def preference(self, row: PreferenceRow) -> None:
        """The person asked for something."""
        await self._open()
        await keeping.add_preference(self.work.connection, row)
        await self._close("preference_recorded", f"preference:{row.preference_id}", row)

    async def withdraw_preference(self, preference_id: str) -> PreferenceRow | None:
        """The person asks for it no more; None where there is none of theirs in force."""
        await self._open()
        row = await keeping.withdraw_preference(
            self.work.connection, self.person_id, preference_id, self.work.now
        )
        if row is not None:
            await self._close("preference_withdrawn", f"preference_withdrawn:{preference_id}", row)
        return row

    async def facts(self, known: Sequence[FactRow], unknown: Sequence[FactRow]) -> None:
        """Say of facts what they are now, and of others that they are not known."""
        await self._open()
        await keeping.set_facts(self.work.connection, known)
        await keeping.forget_facts(self.work.connection, unknown)
        await self._close("facts_set", f"facts:{self.act}", {"known": known, "unknown": unknown})

    async def zones(self, source: str, names: Collection[str]) -> None:
        """The source names these zones from now on."""
        await self._open()
        now = self.work.now
        rows = [ZoneRow(self.person_id, source, name, now, None, self.by) for name in sorted(set(names))]
        await keeping.declare_zones(self.work.connection, self.person_id, source, rows, now + self.overlap)
        await self._close("zones_declared", f"zones:{self.act}", {"source": source, "zones": rows})

    async def places(self, rows: Sequence[ResidenceRow]) -> None:
        """The person may live at these places from now on."""
        await self._open()
        until = self.work.now + self.overlap
        await keeping.declare_places(self.work.connection, self.person_id, rows, until)
        await self._close("places_declared", f"places:{self.act}", {"places": rows})

    async def milestone(self, row: MilestoneRow) -> None:
        """Something happened that sequence rules look for."""
        await self._open()
        await keeping.add_milestones(self.work.connection, [row])
        await self._close("event_recorded", f"event:{self.act}", row)

    async def end_opt_out(self, channel: str, consent: RenewedConsent) -> OptOutEnd | None:
        """The person consents anew to what they had opted out of; None where they had not."""
        await self._open()
        made = await holds.opt_outs_of(self.work.connection, [self.person_id])
        mine = next((one for one in made if one.channel == channel), None)
        if mine is None or consent.given_at < mine.opted_out_at:
            return None
        end = OptOutEnd(
            self.person_id,
            channel,
            mine.opted_out_at,
            consent.given_at,
            consent.source,
            consent.reference,
            self.work.now,
            self.by,
        )
        await holds.end_opt_out(self.work.connection, end)
        for customer_id in await self._customers():
            self._tell_taken_back(end, customer_id)
        name = derive_id("opt_out_taken_back", self.person_id, channel, end.opted_out_at.isoformat())
        await self._close("opt_out_taken_back", name, end)
        return end

    async def _customers(self) -> list[str]:
        known = await people.parties_on_file(self.work.connection, [self.person_id])
        return sorted(customer_id for _, customer_id in known)

    def _tell_taken_back(self, end: OptOutEnd, customer_id: str) -> None:
        event = OptOutTakenBack(
            person_id=self.person_id,
            customer_id=customer_id,
            channel=None if end.channel == ALL_CHANNELS else Channel(end.channel),
            consented_at=end.consented_at,
            taken_back_at=end.recorded_at,
        )
        self.work.emit(event, key=self.person_id)

    async def _open(self) -> None:
        await people.lock(self.work.connection, [self.person_id])

    async def _close(self, kind: str, event_id: str, payload: object) -> None:
        await attempts.doubt(self.work.connection, [self.person_id], self.work.now)
        self.journal.add(event_id, kind, self.person_id, self.work.now, {"by": self.by, "said": payload})
        await self.journal.write(self.work)
