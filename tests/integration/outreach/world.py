"""Outreach's parts on a real database, and the shortest words for what happens to them."""

import contextlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.outreach.approved import ApprovedTexts
from services.outreach.channels.port import ChannelAdapter
from services.outreach.composing import Composer
from services.outreach.dispatch_round import ChannelRounds, Pace
from services.outreach.domain.contact import contact_id_of
from services.outreach.domain.wording import senders
from services.outreach.handlers import Rules, consumer
from services.outreach.permit_desk import PermitDesk
from services.outreach.recording import Recorder
from services.outreach.store.contacts import contact_of
from services.outreach.tables import contact as contact_table
from services.outreach.texts import Proposal, proposals
from shared.contracts.base import Event, Money
from shared.contracts.decisions import ContactAllowed, ContactDeferred, ContactDenied, Effect, Force, Reason
from shared.contracts.parties import ContactPoint, PartyChanged
from shared.contracts.requests import ContactRequested
from shared.contracts.topics import EVENT_TYPES
from shared.contracts.treatments import SuspensionReason, TreatmentAssigned, TreatmentSuspended
from shared.contracts.vocabulary import Channel, ContactPointKind, PartyRole, Purpose
from shared.database import sets
from shared.lint.phrase_files import shipped
from shared.security.fields import FieldCipher
from shared.stream.outbox import unpack
from shared.stream.received import Received
from shared.stream.timers import take_due
from shared.stream.transaction import Transactions
from tests.integration.outreach.outside import GATE_KEY, Gate
from tests.integration.outreach.texts import approval

E = TypeVar("E", bound=Event)
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PARTITIONS = 4


@dataclass
class HandClock:
    """Shows what the test says."""

    instant: datetime = START

    def now(self) -> datetime:
        return self.instant

    def forward(self, by: timedelta) -> None:
        self.instant += by


@dataclass
class World:
    """One outreach: its handlers, its rounds, and a look into its tables."""

    engine: AsyncEngine
    cipher: FieldCipher
    gate: Gate
    clock: HandClock = field(default_factory=HandClock)
    woken: int = 0

    def __post_init__(self) -> None:
        self.transactions = Transactions(self.engine, self.clock, PARTITIONS)
        self.texts = ApprovedTexts(senders("示范银行", "Model Bank"), shipped())
        self.consumer = consumer(Rules(self.texts, max_asks=3), self._wake)
        self.offsets = itertools.count()
        self.desks: list[PermitDesk] = []
        self.adapters: list[ChannelAdapter] = []

    async def approve_shipped(self) -> None:
        """The shipped texts are in use: the first of each template is version 1, the others from 11 on."""
        by_template: dict[str, list[Proposal]] = {}
        for one in proposals():
            by_template.setdefault(one.template_id, []).append(one)
        for first, *others in by_template.values():
            numbered = (approval(one, number) for number, one in enumerate(others, 11))
            await self.handle(approval(first), *numbered)

    def _wake(self) -> None:
        self.woken += 1

    async def handle(self, *events: Event) -> list[Event]:
        """What the handler publishes for a batch of these events."""
        async with self.transactions.begin() as work:
            await self.consumer.handle([self._received(event) for event in events], work)
        return [emission.event for emission in work.emissions]

    def _received(self, event: Event) -> Received[Event]:
        offset = next(self.offsets)
        return Received(event, "", f"id-{offset}", "/test", None, None, "topic", 0, offset)

    async def fire_timers(self) -> list[Event]:
        """What the timers that are due publish."""
        assert self.consumer.on_timers is not None
        async with self.transactions.begin() as work:
            due = await take_due(work.connection, range(PARTITIONS), work.now, 1000)
            await self.consumer.on_timers(due, work)
        return [emission.event for emission in work.emissions]

    def rounds(self, adapter: ChannelAdapter, pace: Pace | None = None) -> ChannelRounds:
        """The rounds of an adapter against this world's gate."""
        desk = PermitDesk(url=self.gate.url, api_key=GATE_KEY, timeout=2.0)
        self.desks.append(desk)
        self.adapters.append(adapter)
        composer = Composer(self.cipher, self.texts)
        recorder = Recorder(self.transactions, 3, self.texts)
        return ChannelRounds(adapter, self.transactions, desk, composer, recorder, pace or Pace(doubt=0.0))

    async def close(self) -> None:
        for desk in self.desks:
            await desk.close()
        for adapter in self.adapters:
            await adapter.close()

    async def contact(self, number: int = 1) -> Any:
        """The contact of treatment `number` as on file."""
        async with self.engine.connect() as connection:
            rows = await sets.fetch(connection, contact_table, "contact_id", [contact_id(number)])
        return contact_of(rows[0]) if rows else None

    async def states(self, number: int = 1) -> list[str]:
        """The states in the contact's history."""
        return await self.column(
            f"SELECT state FROM contact_history WHERE contact_id = '{contact_id(number)}' ORDER BY version"
        )

    async def column(self, statement: str) -> list[Any]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(text(statement))).scalars())

    async def execute(self, statement: str) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text(statement))

    async def published(self, kind: type[E]) -> list[E]:
        """All events of a type that were ever committed to the outbox."""
        found: list[E] = []
        async with self.engine.connect() as connection:
            payloads = (
                await connection.execute(text("SELECT payload FROM outbox ORDER BY created_at"))
            ).scalars()
            for payload in payloads:
                for stored in unpack(payload):
                    if EVENT_TYPES[stored.type] is kind:
                        found.append(msgspec.json.decode(stored.value, type=kind))
        return found

    async def lose_leases(self) -> None:
        """As if the dispatchers had died and their leases had ended."""
        await self.execute("UPDATE contact SET lease_until = '2000-01-01' WHERE state = 'dispatching'")

    async def lose_connections(self) -> None:
        """The server ends the sessions that the engine holds."""
        with contextlib.suppress(DBAPIError):
            await self._end_sessions()

    async def _end_sessions(self) -> None:
        async with contextlib.AsyncExitStack() as stack:
            held = [await stack.enter_async_context(self.engine.connect()) for _ in range(3)]
            pids = [await one.scalar(text("SELECT pg_backend_pid()")) for one in held]
            await held[0].execute(
                text("SELECT pg_terminate_backend(unnest(CAST(:pids AS int[])))"), {"pids": pids[1:]}
            )

    async def permitted(self, *numbers: int, channel: Channel = Channel.SMS) -> None:
        """Bring contacts to a permit."""
        await self.handle(*(party(n, cipher=self.cipher) for n in numbers))
        asked = await self.handle(*(treatment(n, channel=channel) for n in numbers))
        await self.handle(*(allowed(event, self.clock.now()) for event in asked))


def contact_id(number: int) -> str:
    return contact_id_of(f"treatment-{number}", f"customer-{number}")


def permit_id(number: int, ask: int = 1) -> str:
    return f"permit-{number}-{ask}"


def treatment(
    number: int = 1, channel: Channel = Channel.SMS, template: str = "reminder_first"
) -> TreatmentAssigned:
    return TreatmentAssigned(
        treatment_id=f"treatment-{number}",
        case_id=f"case-{number}",
        customer_id=f"customer-{number}",
        segment="early",
        policy="standard@1",
        step=1,
        channel=channel,
        purpose=Purpose.COLLECT,
        template=template,
        assigned_at=START,
        days_past_due=3,
        arrears=[Money(amount=Decimal("120.50"), currency="CNY")],
    )


def suspended(number: int = 1) -> TreatmentSuspended:
    return TreatmentSuspended(
        case_id=f"case-{number}",
        customer_id=f"customer-{number}",
        reason=SuspensionReason.PAYMENT,
        suspended_at=START,
    )


def party(
    number: int = 1,
    *,
    cipher: FieldCipher,
    version: int = 1,
    role: PartyRole = PartyRole.DEBTOR,
    kinds: Sequence[ContactPointKind] = tuple(ContactPointKind),
    language: str = "zh-CN",
    address: str | None = None,
) -> PartyChanged:
    """The debtor of customer `number` with a contact point of each kind."""
    values = {
        ContactPointKind.PHONE: f"138{number:08d}",
        ContactPointKind.EMAIL: address or f"person{number}@mail.example",
        ContactPointKind.APP: f"app-{number}",
        ContactPointKind.IM: f"im-{number}",
        ContactPointKind.ADDRESS: f"{number} Long Street",
    }
    points = [
        ContactPoint(
            contact_point_id=f"{kind}-{number}",
            kind=kind,
            sealed=cipher.seal(values[kind], f"{kind}-{number}"),
        )
        for kind in kinds
    ]
    return PartyChanged(
        person_id=f"customer-{number}",
        customer_id=f"customer-{number}",
        version=version,
        role=role,
        jurisdiction="CN",
        language=language,
        time_zone="Asia/Shanghai",
        sealed_name=cipher.seal("Lin", f"customer-{number}"),
        contact_points=points,
    )


def allowed(asked: Event, now: datetime, valid: timedelta = timedelta(hours=2)) -> ContactAllowed:
    assert isinstance(asked, ContactRequested)
    number = asked.customer_id.removeprefix("customer-")
    return ContactAllowed(
        decision_id=f"decision-{number}-{asked.ask}",
        permit_id=permit_id(int(number), asked.ask),
        contact_id=asked.contact_id,
        ask=asked.ask,
        person_id=asked.person_id,
        customer_id=asked.customer_id,
        decided_at=now,
        valid_until=now + valid,
        leaf_index=1,
    )


def deferred(asked: Event, until: datetime) -> ContactDeferred:
    assert isinstance(asked, ContactRequested)
    reason = Reason(rule_id="CN-QUIET", effect=Effect.DEFER, force=Force.LAW, citation="")
    return ContactDeferred(
        decision_id="decision",
        contact_id=asked.contact_id,
        ask=asked.ask,
        person_id=asked.person_id,
        customer_id=asked.customer_id,
        decided_at=START,
        until=until,
        leaf_index=1,
        reasons=[reason],
    )


def denied(asked: Event) -> ContactDenied:
    assert isinstance(asked, ContactRequested)
    reason = Reason(rule_id="CN-MINOR", effect=Effect.DENY, force=Force.LAW, citation="")
    return ContactDenied(
        decision_id="decision",
        contact_id=asked.contact_id,
        ask=asked.ask,
        person_id=asked.person_id,
        customer_id=asked.customer_id,
        decided_at=START,
        leaf_index=1,
        reasons=[reason],
    )
