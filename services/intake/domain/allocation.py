"""What a payment clears first: due dates and the components of the debt (register row A23)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shared.contracts.lending import BalanceComponent

ZERO = Decimal("0.00")


class Charges(NamedTuple):
    """What of an unpaid amount is not principal."""

    interest: Decimal = ZERO
    fee: Decimal = ZERO
    penalty: Decimal = ZERO

    def by_component(self, amount: Decimal) -> dict[BalanceComponent, Decimal]:
        """`amount` by component; what the charges leave of it is principal."""
        return {
            BalanceComponent.PRINCIPAL: amount - self.interest - self.fee - self.penalty,
            BalanceComponent.INTEREST: self.interest,
            BalanceComponent.FEE: self.fee,
            BalanceComponent.PENALTY: self.penalty,
        }


NO_CHARGES = Charges()


class Owed(NamedTuple):
    """What is still owed of one due date; the order of these is by age."""

    due: date
    amount: Decimal
    charges: Charges = NO_CHARGES


@dataclass(frozen=True, slots=True)
class Allocation:
    """The bank's order: with `oldest_first` a due date is cleared whole before the next, its components in
    `order`; otherwise a component is cleared on all due dates before the next component."""

    oldest_first: bool = True
    order: tuple[BalanceComponent, ...] = (
        BalanceComponent.FEE,
        BalanceComponent.PENALTY,
        BalanceComponent.INTEREST,
        BalanceComponent.PRINCIPAL,
    )

    def __post_init__(self) -> None:
        if sorted(self.order) != sorted(BalanceComponent):
            raise ValueError("the allocation order names each of principal, interest, fee and penalty once")


OLDEST_FIRST = Allocation()


def allocate(owed: Sequence[Owed], paid: Decimal, allocation: Allocation) -> list[Owed]:
    """What is left of `owed`, which is in order of age, after `paid`."""
    rest = [each.charges.by_component(each.amount) for each in owed]
    places = range(len(owed))
    if allocation.oldest_first:
        turns = [(place, component) for place in places for component in allocation.order]
    else:
        turns = [(place, component) for component in allocation.order for place in places]
    for place, component in turns:
        taken = min(paid, rest[place][component])
        rest[place][component] -= taken
        paid -= taken
        if not paid:
            break
    left = [_owed(each.due, parts) for each, parts in zip(owed, rest, strict=True)]
    return [each for each in left if each.amount]


def _owed(due: date, parts: dict[BalanceComponent, Decimal]) -> Owed:
    charges = Charges(
        parts[BalanceComponent.INTEREST], parts[BalanceComponent.FEE], parts[BalanceComponent.PENALTY]
    )
    return Owed(due, sum(parts.values(), ZERO), charges)
