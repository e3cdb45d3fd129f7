"""The lane machine: any schedule of commits, relays, receivers and harm; what must hold at every step."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.topics import PARTIES
from shared.stream.broker import Place
from shared.stream.lanes import Lane
from tests.integration.stream.lane_actors import (
    CONSUMER,
    GROUP,
    PARTITIONS,
    SENDER,
    STREAMS,
    Receiver,
    Stream,
    Ticks,
    target_of,
)
from tests.integration.stream.lane_world import World

T = TypeVar("T")
FATES = st.lists(
    st.sampled_from(["acknowledged", "refused", "unacknowledged", "half", "late", "hangs"]), max_size=3
)
COUNTS = st.dictionaries(st.sampled_from(STREAMS), st.integers(1, 3), min_size=1, max_size=3)
NUMBER = st.integers(0, 5)
LIMIT = st.sampled_from([200, 1, 2, 3, 5, 8])
RARELY = st.sampled_from([False, False, False, True])
HELD = "select key, version from effect order by number"


class LaneMachine(RuleBasedStateMachine):
    """Per stream, what was applied is 1, 2, 3, ... at every step, and in the end all that was committed."""

    runner: asyncio.Runner
    engine: AsyncEngine
    ticks: Ticks
    purges = False
    log_is_in_danger = False

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.engine, self.ticks)
        self.call(self.world.open())

    def call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    def receiver(self, number: int) -> Receiver:
        return self.world.receivers[number % len(self.world.receivers)]

    @initialize(danger=st.booleans())
    def open(self, danger: bool) -> None:
        # Where the log is refilled now and then, a hole that stays would not show.
        self.log_is_in_danger = danger

    # Work, well or badly done.

    @rule(counts=COUNTS)
    def commit(self, counts: dict[Stream, int]) -> None:
        self.call(self.world.commit(counts))

    @rule(fates=FATES)
    def relay(self, fates: list[str]) -> None:
        self.call(self.world.relay_step(fates))

    @precondition(lambda self: self.world.receivers)
    @rule(number=NUMBER, limit=LIMIT, crash=RARELY)
    def receive(self, number: int, limit: int, crash: bool) -> None:
        self.call(self.world.receive(self.receiver(number), limit, crash=crash))

    @precondition(lambda self: self.world.receivers)
    @rule(counts=COUNTS, fates=FATES, number=NUMBER, limit=LIMIT)
    def work(self, counts: dict[Stream, int], fates: list[str], number: int, limit: int) -> None:
        self.call(self.world.commit(counts))
        self.call(self.world.relay_step(fates))
        self.call(self.world.receive(self.receiver(number), limit))

    @precondition(lambda self: self.world.receivers)
    @rule(counts=COUNTS, number=NUMBER)
    def work_well(self, counts: dict[Stream, int], number: int) -> None:
        self.work(counts, [], number, 200)

    # Processes that come and go, and those that should have gone.

    @rule(number=NUMBER, what=st.sampled_from(["rebalance", "die", "leave", "join", "replace the relay"]))
    def processes_change(self, number: int, what: str) -> None:
        if what == "rebalance":
            self.call(self.world.broker.rebalance(GROUP))
        elif what == "replace the relay":
            self.world.new_relay()
        elif what == "join" or not self.world.receivers:
            self.call(self.world.join())
        elif what == "die":
            self.call(self.world.die(self.receiver(number)))
        else:
            self.call(self.world.leave(self.receiver(number)))

    @precondition(lambda self: self.world.receivers and len(self.world.zombies) < 3)
    @rule(number=NUMBER, limit=LIMIT, with_batch=st.booleans())
    def become_a_zombie(self, number: int, limit: int, with_batch: bool) -> None:
        self.call(self.world.make_zombie(self.receiver(number), limit, with_batch=with_batch))
        if not self.world.receivers:
            self.call(self.world.join())

    @precondition(lambda self: self.world.zombies)
    @rule(number=NUMBER, limit=LIMIT)
    def zombie_goes_on(self, number: int, limit: int) -> None:
        zombie = self.world.zombies[number % len(self.world.zombies)]
        self.call(self.world.wake_zombie(zombie, limit))

    @precondition(lambda self: self.world.zombie_relays)
    @rule(number=NUMBER, heard=st.booleans())
    def zombie_relay_goes_on(self, number: int, heard: bool) -> None:
        self.call(self.world.wake_zombie_relay(number, heard=heard))

    @precondition(lambda self: self.world.late)
    @rule(number=NUMBER, again=RARELY)
    def late_write_lands(self, number: int, again: bool) -> None:
        self.world.land_late(number, again=again)

    # The broker.

    @rule(partition=st.integers(0, PARTITIONS - 1), records=st.integers(1, 6))
    def lose_tail(self, partition: int, records: int) -> None:
        self.world.broker.lose_tail(Place(PARTIES.name, partition), records)

    @rule(counts=COUNTS, records=st.integers(1, 4))
    def lose_what_was_just_written(self, counts: dict[Stream, int], records: int) -> None:
        self.call(self.world.commit(counts))
        self.call(self.world.relay_step())
        for stream in counts:
            self.lose_tail(target_of(stream)[2], records)

    @precondition(lambda self: self.log_is_in_danger)
    @rule(noticed=st.booleans())
    def lose_log(self, noticed: bool) -> None:
        self.call(self.world.lose_log())
        if noticed:
            self.call(self.world.notice_new_log())

    @precondition(lambda self: self.world.unnoticed())
    @rule()
    def notice_new_log(self) -> None:
        self.call(self.world.notice_new_log())

    # The control topic, retention, time.

    @precondition(lambda self: self.world.requests)
    @rule(number=NUMBER, again=RARELY)
    def request_arrives(self, number: int, again: bool) -> None:
        self.world.deliver_request(number, again=again)

    @precondition(lambda self: self.world.requests)
    @rule()
    def requests_are_lost(self) -> None:
        self.world.requests.clear()

    @precondition(lambda self: self.world.refusals)
    @rule()
    def refusal_arrives(self) -> None:
        self.world.deliver_refusals()

    @precondition(lambda self: self.purges)
    @rule()
    def purge(self) -> None:
        self.call(self.world.purge())

    @rule(seconds=st.sampled_from([3.0, 6.0, 61.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.ticks.seconds += seconds

    # What must hold.

    @invariant()
    def applied_in_order_and_never_twice(self) -> None:
        if not self.world.received:
            return
        self.world.received = False
        for stream, versions in self.call(self._applied()).items():
            assert versions == list(range(1, len(versions) + 1)), f"{stream} applied as {versions}"
            assert len(versions) <= self.world.committed[stream]

    @invariant()
    def a_lane_is_only_stopped_where_something_is_gone(self) -> None:
        for receiver in self.world.receivers:
            for lane in receiver.session.gap_watch.stopped:
                self.call(self._check_stopped(lane))

    def teardown(self) -> None:
        try:
            missing = self.call(self._settle())
            self.applied_in_order_and_never_twice()
            stopped = {
                lane.place for receiver in self.world.receivers for lane in receiver.session.gap_watch.stopped
            }
            for stream, count in missing.items():
                place = Place(*target_of(stream)[1:])
                assert self.purges and place in stopped, f"{count} events of {stream} never arrived"
            assert missing or not self.world.requests, (
                f"nothing is missing, but asked for {self.world.requests}"
            )
        finally:
            self.call(self.world.close())

    async def _applied(self) -> dict[Stream, list[int]]:
        applied: dict[Stream, list[int]] = {stream: [] for stream in STREAMS}
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            for name, version in await connection.execute(text(HELD)):
                aggregate, _, key = name.partition("/")
                applied[aggregate, key].append(version)
        return applied

    async def _missing(self) -> dict[Stream, int]:
        applied = await self._applied()
        counts = {stream: self.world.committed[stream] - len(applied[stream]) for stream in STREAMS}
        return {stream: count for stream, count in counts.items() if count}

    async def _check_stopped(self, lane: Lane) -> None:
        """A stopped lane waits for an event that its sender had and no longer has."""
        values = {"lane": lane.number, "topic": lane.topic, "partition": lane.partition}
        where = "WHERE lane = :lane AND topic = :topic AND partition = :partition"
        async with self.engine.connect() as connection:
            counter = text(f"SELECT last_sequence FROM lane_counter {where}")
            oldest = text(f"SELECT min(first_sequence) FROM outbox {where}")
            received = text(
                f"SELECT last_sequence FROM lane_received {where}"
                " AND sender = :sender AND consumer = :consumer"
            )
            given: int = (await connection.execute(counter, values)).scalar_one()
            kept: int | None = (await connection.execute(oldest, values)).scalar_one()
            names = {"sender": SENDER, "consumer": CONSUMER}
            last: int = (await connection.execute(received, values | names)).scalar_one_or_none() or 0
        assert last < given, f"{lane} stopped, but nothing is missing after {last}"
        assert kept is None or kept > last + 1, f"{lane} stopped at {last}, but {kept} is kept"

    async def _settle(self) -> dict[Stream, int]:
        """No more harm: let everything run until nothing moves; returns what is missing then."""
        world = self.world
        while world.zombie_relays:
            await world.wake_zombie_relay(0, heard=True)
        while world.zombies:
            await world.dismiss(world.zombies[0])
        while world.late:
            world.land_late(0, again=False)
        if not world.receivers:
            await world.join()
        missing: dict[Stream, int] = {}
        for _ in range(12):
            await world.notice_new_log()
            await self._round()
            await self._round()
            missing = await self._missing()
            world.ticks.seconds += 61.0
            if not missing:
                await self._round()
                break
        return missing

    async def _round(self) -> None:
        world = self.world
        while world.requests:
            world.deliver_request(0, again=False)
        while await world.relay_step():
            pass
        world.deliver_refusals()
        for receiver in list(world.receivers):
            for _ in range(3):
                await world.receive(receiver, 200)
