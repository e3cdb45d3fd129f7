"""Redeeming permits: the last look before something leaves the bank."""

from collections.abc import Sequence

import msgspec

from services.compliance.domain.facts import AttemptState
from services.compliance.domain.permit import Permit, refusal
from services.compliance.journal import Journal
from services.compliance.store import attempts, log, people
from shared.stream.work import Work


class Redemption(msgspec.Struct, frozen=True):
    """A dispatch that wants to use a permit."""

    permit_id: str
    contact_id: str
    dispatch_id: str


class Outcome(msgspec.Struct, frozen=True):
    """The answer: redeemed with its leaf, or refused with the id of a rule."""

    permit_id: str
    result: str
    reason: str | None
    leaf_index: int | None


async def redeem(asked: Sequence[Redemption], work: Work, journal: Journal) -> list[Outcome]:
    """Use each permit once, where nothing has come in between; the answers are in the order asked.

    Whoever placed a hold or an opt-out before this took the lock is seen; whoever comes later waits.
    """
    permit_ids = {one.permit_id for one in asked}
    persons = await people.lock_by_permit(work.connection, permit_ids)
    permits = await attempts.locked(work.connection, permit_ids)
    standing = await people.standing_of(work.connection, persons) if persons else {}
    refusals: list[str | None] = []
    used: dict[str, Permit] = {}
    for one in asked:
        permit = permits.get(one.permit_id)
        facts = standing.get(permit.person_id) if permit else None
        holds, opt_outs = (facts.holds, facts.opt_outs) if facts else ([], [])
        reason = refusal(permit, one.contact_id, one.dispatch_id, holds, opt_outs, work.now)
        refusals.append(reason)
        if reason is None and permit is not None and permit.state is AttemptState.RESERVED:
            permit.state, permit.dispatch_id = AttemptState.REDEEMED, one.dispatch_id
            used[permit.permit_id] = permit
    await attempts.save(work.connection, list(used.values()))
    leaves = await _write(asked, refusals, used, work, journal)
    return [
        Outcome(one.permit_id, "redeemed", None, leaves.get(_event_id(one.permit_id)))
        if reason is None
        else Outcome(one.permit_id, "refused", reason, None)
        for one, reason in zip(asked, refusals, strict=True)
    ]


async def _write(
    asked: Sequence[Redemption],
    refusals: Sequence[str | None],
    used: dict[str, Permit],
    work: Work,
    journal: Journal,
) -> dict[str, int]:
    """The leaf of each redemption, new ones and those of an earlier answer that got lost."""
    again = {
        _event_id(one.permit_id)
        for one, reason in zip(asked, refusals, strict=True)
        if reason is None and one.permit_id not in used
    }
    earlier = await log.places_of(work.connection, again)
    for permit in used.values():
        journal.add(
            _event_id(permit.permit_id),
            "redeemed",
            permit.person_id,
            work.now,
            channel=permit.channel,
            contact=permit.contact_id,
            dispatch=permit.dispatch_id,
            permit=permit.permit_id,
        )
    return earlier | await journal.write(work)


def _event_id(permit_id: str) -> str:
    return f"redeemed:{permit_id}"
