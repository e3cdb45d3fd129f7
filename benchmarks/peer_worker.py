"""A process of the peer: FastStream, one message at a time, an ORM session each, publish, then ack."""

import asyncio
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import uvloop
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from benchmarks.hops import hops_of
from benchmarks.peer_models import (
    AccountRow,
    AuditRow,
    Base,
    Contact,
    ContactRow,
    DecisionRow,
    FigureRow,
    Overdue,
    Treatment,
    TreatmentRow,
    now,
)

broker = KafkaBroker(os.environ.get("BENCH_KAFKA", ""), acks="all", logger=None)
engine = create_async_engine(os.environ.get("BENCH_DATABASE", "postgresql+asyncpg://localhost"))
session_of: "async_sessionmaker[AsyncSession]" = async_sessionmaker(engine, expire_on_commit=False)
gateway = httpx.AsyncClient(base_url=os.environ.get("BENCH_GATEWAY", ""), trust_env=False)


async def keep(*rows: Base) -> None:
    """The rows in a session of their own."""
    async with session_of() as session:
        for row in rows:
            await session.merge(row)
        await session.commit()


async def on_bank(event: Overdue) -> None:
    """Intake."""
    await keep(
        AccountRow(
            account_id=event.account_id,
            customer_id=event.customer_id,
            days_past_due=event.days_past_due,
            arrears=event.arrears,
            updated_at=now(),
        )
    )
    await broker.publish(event, topic="delinquency", key=event.customer_id.encode())


async def on_delinquency(event: Overdue) -> None:
    """Strategy."""
    case_id = f"case-{event.customer_id}"
    segment = "early" if event.days_past_due <= 30 else "late"
    await keep(
        TreatmentRow(
            case_id=case_id, customer_id=event.customer_id, segment=segment, step=1, assigned_at=now()
        )
    )
    treatment = Treatment(
        case_id=case_id,
        customer_id=event.customer_id,
        segment=segment,
        step=1,
        template="reminder_first",
        arrears=event.arrears,
    )
    await broker.publish(treatment, topic="treatments", key=event.customer_id.encode())


async def on_treatments(event: Treatment) -> None:
    """Outreach asks for a permit."""
    contact = Contact(
        contact_id=f"contact-{event.case_id}-{event.step}",
        case_id=event.case_id,
        customer_id=event.customer_id,
        template=event.template,
    )
    await keep(_row(contact, "requested"))
    await broker.publish(contact, topic="requests", key=event.customer_id.encode())


async def on_requests(event: Contact) -> None:
    """Compliance permits it, with an audit row."""
    event.permit_id = f"permit-{event.contact_id}"
    body = event.model_dump(mode="json")
    digest = hashlib.sha256(event.model_dump_json().encode()).hexdigest()
    async with session_of() as session:
        await session.merge(
            DecisionRow(
                permit_id=event.permit_id,
                contact_id=event.contact_id,
                customer_id=event.customer_id,
                verdict="allowed",
                decided_at=now(),
            )
        )
        session.add(AuditRow(contact_id=event.contact_id, body=body, digest=digest, at=now()))
        await session.commit()
    await broker.publish(event, topic="decisions", key=event.customer_id.encode())


async def on_decisions(event: Contact) -> None:
    """Outreach sends the message."""
    message = {
        "idempotency_key": event.permit_id,
        "to": "13800000000",
        "text": "示范银行：您有一笔款项已逾期，请尽快还款。",
        "reference": event.contact_id,
    }
    response = await gateway.post("/messages", json={"messages": [message]})
    response.raise_for_status()
    event.provider_id = response.json()["results"][0]["provider_id"]
    await keep(_row(event, "dispatched"))
    await broker.publish(event, topic="contacts", key=event.customer_id.encode())


async def on_contacts(event: Contact) -> None:
    """Reporting."""
    await keep(
        FigureRow(
            contact_id=event.contact_id,
            case_id=event.case_id,
            customer_id=event.customer_id,
            dispatched_at=now(),
        )
    )


def _row(contact: Contact, state: str) -> ContactRow:
    return ContactRow(
        contact_id=contact.contact_id,
        case_id=contact.case_id,
        customer_id=contact.customer_id,
        state=state,
        permit_id=contact.permit_id,
        provider_id=contact.provider_id,
        changed_at=now(),
    )


HANDLERS: dict[str, Callable[..., object]] = {
    "bank": on_bank,
    "delinquency": on_delinquency,
    "treatments": on_treatments,
    "requests": on_requests,
    "decisions": on_decisions,
    "contacts": on_contacts,
}


def subscribe(process: str) -> FastStream:
    """The application of one process; acknowledged after the handler, as at-least-once asks."""
    for topic in hops_of(process):
        broker.subscriber(
            topic,
            group_id=f"{process}-{topic}",
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
        )(HANDLERS[topic])

    async def ready() -> None:
        await asyncio.sleep(2)  # the group has its partitions
        Path(os.environ["BENCH_READY"]).touch()

    return FastStream(broker, logger=None, after_startup=[ready])


if __name__ == "__main__":
    uvloop.run(subscribe(sys.argv[1]).run())
