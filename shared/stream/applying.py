"""A batch in one transaction: fence, lanes, handler, dead letters, produced events."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from shared.contracts.base import Event
from shared.stream import dead_letters, outbox, positions
from shared.stream.broker import Place, Record
from shared.stream.dead_letters import DeadLetter, ParkedKeys, Sealer
from shared.stream.envelope import LANE_ANNOUNCED, Unreadable, attributes, decode, lane_number
from shared.stream.failures import explain, is_transient
from shared.stream.lanes import Judgement, Lane, LaneBook, Verdict
from shared.stream.received import Received
from shared.stream.transaction import Transactions, finish
from shared.stream.work import Consumer, Work


class TooManyDeadLetters(Exception):
    """So many records in a row could not be applied that the fault is hardly theirs."""


@dataclass(slots=True)
class Applied:
    """What a committed batch did, for metrics."""

    events: list[Received[Event]] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    repeats: int = 0
    gaps: dict[Lane, int] = field(default_factory=dict)


@dataclass(slots=True)
class Sorted:
    """A batch, judged: events to apply, records to set aside, and the effect on the lanes."""

    events: list[Received[Event]] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    judgement: Judgement = field(default_factory=Judgement)
    repeats: int = 0
    dead_keys: set[tuple[str, bytes]] = field(default_factory=set)


@dataclass(slots=True)
class Applier:
    """Applies batches for one consumer. Holds what is on file for the partitions that it owns."""

    consumer: Consumer
    transactions: Transactions
    sealer: Sealer
    log_id: str = ""
    places: dict[Place, positions.Position] = field(default_factory=dict)
    book: LaneBook = field(default_factory=LaneBook)
    parked: ParkedKeys = field(default_factory=ParkedKeys)
    dead_in_a_row: int = 0
    most_dead_in_a_row: int = 200

    async def apply(self, batch: Sequence[Record]) -> Applied:
        """Apply a batch of records of owned partitions, or raise and have changed nothing.

        Raises Fenced when another worker owns a partition, TooManyDeadLetters, or what the database
        raises while it is away.
        """
        sorted_batch = self._sort(batch)
        moves = self._moves(batch)
        try:
            await self._commit(sorted_batch, moves, careful=False)
        except (positions.Fenced, TooManyDeadLetters):
            raise
        except Exception as error:
            if is_transient(error):
                raise
            sorted_batch = self._sort(batch)
            await self._commit(sorted_batch, moves, careful=True)
        for place, (_, following) in moves.items():
            self.places[place].next_offset = following
        self.book.commit(sorted_batch.judgement)
        return Applied(
            sorted_batch.events, sorted_batch.letters, sorted_batch.repeats, sorted_batch.judgement.gaps
        )

    def _moves(self, batch: Sequence[Record]) -> dict[Place, tuple[int, int]]:
        last = {Place(record.topic, record.partition): record.offset for record in batch}
        return {place: (self.places[place].next_offset, offset + 1) for place, offset in last.items()}

    def _sort(self, batch: Sequence[Record]) -> Sorted:
        result = Sorted()
        for record in batch:
            headers = attributes(record)
            if self._has_its_turn(record, headers, result):
                self._sort_one(record, headers, result)
        return result

    def _has_its_turn(self, record: Record, headers: dict[str, bytes], result: Sorted) -> bool:
        number = lane_number(headers)
        if number is None:
            return True
        lane = Lane(record.topic, record.partition, number.sender, number.lane)
        place = self.places.get(Place(record.topic, record.partition))
        adopt = place is not None and record.offset < place.adopt_until
        if headers.get("ce_type") == LANE_ANNOUNCED.encode():
            self.book.announced(result.judgement, lane, number.sequence, may_start_here=adopt)
            return False
        verdict = self.book.judge(result.judgement, lane, number.sequence, may_start_here=adopt)
        result.repeats += verdict is Verdict.REPEAT
        return verdict is Verdict.APPLY

    def _sort_one(self, record: Record, headers: dict[str, bytes], result: Sorted) -> None:
        front = self.parked.ahead_of(record)
        name = (record.topic, record.key or b"")
        if front is not None or name in result.dead_keys:
            result.letters.append(_parked(record, front or dead_letters.SAME_BATCH))
            return
        try:
            result.events.append(decode(record, headers))
            result.records.append(record)
        except Unreadable as error:
            result.letters.append(DeadLetter(record, error.reason, str(error)))
            if self.consumer.park:
                result.dead_keys.add(name)

    async def _commit(self, batch: Sorted, moves: dict[Place, tuple[int, int]], *, careful: bool) -> None:
        engine, now = self.transactions.engine, self.transactions.clock.now()
        async with engine.connect() as connection, connection.begin():
            await positions.advance(connection, self.consumer.name, self.log_id, moves)
            work = Work(connection, now, self.transactions.partitions)
            if careful:
                await self._apply_carefully(batch, work)
            elif batch.events:
                await self.consumer.handle(batch.events, work)
            self._check_row_of_failures(batch)
            kept = await dead_letters.keep(connection, self.consumer.name, batch.letters, self.sealer, now)
            known = self.book.last
            await positions.write_lanes(connection, self.consumer.name, batch.judgement.last, known)
            await finish(work, kept.announced)
        if self.consumer.park:
            self.parked.front.update(kept.fronts)
        if work.emissions or batch.letters:
            self.transactions.committed.set()

    async def _apply_carefully(self, batch: Sorted, work: Work) -> None:
        """Bisect with savepoints to the records that cannot be applied; apply all others in order."""
        # Keys that fail here; those in `batch.dead_keys` fail only behind all that is left of their events.
        failed: set[tuple[str, bytes]] = set()
        applied: list[int] = []
        pending = [(0, len(batch.events))]
        while pending:
            start, end = pending.pop()
            chosen = [index for index in range(start, end) if not self._waits(batch, index, failed)]
            error = await attempt(self.consumer, [batch.events[index] for index in chosen], work)
            if error is not None and end - start > 1:
                middle = (start + end) // 2
                pending += [(middle, end), (start, middle)]
                continue
            if error is not None:
                record = batch.records[start]
                batch.letters.append(DeadLetter(record, failure_reason(error), explain(error)))
                failed.add((record.topic, record.key or b""))
                continue
            applied += chosen
            waiting = sorted(set(range(start, end)).difference(chosen))
            batch.letters += [_parked(batch.records[index], dead_letters.SAME_BATCH) for index in waiting]
        batch.events = [batch.events[index] for index in applied]
        _put_in_order(batch.letters, failed if self.consumer.park else set())

    def _waits(self, batch: Sorted, index: int, failed: set[tuple[str, bytes]]) -> bool:
        record = batch.records[index]
        return self.consumer.park and (record.topic, record.key or b"") in failed

    def _check_row_of_failures(self, batch: Sorted) -> None:
        if batch.events or not batch.letters:
            self.dead_in_a_row = 0
            return
        self.dead_in_a_row += sum(letter.behind is None for letter in batch.letters)
        if self.dead_in_a_row > self.most_dead_in_a_row:
            raise TooManyDeadLetters(f"{self.dead_in_a_row} records in a row could not be applied")


async def attempt(consumer: Consumer, events: Sequence[Received[Event]], work: Work) -> Exception | None:
    """Run the handler inside a savepoint; on failure undo its effects and return the error."""
    if not events:
        return None
    return await in_savepoint(work, lambda trial: consumer.handle(events, trial))


async def in_savepoint(work: Work, run: Callable[[Work], Awaitable[None]]) -> Exception | None:
    """Let `run` add to the work, or undo what it did and return its error. Raises what is transient."""
    trial = Work(work.connection, work.now, work.partitions)
    savepoint = await work.connection.begin_nested()
    try:
        await run(trial)
        # An event that is too large is refused here, where the record that causes it is known.
        outbox.address(trial.emissions, work.now.isoformat(), work.partitions)
    except Exception as error:
        if is_transient(error):
            raise
        await savepoint.rollback()
        return error
    await savepoint.commit()
    work.emissions.extend(trial.emissions)
    work.timers.update(trial.timers)
    return None


def failure_reason(error: Exception) -> str:
    return "refused" if isinstance(error, ValueError) else "handler_failed"


def _parked(record: Record, front: int) -> DeadLetter:
    return DeadLetter(record, "parked", "an earlier event of its key failed", front)


def _put_in_order(letters: list[DeadLetter], parked: set[tuple[str, bytes]]) -> None:
    """Letters in the order of the log; of the `parked` keys only the first is dead, the others wait."""
    letters.sort(key=lambda letter: (letter.record.topic, letter.record.partition, letter.record.offset))
    waiting: set[tuple[str, bytes]] = set()
    for letter in letters:
        name = (letter.record.topic, letter.record.key or b"")
        if name in waiting and letter.behind is None:
            letter.behind = dead_letters.SAME_BATCH
        elif name in parked:
            waiting.add(name)
