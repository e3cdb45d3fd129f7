"""Who saw which personal data: a record for each person in each answer, kept in the service's own schema.

It is written on the connection of the read, so an answer that cannot be recorded is not given. Values are in
clear only for a caller with the scope `personal:read` who states a purpose in `X-Access-Purpose`; everyone
else sees masks (shared/web/masking.py), and free text not at all. The records hold ids, no personal data.

    @router.get("/contacts/{contact_id}", dependencies=[require("outreach:read")])
    async def contact(contact_id: Id, access: Annotated[Access, accessed()]) -> ContactView:
        async with engine.begin() as connection:
            ...
            await log.note(connection, access, DataKind.CONTACT_POINT, [person_id], clock.now())

The service's role may add and read records, not change or delete them: what retention is done with goes
through `forget_accesses`, which leaves the last half year alone whatever it is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Header, Request
from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    Row,
    Table,
    Text,
    event,
    select,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import sets
from shared.security.principals import Principal
from shared.web.auth import identify, require
from shared.web.context import route_of

HEADER = "X-Access-Purpose"
IN_CLEAR = "personal:read"
"""The scope under which personal data is shown in clear."""

FORGET = """
CREATE OR REPLACE FUNCTION forget_accesses(ids bigint[], before timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS '
    WITH gone AS (
        DELETE FROM personal_access WHERE access_id = ANY(ids)
        AND at < least(before, clock_timestamp() - interval ''180 days'') RETURNING 1
    ) SELECT count(*) FROM gone'
"""
"""For the administrator's role to make beside the table; a migration says the same."""

_FORGET = text("SELECT forget_accesses(CAST(:ids AS bigint[]), :before)")


class AccessPurpose(StrEnum):
    """What personal data is looked at for."""

    COLLECTION = "collection"
    CUSTOMER_REQUEST = "customer_request"
    DATA_SUBJECT_REQUEST = "data_subject_request"
    COMPLAINT_HANDLING = "complaint_handling"
    QUALITY_INSPECTION = "quality_inspection"
    EVIDENCE = "evidence"
    LEGAL_PROCEEDINGS = "legal_proceedings"
    REGULATOR_REQUEST = "regulator_request"
    AUDIT = "audit"
    SUPPORT = "support"


class DataKind(StrEnum):
    """Which kind of data was in the answer."""

    NAME = "name"
    CONTACT_POINT = "contact_point"
    CONTACTS = "contacts"
    DEBT = "debt"
    STANDING = "standing"
    DECISIONS = "decisions"
    DOCUMENTS = "documents"
    EVIDENCE = "evidence"
    COMPLAINT = "complaint"
    COMPLAINT_TEXT = "complaint_text"
    TRANSCRIPT = "transcript"


def access_table(metadata: MetaData) -> Table:
    """The table for a service's metadata: `personal_access`, with the function that forgets."""
    table = Table(
        "personal_access",
        metadata,
        Column("access_id", BigInteger, Identity(always=True), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("principal", Text, nullable=False, comment="Who saw it: a system or a member of staff"),
        Column("person_id", Text, nullable=False, comment="Whose data it is, or whose debts as a customer"),
        Column("kind", Text, nullable=False, comment="Of the data; the data itself is not here"),
        Column("in_clear", Boolean, nullable=False, comment="Not masked, free text not withheld"),
        Column("purpose", Text, nullable=True, comment="As the caller stated it"),
        Column("endpoint", Text, nullable=False, comment="Method and declared route, no path"),
        Column("request_id", Text, nullable=False),
        Index("personal_access_time", "at", "access_id"),
        Index("personal_access_person", "person_id", "at", "access_id"),
        Index("personal_access_principal", "principal", "at", "access_id"),
        comment="Append-only: who saw which personal data, of whom, and what for",
    )
    event.listen(table, "after_create", DDL(FORGET))  # type: ignore[no-untyped-call]
    return table


@dataclass(frozen=True, slots=True)
class Access:
    """A request for an answer with personal data in it. `may_see`: the caller has `personal:read`."""

    principal: str
    purpose: AccessPurpose | None
    may_see: bool
    endpoint: str
    request_id: str

    @property
    def in_clear(self) -> bool:
        """Whether values are shown in clear: the caller may see them and says what for."""
        return self.may_see and self.purpose is not None

    def at_least_for(self, purpose: AccessPurpose) -> Access:
        """The same, for this purpose where the caller stated none: the endpoint has only this one."""
        return self if self.purpose else replace(self, purpose=purpose)

    def free_text(self, value: str | None) -> str | None:
        """A free text, which may hold anything about anybody: withheld unless shown in clear."""
        return value if self.in_clear else None


class AccessFilter(NamedTuple):
    """Which records to list; None asks for nothing, `first` is included, `last` is not."""

    person_id: str | None = None
    principal: str | None = None
    first: datetime | None = None
    last: datetime | None = None


class _Seen(NamedTuple):
    at: datetime
    principal: str
    person_id: str
    kind: str
    in_clear: bool
    purpose: str | None
    endpoint: str
    request_id: str


class AccessLog:
    """The records of one service: the only place that reads and writes them."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def note(
        self,
        connection: AsyncConnection,
        access: Access,
        kind: DataKind,
        person_ids: Iterable[str],
        at: datetime,
        *,
        in_clear: bool = False,
    ) -> None:
        """Record that the caller gets data of this kind about these persons, each once.

        `in_clear`: names, contact points or texts are in the answer as they are.
        """
        rows = [
            _Seen(
                at,
                access.principal,
                person_id,
                kind,
                in_clear,
                access.purpose,
                access.endpoint,
                access.request_id,
            )
            for person_id in sorted(set(person_ids))
        ]
        await sets.insert(connection, self._table, rows)

    async def listed(
        self,
        connection: AsyncConnection,
        wanted: AccessFilter,
        after: tuple[datetime, int] | None,
        limit: int,
    ) -> list[Row[Any]]:
        """Records, oldest first."""
        columns = self._table.c
        query = select(self._table).order_by(columns.at, columns.access_id).limit(limit)
        for column, value in ((columns.person_id, wanted.person_id), (columns.principal, wanted.principal)):
            if value is not None:
                query = query.where(column == value)
        if wanted.first is not None:
            query = query.where(columns.at >= wanted.first)
        if wanted.last is not None:
            query = query.where(columns.at < wanted.last)
        if after is not None:
            query = query.where(tuple_(columns.at, columns.access_id) > after)
        return list(await connection.execute(query))

    async def forget(self, connection: AsyncConnection, ids: Collection[int], before: datetime) -> int:
        """Delete these records as far as they are older than `before` and than half a year; how many."""
        found = await connection.execute(_FORGET, {"ids": list(ids), "before": before})
        return int(found.scalar_one())


_Purpose = Annotated[
    AccessPurpose | None,
    Header(alias=HEADER, description="What the personal data is for; without it, it is masked"),
]
_StatedPurpose = Annotated[AccessPurpose, Header(alias=HEADER, description="What the personal data is for")]


def _accessed(
    request: Request, principal: Annotated[Principal, Depends(identify)], purpose: _Purpose = None
) -> Access:
    return _access(request, principal, purpose)


def _accessed_in_clear(
    request: Request, principal: Annotated[Principal, require(IN_CLEAR)], purpose: _StatedPurpose
) -> Access:
    return _access(request, principal, purpose)


def _access(request: Request, principal: Principal, purpose: AccessPurpose | None) -> Access:
    return Access(
        principal=principal.subject,
        purpose=purpose,
        may_see=not principal.missing([IN_CLEAR]),
        endpoint=f"{request.method} {route_of(request.scope)}",
        request_id=request.state.request_id,
    )


def accessed() -> Any:
    """Dependency giving an Access, as in `Annotated[Access, accessed()]`; the purpose may be left out.

    It does not authorize: the route still says `require(...)`.
    """
    return Depends(_accessed)


def accessed_in_clear() -> Any:
    """Dependency giving an Access that is `in_clear`: 403 without `personal:read`, 422 without a purpose."""
    return Depends(_accessed_in_clear)
