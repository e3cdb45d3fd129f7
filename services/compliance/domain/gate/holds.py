"""Kind `hold`: what each kind of hold stops, for whom, and for how long."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.compliance.domain.gate.asking import Asked, Moment
from services.compliance.domain.gate.checks import Check, Hit, Matter, later_of
from services.compliance.domain.gate.clocks import DAY, instant, second_of
from services.compliance.domain.gate.facts import Hold
from services.compliance.domain.gate.request import GateRequest
from services.compliance.domain.packs.schema import ANY, HoldEffect, HoldRule
from shared.contracts.vocabulary import PartyRole, Purpose


class HoldCheck(Check):
    """Every hold on file that the rule names, is about what is asked, and stops its purpose and party."""

    __slots__ = ("_stopping",)

    def __init__(self, rule: HoldRule, purpose: Purpose, party: PartyRole) -> None:
        self._stopping = {
            kind: effect for kind, effect in rule.holds.items() if stops(effect, purpose, party)
        }

    @property
    def only_with(self) -> Matter | None:
        """Holds."""
        return Matter.HOLDS

    def hits(self, asked: Asked, moment: Moment) -> Sequence[Hit]:
        """A hit for each hold in force."""
        return [self._hit(hold, effect, asked, moment) for hold, effect in self._in_force(asked, moment)]

    def next_permitted(self, asked: Asked, moment: Moment) -> datetime | None:
        """When the last of the holds that are in force ends."""
        return later_of([ends(hold, effect, asked, moment) for hold, effect in self._in_force(asked, moment)])

    def _in_force(self, asked: Asked, moment: Moment) -> list[tuple[Hold, HoldEffect]]:
        found = []
        for hold in asked.facts.holds:
            effect = self._stopping.get(hold.kind)
            if (
                effect is None
                or hold.placed_at > moment.at
                or not is_about(hold, effect.scope, asked.request)
            ):
                continue
            last = ends(hold, effect, asked, moment)
            if last is None or moment.at < last:
                found.append((hold, effect))
        return found

    def _hit(self, hold: Hold, effect: HoldEffect, asked: Asked, moment: Moment) -> Hit:
        numbers = {"hold": hold.kind.value, "scope": effect.scope, "since": hold.placed_at.isoformat()}
        if hold.hold_id:
            numbers["hold_id"] = hold.hold_id
        last = ends(hold, effect, asked, moment)
        if last is not None:
            numbers["until"] = last.isoformat()
        return Hit(numbers, effect.effect)


def stops(effect: HoldEffect, purpose: Purpose, party: PartyRole) -> bool:
    """Whether a hold stops contact for this purpose with this party; without `block` it is every purpose."""
    if purpose in effect.allow or party in effect.to_parties:
        return False
    return effect.block == ANY or not effect.block or purpose in effect.block


def is_about(hold: Hold, scope: str, request: GateRequest) -> bool:
    """Whether the hold is about what is asked; one that names no debt or point is about every one."""
    if scope == "debt":
        return hold.debt is None or not request.debts or hold.debt in request.debts
    if scope == "contact_point":
        return hold.contact_point_id in (None, request.contact_point_id)
    return True


def ends(hold: Hold, effect: HoldEffect, asked: Asked, moment: Moment) -> datetime | None:
    """When the hold ends: at its own end, or after `max_days` local dates, its first being day 1."""
    if effect.max_days is None:
        return hold.until
    first = second_of(hold.placed_at)
    if asked.zones:
        at_most = max(
            instant(zone.reaches((zone.local(first) // DAY + effect.max_days) * DAY, first))
            for zone in asked.zones
        )
    else:
        at_most = hold.placed_at + timedelta(days=effect.max_days + 1)
    return at_most if hold.until is None else min(at_most, hold.until)
