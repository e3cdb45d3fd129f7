"""Who persons are to debts and where they are, as core banking says and as they move."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from services.compliance.domain.keeping import moved
from services.compliance.domain.parties import newest
from services.compliance.store import attempts, keeping, people
from shared.contracts.base import Event
from shared.stream.work import Work


async def meet(events: Sequence[Event], overlap: timedelta, work: Work) -> None:
    """Put the newest version of each party on file; the persons are locked.

    What a person leaves behind counts for `overlap` longer, and open permits are decided again.
    """
    persons = {_person_of(event) for event in events}
    on_file = await people.parties_on_file(work.connection, persons)
    rows = newest(events, {pair: row.version for pair, row in on_file.items()})
    await people.save_parties(work.connection, rows)
    left = moved(rows, on_file, work.now, work.now + overlap)
    await keeping.leave(work.connection, left)
    await attempts.doubt(work.connection, left.changed, work.now)


def _person_of(event: Any) -> str:
    person_id: str = event.person_id
    return person_id
