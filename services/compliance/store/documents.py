"""Digests of documents, and whom a contact is with."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.tables import decision, document
from shared.database import sets


class Document(msgspec.Struct, frozen=True):
    """A document's digest; the fields are the columns of table `document`."""

    document_id: str
    contact_id: str
    person_id: str
    kind: str
    sha256: str
    size: int
    media_type: str
    made_at: datetime
    registered_at: datetime
    registered_by: str


async def person_of(connection: AsyncConnection, contact_id: str) -> str | None:
    """The person whom a contact is with; None where no decision on it was made."""
    query = select(decision.c.person_id).where(decision.c.contact_id == contact_id).limit(1)
    found: str | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def add(connection: AsyncConnection, made: Document) -> bool:
    """Keep a document's digest; False where it is on record already."""
    return await sets.insert(connection, document, [made], skip_existing=True) == 1


async def by_id(connection: AsyncConnection, document_id: str) -> Document | None:
    """One document."""
    row = (await connection.execute(select(document).where(document.c.document_id == document_id))).first()
    return None if row is None else Document(*row)


async def of_contact(
    connection: AsyncConnection, contact_id: str, after: str, limit: int
) -> Sequence[Document]:
    """A contact's documents, by id."""
    query = select(document).where(document.c.contact_id == contact_id, document.c.document_id > after)
    rows = await connection.execute(query.order_by(document.c.document_id).limit(limit))
    return [Document(*row) for row in rows]
