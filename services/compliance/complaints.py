"""Complaints: each act is decided on the locked file and kept with its leaf, its events and its clocks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from services.compliance import holding
from services.compliance.complaint_telling import draft_step, set_clocks
from services.compliance.domain.complaints import clocks, machine
from services.compliance.domain.complaints.commands import Command
from services.compliance.domain.complaints.draft import Step, file_after
from services.compliance.domain.complaints.file import Complaint, File
from services.compliance.domain.complaints.opening import Intake, open_complaint
from services.compliance.domain.complaints.policy import ComplaintPolicy
from services.compliance.domain.complaints.terms import Place
from services.compliance.domain.conduct import PlacedHold
from services.compliance.journal import Journal
from services.compliance.store import complaints as store
from services.compliance.store import people
from shared.contracts import contacts
from shared.contracts.complaints import ComplaintCategory, ComplaintClock, ComplaintSource, Severity
from shared.contracts.vocabulary import Channel, HoldKind
from shared.ids import derive_id
from shared.stream.timers import Timer
from shared.stream.work import Work

CLOCK_OF_TIMER = {f"complaint_{clock}": clock for clock in ComplaintClock}
"""The timer kinds of this module: `on_timers` takes them."""

INBOUND = "compliance"
"""Who registers what comes in by a message or by a collector's record of a contact."""

_HEARD = frozenset({Channel.CALL_LIVE, Channel.CALL_AI, Channel.CALL_PRERECORDED, Channel.VISIT})
_CLOSED = "The complaint is closed."
_UNKNOWN = Place("")


@dataclass(frozen=True, slots=True)
class Register:
    """The complaint register in one transaction."""

    work: Work
    journal: Journal
    policy: ComplaintPolicy

    async def open(self, intake: Intake, actor: str) -> Complaint:
        """A complaint comes in: its clocks start, collection stops."""
        await people.lock(self.work.connection, [intake.person_id])
        pair = (intake.person_id, intake.customer_id)
        places = await store.places_of(self.work.connection, {pair})
        place = places.get(pair, _UNKNOWN)
        step = open_complaint(intake, place, actor, self.work.now, self.policy)
        await self._keep(None, step)
        return step.complaint

    async def act(self, complaint_id: str, command: Command, actor: str) -> Complaint | None:
        """The complaint after the act; None where there is no such one. Raises Refused."""
        file = await self._file(complaint_id)
        if file is None:
            return None
        step = machine.apply(file, command, actor, self.work.now, self.policy)
        await self._keep(file, step)
        return step.complaint

    async def _file(self, complaint_id: str) -> File | None:
        # The person is locked before the complaint, as everywhere; whose complaint it is never changes.
        for found in await store.by_ids(self.work.connection, [complaint_id]):
            await people.lock(self.work.connection, [found.person_id])
        return (await store.locked(self.work.connection, [complaint_id])).get(complaint_id)

    async def _keep(self, before: File | None, step: Step) -> None:
        await store.save(self.work.connection, [step])
        draft_step(step, self.work, self.journal)
        set_clocks(before, file_after(before, step), self.work)
        # Holding writes the leaves, those of this act before its own.
        if step.places_hold is not None:
            await holding.place(_hold(step), self.work, self.journal)
        elif step.releases_hold is None or not await self._release(step.releases_hold):
            await self.journal.write(self.work)

    async def _release(self, hold_id: str) -> bool:
        try:
            return await holding.release(hold_id, _CLOSED, self.work, self.journal) is not None
        except holding.AlreadyReleasedError:
            return False


@dataclass(slots=True)
class ReportedComplaints:
    """Complaints among the outcomes of a batch. The holds that they bring about are the caller's."""

    work: Work
    journal: Journal
    policy: ComplaintPolicy
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    async def load(self, outcomes: Collection[contacts.OutcomeRecorded]) -> None:
        """Where the persons of these complaints live."""
        pairs = {(event.person_id, event.customer_id) for event in outcomes}
        self.places = await store.places_of(self.work.connection, pairs)

    def take(self, event: contacts.OutcomeRecorded, hold_id: str) -> None:
        """Open a complaint that was made in a contact; `hold_id` is the hold that the caller places."""
        intake = Intake(
            complaint_id=derive_id("complaint", event.outcome_id),
            person_id=event.person_id,
            customer_id=event.customer_id,
            received_at=event.recorded_at,
            category=ComplaintCategory.OTHER,
            source=ComplaintSource.INTERNAL if event.channel in _HEARD else ComplaintSource.INBOUND_MESSAGE,
            severity=Severity.MEDIUM,
            channel=event.channel,
            contact_ids=() if event.contact_id is None else (event.contact_id,),
            hold_id=hold_id,
        )
        place = self.places.get((event.person_id, event.customer_id), _UNKNOWN)
        step = open_complaint(intake, place, INBOUND, self.work.now, self.policy)
        self.steps.append(step)
        draft_step(step, self.work, self.journal)
        set_clocks(None, file_after(None, step), self.work)

    async def save(self) -> None:
        """Keep them; the caller has locked the persons and writes the journal."""
        await store.save(self.work.connection, self.steps)


async def on_timers(due: Sequence[Timer], work: Work, journal: Journal, policy: ComplaintPolicy) -> None:
    """Say of clocks that ran out that they are over, each once; the leaves are written by the caller."""
    ended = [(CLOCK_OF_TIMER[timer.kind], timer.key) for timer in due if timer.kind in CLOCK_OF_TIMER]
    if not ended:
        return
    actions = [key for clock, key in ended if clock is ComplaintClock.RECTIFICATION]
    names = {key for clock, key in ended if clock is not ComplaintClock.RECTIFICATION}
    names |= set(await store.of_actions(work.connection, actions))
    await people.lock(
        work.connection, {found.person_id for found in await store.by_ids(work.connection, names)}
    )
    files = await store.locked(work.connection, names)
    complaint_of = {action.action_id: name for name, file in files.items() for action in file.actions}
    steps = []
    for clock, key in ended:
        name = complaint_of.get(key, key)
        step = clocks.run_out(files[name], clock, key, work.now, policy) if name in files else None
        if step is not None:
            steps.append(step)
            draft_step(step, work, journal)
            files[name] = file_after(files[name], step)
    await store.save(work.connection, steps)


def _hold(step: Step) -> PlacedHold:
    assert step.places_hold is not None
    complaint = step.complaint
    return PlacedHold(
        hold_id=step.places_hold,
        person_id=complaint.person_id,
        customer_id=complaint.customer_id,
        kind=HoldKind.COMPLAINT,
        contact_point_id=None,
        placed_at=step.act.at,
    )
