"""The peer's tables and events, as tutorials teach: an ORM class a table, a pydantic model an event."""

from datetime import UTC, datetime
from decimal import Decimal

from pydantic import BaseModel
from sqlalchemy import JSON, DateTime, Numeric, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CreateTable


class Base(DeclarativeBase):
    """All tables."""

    type_annotation_map = {datetime: DateTime(timezone=True), str: Text, Decimal: Numeric(18, 2)}  # noqa: RUF012


class AccountRow(Base):
    __tablename__ = "account"
    account_id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str]
    days_past_due: Mapped[int]
    arrears: Mapped[Decimal]
    updated_at: Mapped[datetime]


class TreatmentRow(Base):
    __tablename__ = "treatment"
    case_id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str]
    segment: Mapped[str]
    step: Mapped[int]
    assigned_at: Mapped[datetime]


class ContactRow(Base):
    __tablename__ = "contact"
    contact_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str]
    customer_id: Mapped[str]
    state: Mapped[str]
    permit_id: Mapped[str | None]
    provider_id: Mapped[str | None]
    changed_at: Mapped[datetime]


class DecisionRow(Base):
    __tablename__ = "decision"
    permit_id: Mapped[str] = mapped_column(primary_key=True)
    contact_id: Mapped[str]
    customer_id: Mapped[str]
    verdict: Mapped[str]
    decided_at: Mapped[datetime]


class AuditRow(Base):
    __tablename__ = "audit"
    entry_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    contact_id: Mapped[str]
    body: Mapped[dict[str, object]] = mapped_column(JSON)
    digest: Mapped[str]
    at: Mapped[datetime]


class FigureRow(Base):
    __tablename__ = "figure"
    contact_id: Mapped[str] = mapped_column(primary_key=True)
    case_id: Mapped[str]
    customer_id: Mapped[str]
    dispatched_at: Mapped[datetime]


class Overdue(BaseModel):
    """What the bank says, and intake after it."""

    account_id: str
    customer_id: str
    days_past_due: int
    arrears: Decimal
    currency: str = "CNY"


class Treatment(BaseModel):
    """What strategy decided."""

    case_id: str
    customer_id: str
    segment: str
    step: int
    template: str
    arrears: Decimal


class Contact(BaseModel):
    """A contact on its way: requested, allowed, dispatched."""

    contact_id: str
    case_id: str
    customer_id: str
    template: str
    permit_id: str | None = None
    provider_id: str | None = None


def schema() -> str:
    """The statements that make the tables."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return "".join(f"{CreateTable(table).compile(dialect=dialect)};" for table in Base.metadata.sorted_tables)


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)
