"""What callers get about persons."""

from datetime import datetime

from pydantic import BaseModel, Field

from services.compliance.api.views import HoldView
from services.compliance.domain.conduct import ALL_CHANNELS, OptOutEnd
from services.compliance.domain.keeping import ConsentRow, FactRow, PreferenceRow
from shared.contracts.vocabulary import Channel, PartyRole


class ConsentView(BaseModel):
    """A consent."""

    consent_id: str
    person_id: str
    kind: str
    channel: Channel | None
    contact_point_id: str | None
    given_at: datetime
    until: datetime | None
    withdrawn_at: datetime | None
    recorded_by: str

    @classmethod
    def of(cls, row: ConsentRow) -> "ConsentView":
        """The view of a consent."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class PreferenceView(BaseModel):
    """A preference."""

    preference_id: str
    person_id: str
    kind: str
    channel: Channel | None
    contact_point_id: str | None
    weekdays: list[int]
    from_time: str | None
    to_time: str | None
    since: datetime
    withdrawn_at: datetime | None
    recorded_by: str

    @classmethod
    def of(cls, row: PreferenceRow) -> "PreferenceView":
        """The view of a preference."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class FactView(BaseModel):
    """A named fact, when it was set and by whom."""

    name: str
    value: bool
    debt: str | None
    contact_point_id: str | None
    set_at: datetime
    until: datetime | None
    set_by: str

    @classmethod
    def of(cls, row: FactRow) -> "FactView":
        """The view of a fact."""
        return cls(
            name=row.name,
            value=row.value,
            debt=row.debt or None,
            contact_point_id=row.contact_point_id or None,
            set_at=row.set_at,
            until=row.until,
            set_by=row.set_by,
        )


class FactsView(BaseModel):
    """All facts on file about the person itself."""

    facts: list[FactView]


class PlaceView(BaseModel):
    """A place where the person may live."""

    country: str
    state: str | None
    city: str | None


class ZoneView(BaseModel):
    """A zone that the person may be in, and what says so."""

    zone: str
    source: str


class WhereView(BaseModel):
    """Where the person may be, as the gate takes it now: also what was left a short while ago."""

    zones: list[ZoneView]
    places: list[PlaceView]


class EventView(BaseModel):
    """Something that happened and that rules look for."""

    kind: str
    at: datetime
    debt: str | None


class OptOutView(BaseModel):
    """What the person wants no more of, as they said themselves."""

    channel: Channel | None = Field(description="None: of everything")
    since: datetime


class OptOutEndView(BaseModel):
    """An opt-out that was taken back, and the consent by which it was."""

    channel: Channel | None
    opted_out_at: datetime
    consented_at: datetime
    source: str
    reference: str

    @classmethod
    def of(cls, end: OptOutEnd) -> "OptOutEndView":
        """The view of an end."""
        return cls(
            channel=None if end.channel == ALL_CHANNELS else Channel(end.channel),
            opted_out_at=end.opted_out_at,
            consented_at=end.consented_at,
            source=end.source,
            reference=end.reference,
        )


class RoleView(BaseModel):
    """Who the person is to a customer's debts."""

    customer_id: str
    role: PartyRole
    removed: bool


class AttemptView(BaseModel):
    """A contact as the limits count it."""

    attempt_id: str
    at: datetime
    channel: Channel
    direction: str
    outcome: str
    collector_id: str
    debts: list[str]


class StandingView(BaseModel):
    """Everything on file about a person and the other records of the same human."""

    person_id: str
    merged: list[str] = Field(description="All records of this human, the root first; none: just this one")
    roles: list[RoleView]
    where: WhereView
    holds: list[HoldView]
    opt_outs: list[OptOutView]
    preferences: list[PreferenceView]
    consents: list[ConsentView]
    facts: list[FactView]
    events: list[EventView]
    attempts: list[AttemptView] = Field(
        description="As far back as the gate looks, newest first, 100 at most"
    )


class MergedView(BaseModel):
    """The records of one human, and the permits that were withdrawn."""

    root: str
    members: list[str]
    withdrawn: list[str]
