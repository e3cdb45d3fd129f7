"""The world of the lane machine: real tables and the real runtime, on a broker that obeys the test.

One sending service, one consumer of one topic, both as the pieces that a worker is made of. Nothing here
decides anything about lanes: it only calls the runtime and does harm to it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.calendar.clock import FixedClock
from shared.contracts.base import Event
from shared.contracts.control import ResendRequested
from shared.contracts.parties import PartyRemoved
from shared.contracts.topics import PARTIES
from shared.stream import relay as relaying
from shared.stream.applying import Applier
from shared.stream.broker import BrokerError, Outbound, Place
from shared.stream.consuming import Session
from shared.stream.lanes import Lane
from shared.stream.outbox import Target
from shared.stream.relay import Relay
from shared.stream.transaction import Transactions
from shared.stream.work import Consumer
from tests.integration.stream.lane_actors import (
    CONSUMER,
    GROUP,
    PARTITIONS,
    SENDER,
    STREAMS,
    TABLES,
    Crash,
    Handler,
    HarmfulProducer,
    Receiver,
    SlowMember,
    Stream,
    Ticks,
    stands_still,
)
from tests.support.fake_broker import FakeBroker
from tests.support.toy import CIPHER, NOW


@dataclass(eq=False)
class World:
    """Everything that outlives a process, and the processes."""

    engine: AsyncEngine
    ticks: Ticks
    broker: FakeBroker = field(default_factory=lambda: FakeBroker(patient=False))
    committed: dict[Stream, int] = field(default_factory=lambda: dict.fromkeys(STREAMS, 0))
    late: list[tuple[Place, list[Outbound]]] = field(default_factory=list)
    requests: list[ResendRequested] = field(default_factory=list)
    received: bool = False
    """Whether something was applied, or nearly, since someone looked."""
    refusals: list[tuple[Target, int, int | None]] = field(default_factory=list)
    receivers: list[Receiver] = field(default_factory=list)
    zombies: list[Receiver] = field(default_factory=list)
    zombie_relays: "list[tuple[HarmfulProducer, asyncio.Task[int]]]" = field(default_factory=list)
    relay: Relay = field(init=False)
    producer: HarmfulProducer = field(init=False)

    @property
    def transactions(self) -> Transactions:
        return Transactions(self.engine, FixedClock(NOW), PARTITIONS)

    @property
    def log_id(self) -> str:
        assert self.broker.identity is not None
        return self.broker.identity

    async def open(self) -> None:
        """Begin with empty tables, an empty broker, one relay and one receiver."""
        emptied = "".join(f"DELETE FROM {table};" for table in TABLES)
        async with self.engine.begin() as connection:
            await connection.execute(text(f"DO $$ BEGIN {emptied} END $$"))
        await self.broker.ensure_topics({PARTIES.name: PARTITIONS})
        self.new_relay()
        await self.join()

    async def close(self) -> None:
        """Let go of whatever sleeps."""
        tasks: list[asyncio.Task[int] | asyncio.Task[None]] = [task for _, task in self.zombie_relays]
        tasks += [zombie.turn for zombie in self.zombies if zombie.turn is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # The sender.

    async def commit(self, counts: dict[Stream, int]) -> None:
        """The sending service commits the next events of these streams in one transaction."""
        async with self.transactions.begin() as work:
            for (aggregate, key), count in counts.items():
                for _ in range(count):
                    self.committed[aggregate, key] += 1
                    version = self.committed[aggregate, key]
                    fact = PartyRemoved(person_id=key, customer_id=aggregate, version=version)
                    work.emit(fact, key=key, aggregate=aggregate)

    def new_relay(self) -> None:
        """The relay is another process, or the same one after its producer failed."""
        self.producer = HarmfulProducer(self)
        self.relay = Relay(SENDER, self.engine, self.producer, self.log_id, lambda: range(PARTITIONS))

    async def relay_step(self, fates: Sequence[str] = ()) -> int:
        """One step of the relay. A hanging one becomes a zombie; after a failure there is a new relay."""
        self.producer.plan = list(fates)
        step = asyncio.create_task(self.relay.step())
        if "hangs" in fates and await stands_still(step, self.producer.hung):
            self.zombie_relays.append((self.producer, step))
            self.new_relay()
            return 0
        try:
            return await step
        except BrokerError:
            self.new_relay()
            return 0
        finally:
            self.refusals += self.relay.refusals
            self.relay.refusals.clear()

    async def wake_zombie_relay(self, number: int, *, heard: bool) -> None:
        """A hanging relay goes on: it writes what it had and, if it heard the answer, marks that as sent."""
        producer, step = self.zombie_relays.pop(number % len(self.zombie_relays))
        if not heard:
            producer.plan += ["unacknowledged"] * 10
        producer.gate.set()
        await asyncio.gather(step, return_exceptions=True)

    def land_late(self, number: int, *, again: bool) -> None:
        """A write whose sender gave up long ago reaches the log."""
        place, records = self.late[number % len(self.late)]
        if not again:
            del self.late[number % len(self.late)]
        self.broker.write(place, records)

    async def purge(self) -> int:
        """The retention of what was relayed has passed."""
        async with self.engine.begin() as connection:
            return await relaying.purge(connection, range(PARTITIONS), self.relay.log_id, -60.0)

    # The consumer.

    async def publish(self, events: Sequence[Event]) -> None:
        self.requests += [event for event in events if isinstance(event, ResendRequested)]

    async def join(self) -> None:
        """Another consuming process joins the group."""
        handler = Handler(self)
        consumer = Consumer(CONSUMER, (PARTIES,), handler.handle)
        applier = Applier(consumer, self.transactions, CIPHER, self.log_id)
        session = Session(CONSUMER, self.broker, applier, self.publish)
        member = SlowMember(self.broker, GROUP, [PARTIES.name], session)
        self.receivers.append(Receiver(session, member, handler))
        await member.start()

    async def leave(self, receiver: Receiver) -> None:
        """A process stops gracefully, or its session ends because the log is another."""
        self.receivers.remove(receiver)
        await receiver.member.stop()

    async def die(self, receiver: Receiver) -> None:
        """A process is gone at once; the group notices."""
        self.receivers.remove(receiver)
        self.broker.expel(receiver.member)
        await self.broker.rebalance(GROUP)

    async def receive(self, receiver: Receiver, limit: int, *, crash: bool = False) -> None:
        """A turn of a receiver, which may die before its commit."""
        receiver.handler.crash = crash
        try:
            await receiver.receive(limit)
        except Crash:
            if receiver in self.receivers:
                await self.die(receiver)
            else:
                self.zombies.remove(receiver)
        receiver.handler.crash = False

    async def make_zombie(self, receiver: Receiver, limit: int, *, with_batch: bool) -> None:
        """A process stands still, perhaps with a batch in hand; the group goes on without it."""
        self.receivers.remove(receiver)
        self.broker.expel(receiver.member)
        self.zombies.append(receiver)
        if with_batch:
            receiver.member.asleep = True
            receiver.turn = asyncio.create_task(receiver.receive(limit))
            await stands_still(receiver.turn, receiver.member.hung)
        await self.broker.rebalance(GROUP)

    async def wake_zombie(self, zombie: Receiver, limit: int) -> None:
        """A zombie goes on where it stood, as if nothing had happened."""
        zombie.member.asleep = False
        zombie.member.gate.set()
        if zombie.turn is None:
            await self.receive(zombie, limit)
            return
        turn, zombie.turn = zombie.turn, None
        await turn

    async def dismiss(self, zombie: Receiver) -> None:
        """A zombie goes on a last time, and then learns that it is one."""
        await self.wake_zombie(zombie, 200)
        if zombie in self.zombies:
            self.zombies.remove(zombie)

    def unnoticed(self) -> bool:
        """Whether a process still believes in an older log."""
        logs = {receiver.session.applier.log_id for receiver in self.receivers} | {self.relay.log_id}
        return logs != {self.log_id}

    async def notice_new_log(self) -> None:
        """What every process does when it learns that the log is another: its sessions start anew."""
        for receiver in list(self.receivers):
            if receiver.session.applier.log_id != self.log_id:
                await self.leave(receiver)
                await self.join()
        if self.relay.log_id != self.log_id:
            self.new_relay()

    # The harm that a broker does.

    async def lose_log(self) -> None:
        self.broker.lose_log()
        await self.broker.ensure_topics({PARTIES.name: PARTITIONS})

    # The control topic.

    def deliver_request(self, number: int, *, again: bool) -> None:
        """A request reaches the sender; sometimes it will a second time."""
        request = self.requests[number % len(self.requests)]
        if not again:
            del self.requests[number % len(self.requests)]
        self.relay.rewinds.append(((request.lane, request.topic, request.partition), request.first))

    def deliver_refusals(self) -> None:
        """What the sender refused to send again reaches every receiver."""
        for (lane, topic, partition), first, oldest in self.refusals:
            for receiver in self.receivers:
                receiver.session.gap_watch.refuse(Lane(topic, partition, SENDER, lane), first, oldest)
        self.refusals.clear()
