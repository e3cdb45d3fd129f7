"""Redeeming permits: the last look before something leaves the bank."""

from collections.abc import Sequence

import msgspec

from services.compliance import reconsidering
from services.compliance.domain.permit import AttemptState, Permit, refusal
from services.compliance.domain.reconsidering import deciding_rule
from services.compliance.gate import Gate
from services.compliance.journal import Journal
from services.compliance.store import attempts, log, people
from shared.contracts.decisions import Effect
from shared.stream.work import Work

_USABLE = (AttemptState.RESERVED, AttemptState.REDEEMED)


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


async def redeem(asked: Sequence[Redemption], gate: Gate, work: Work, journal: Journal) -> list[Outcome]:
    """Use each permit once, where nothing has come in between; the answers are in the order asked.

    Whatever changed about a person before this took the lock has put the open permits in doubt: they are
    decided again. Whoever comes later waits.
    """
    permit_ids = {one.permit_id for one in asked}
    await people.lock_by_permit(work.connection, permit_ids)
    permits = await attempts.locked(work.connection, permit_ids)
    barred = await _barred(list(permits.values()), gate, work)
    refusals: list[str | None] = []
    used: dict[str, Permit] = {}
    for one in asked:
        permit = permits.get(one.permit_id)
        reason: str | None = refusal(permit, one.contact_id, one.dispatch_id, work.now)
        reason = reason or barred.get(one.permit_id)
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


async def _barred(permits: Sequence[Permit], gate: Gate, work: Work) -> dict[str, str]:
    """The rule that bars each of the permits in doubt that may not be used any more."""
    doubted = [
        permit
        for permit in permits
        if permit.doubted and permit.state in _USABLE and work.now < permit.valid_until
    ]
    decided = await reconsidering.each_alone(doubted, gate, work)
    return {
        permit_id: deciding_rule(decision)
        for permit_id, decision in decided.items()
        if decision.effect is not Effect.ALLOW
    }


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
