"""Tells the members of joint-liability groups what they owe together.

A group's members are customers of several lanes, so the sums are not made with the events that change them:
a timer of the group fires at once and adds up what is on file. However events arrive, the last sum is right.
"""

from collections.abc import Iterable

from services.intake.desk import Desk
from services.intake.domain.group import tell
from services.intake.domain.rules import Moment
from services.intake.store import groups as store
from shared.stream.work import Work

GROUP = "group"
"""Kind of the timers that add up a joint-liability group; the key is the group."""


def watch(desk: Desk, work: Work) -> None:
    """Have the groups added up again whose accounts the transaction moved."""
    for name, before in desk.touched.items():
        account = desk.accounts[name]
        group_id = account.terms.terms.group_id if account.terms is not None else None
        if group_id is not None and (before is None or before.standing != account.standing):
            work.set_timer(GROUP, group_id, work.now)


async def add_up(group_ids: Iterable[str], work: Work, moment: Moment) -> None:
    """Publish what changed for each member of the groups."""
    locked = await store.lock(work.connection, group_ids)
    shares = await store.shares(work.connection, locked)
    for group in locked:
        for event in tell(group, shares[group.group_id], moment):
            work.emit(event, key=event.customer_id)
    await store.save(work.connection, locked)
