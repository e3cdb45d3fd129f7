"""Holds placed and ended by people and by the clock."""

from collections.abc import Sequence

from services.compliance.domain.conduct import PlacedHold
from services.compliance.journal import Journal
from services.compliance.store import holds, people
from services.compliance.telling import placed, released
from shared.stream.work import Work

HOLD_EXPIRY = "hold_expiry"


class AlreadyReleasedError(Exception):
    """The hold has ended before."""


async def place(hold: PlacedHold, work: Work, journal: Journal) -> None:
    """Place a hold now; it ends by itself where it has an end."""
    await people.lock(work.connection, [hold.person_id])
    await holds.place(work.connection, [hold])
    if hold.until is not None:
        work.set_timer(HOLD_EXPIRY, hold.hold_id, hold.until, aggregate=hold.person_id)
    placed(hold, work, journal)
    await journal.write(work)


async def release(hold_id: str, reason: str, work: Work, journal: Journal) -> PlacedHold | None:
    """End a hold now; None where there is none. Raises AlreadyReleasedError."""
    hold = await holds.by_id(work.connection, hold_id)
    if hold is None:
        return None
    await people.lock(work.connection, [hold.person_id])
    if not await holds.release(work.connection, hold_id, work.now, reason):
        raise AlreadyReleasedError
    work.cancel_timer(HOLD_EXPIRY, hold_id)
    hold.released_at, hold.release_reason = work.now, reason
    released(hold, work.now, reason, work, journal)
    await journal.write(work)
    return hold


async def end(hold_ids: Sequence[str], work: Work, journal: Journal) -> None:
    """End holds whose time is over; the leaves are written by the caller."""
    known = await holds.by_ids(work.connection, hold_ids)
    await people.lock(work.connection, {hold.person_id for hold in known})
    for hold in known:
        if hold.until is not None and await holds.release(
            work.connection, hold.hold_id, hold.until, "expired"
        ):
            released(hold, hold.until, "expired", work, journal)
