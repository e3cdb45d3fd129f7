"""A joint-liability group (联保小组): what its members owe together, as each of them is told."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from services.intake.domain.account import ZERO
from services.intake.domain.rules import Moment
from shared.contracts.base import Money
from shared.contracts.book import GroupExposureChanged


@dataclass(frozen=True, slots=True)
class Share:
    """What one customer owes in one currency on accounts whose terms name the group."""

    customer_id: str
    currency: str
    overdue_accounts: int
    oldest_unpaid: date | None
    arrears: Decimal
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class GroupTold:
    """What one member was told last. Days past due are not part of it: they pass by themselves."""

    member: bool
    members: int
    overdue_members: int = 0
    overdue_accounts: int = 0
    oldest_unpaid: date | None = None
    arrears: dict[str, Decimal] = field(default_factory=dict)
    others_arrears: dict[str, Decimal] = field(default_factory=dict)
    outstanding: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """A group on file; `told` holds what each customer was told last."""

    group_id: str
    version: int
    event_id: str
    members: list[str]
    told: dict[str, GroupTold]


def tell(group: Group, shares: Iterable[Share], moment: Moment) -> list[GroupExposureChanged]:
    """What members are to be told that they were not told before; `group.told` changes in place.

    Who owes on an account that names the group belongs to it, whether the group's list says so or not.
    """
    known = list(shares)
    members = sorted({*group.members, *(share.customer_id for share in known)})
    now = {member: _for(member, members, known) for member in members}
    gone = [name for name in sorted(group.told.keys() - now.keys()) if group.told[name].member]
    changed = [name for name in members if group.told.get(name) != now[name]]
    left = GroupTold(member=False, members=len(members))
    events = [_event(group, name, now[name], moment) for name in changed]
    events += [_event(group, name, left, moment) for name in gone]
    group.told = now
    return events


def _for(member: str, members: list[str], shares: list[Share]) -> GroupTold:
    late = [share for share in shares if share.overdue_accounts]
    return GroupTold(
        member=True,
        members=len(members),
        overdue_members=len({share.customer_id for share in late}),
        overdue_accounts=sum(share.overdue_accounts for share in late),
        oldest_unpaid=min((share.oldest_unpaid for share in late if share.oldest_unpaid), default=None),
        arrears=_sums((share.currency, share.arrears) for share in late),
        others_arrears=_sums(
            (share.currency, share.arrears) for share in late if share.customer_id != member
        ),
        outstanding=_sums((share.currency, share.outstanding) for share in shares),
    )


def _sums(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for currency, amount in amounts:
        if amount:
            found[currency] = found.get(currency, ZERO) + amount
    return dict(sorted(found.items()))


def _event(group: Group, customer_id: str, told: GroupTold, moment: Moment) -> GroupExposureChanged:
    oldest = told.oldest_unpaid
    return GroupExposureChanged(
        customer_id=customer_id,
        group_id=group.group_id,
        as_of=moment.now,
        member=told.member,
        members=told.members,
        overdue_members=told.overdue_members,
        overdue_accounts=told.overdue_accounts,
        days_past_due=max(0, (moment.today - oldest).days) if oldest else 0,
        arrears=_money(told.arrears),
        others_arrears=_money(told.others_arrears),
        outstanding=_money(told.outstanding),
    )


def _money(amounts: dict[str, Decimal]) -> list[Money]:
    return [Money(amount=amount, currency=currency) for currency, amount in amounts.items()]
