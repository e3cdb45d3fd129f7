"""Load, decide, save: one transaction's decisions, for events, timers and commands alike."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.strategy.domain.customer_file import CustomerFile, Decided
from services.strategy.domain.decide import decide
from services.strategy.domain.facts import Fact
from services.strategy.domain.policy import Policy
from services.strategy.domain.records import Entry
from services.strategy.domain.suspension import NONE_DUE, Deadlines, deadlines
from services.strategy.policies_in_force import Policies
from services.strategy.store import files as store
from services.strategy.store.files import Wanted
from shared.stream.work import Work

NEXT_STEP = "next_step"
PROMISE_DUE = "promise_due"
"""The kinds of timers; their key is the customer, who has one open case."""


@dataclass(slots=True)
class Desk:
    """The locked files of a transaction, as they were and as they are now."""

    work: Work
    policy: Policy
    before: dict[str, CustomerFile]
    files: dict[str, CustomerFile]
    entries: list[Entry] = field(default_factory=list)

    def decide(self, customer_id: str, fact: Fact, correlation: str | None) -> Decided:
        """Decide on one fact and publish what follows. ValueError for a fact that cannot be accepted."""
        outcome = decide(self.files[customer_id], fact, self.policy, self.work.now)
        self.files[customer_id] = outcome.file
        for event in outcome.events:
            self.work.emit(event, key=customer_id, correlation=correlation)
        if outcome.entry is not None:
            self.entries.append(outcome.entry)
        return outcome

    async def save(self, fired: Iterable[tuple[str, str]] = ()) -> None:
        """Write what changed and set the timers; `fired` (kind, customer) are those that are gone by now."""
        changes = store.Changes(entries=self.entries)
        gone = set(fired)
        for customer_id, after in self.files.items():
            before = self.before[customer_id]
            if after is not before:
                changes.add(before, after)
            if after is not before or gone:
                self._set_timers(customer_id, _standing(before, gone), deadlines(after))
        await store.save(self.work.connection, changes)

    def _set_timers(self, customer_id: str, before: Deadlines, after: Deadlines) -> None:
        for kind, old, new in (
            (NEXT_STEP, before.next_step, after.next_step),
            (PROMISE_DUE, before.promise_due, after.promise_due),
        ):
            if new == old:
                continue
            if new is None:
                self.work.cancel_timer(kind, customer_id)
            else:
                self.work.set_timer(kind, customer_id, new)


def _standing(before: CustomerFile, gone: set[tuple[str, str]]) -> Deadlines:
    if before.case is None and not before.promises:
        return NONE_DUE
    standing = deadlines(before)
    customer_id = before.customer.customer_id
    return Deadlines(
        None if (NEXT_STEP, customer_id) in gone else standing.next_step,
        None if (PROMISE_DUE, customer_id) in gone else standing.promise_due,
    )


async def lay_out(work: Work, policy: Policy | Policies, wanted: Wanted) -> Desk:
    """A desk with the wanted files; of several policies the one in force decides."""
    files, revision = await store.lock_files(work.connection, wanted)
    if isinstance(policy, Policies):
        await policy.follow(work.connection, revision)
        policy = policy.at(work.now)
    return Desk(work, policy, files, dict(files))
