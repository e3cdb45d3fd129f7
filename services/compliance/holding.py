"""Holds placed and ended by people and by the clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.compliance.domain.conduct import PlacedHold
from services.compliance.domain.packs.schema import HoldRule
from services.compliance.gate import Gate
from services.compliance.journal import Journal
from services.compliance.store import attempts, holds, people
from services.compliance.telling import placed, released
from shared.contracts.vocabulary import HoldKind
from shared.stream.work import Work

HOLD_EXPIRY = "hold_expiry"


class AlreadyReleasedError(Exception):
    """The hold has ended before."""


async def end_of(
    person_id: str, kind: HoldKind, wished: datetime | None, gate: Gate, work: Work
) -> datetime | None:
    """When a hold placed now ends: as wished, or sooner where every pack that names its kind limits it."""
    await people.lock(work.connection, [person_id])
    dossier = (await gate.dossiers({person_id}, work, work.now))[person_id]
    sets = gate.library.in_force(dossier.places(), work.now).sets
    rules = [part.rule for packs in sets for part in packs.rules if isinstance(part.rule, HoldRule)]
    longest = [rule.holds[kind].max_days for rule in rules if kind in rule.holds]
    limits = [days for days in longest if days is not None]
    if not limits or len(limits) < len(longest):
        return wished
    latest = work.now + timedelta(days=max(limits))
    return latest if wished is None else min(wished, latest)


async def place(hold: PlacedHold, work: Work, journal: Journal) -> None:
    """Place a hold now; it ends by itself where it has an end, and open permits are decided again."""
    await people.lock(work.connection, [hold.person_id])
    await holds.place(work.connection, [hold])
    await attempts.doubt(work.connection, [hold.person_id], work.now)
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
