"""What callers say about persons: consents, preferences, facts, zones, places, events."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from services.compliance.api.views import Name
from services.compliance.domain.gate.clocks import zone_named
from services.compliance.domain.packs.event_names import EVENTS
from services.compliance.domain.packs.fact_names import CONSENTS, FACTS
from shared.contracts.vocabulary import Channel
from shared.web.inputs import Input, ShortText


def _one_of(what: str, known: frozenset[str]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"no {what} that rules know")
        return name

    return AfterValidator(check)


def _zone(name: str) -> str:
    if zone_named(name) is None:
        raise ValueError("no IANA time zone")
    return name


def _aware(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("an instant has an offset")
    return at


FactName = Annotated[Name, _one_of("fact", frozenset(FACTS))]
ConsentKind = Annotated[Name, _one_of("consent", frozenset(CONSENTS) | frozenset(FACTS))]
EventName = Annotated[Name, _one_of("event", frozenset(EVENTS))]
ZoneName = Annotated[Name, AfterValidator(_zone)]
Instant = Annotated[datetime, AfterValidator(_aware)]
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class NewConsent(Input):
    """What the person agreed to: a kind that packs name, or a fact that the consent makes true."""

    kind: ConsentKind
    channel: Channel | None = Field(default=None, description="None: by every channel")
    contact_point_id: Name | None = Field(default=None, description="None: at every contact point")
    given_at: Instant | None = Field(default=None, description="None: now")
    until: Instant | None = Field(default=None, description="Exclusive; None: until withdrawn")


class NewPreference(Input):
    """What the person asked for. Without hours and weekdays it holds at all times."""

    kind: Literal["medium_opt_out", "inconvenient", "refuses_contact"]
    channel: Channel | None = Field(default=None, description="None: every channel")
    contact_point_id: Name | None = Field(default=None, description="None: every contact point")
    weekdays: list[Annotated[int, Field(ge=1, le=7, strict=True)]] = Field(
        default=[], max_length=7, description="1 Monday to 7 Sunday; none: every day"
    )
    from_time: ClockTime | None = Field(default=None, description="HH:MM by the person's clock")
    to_time: ClockTime | None = Field(default=None, description="Exclusive; before from_time: over midnight")

    def is_whole(self) -> bool:
        """Whether both ends of the hours are given, or none."""
        return (self.from_time is None) == (self.to_time is None)


class RenewedConsentSaid(Input):
    """The person's renewed consent to messages that they had opted out of, and where it is on record."""

    channel: Channel | None = Field(description="As the opt-out says it; None: of everything")
    source: Literal["written", "recorded_call", "app", "web", "branch"]
    reference: Name = Field(description="Of the letter, recording or entry that holds the consent")
    given_at: Instant | None = Field(default=None, description="None: now; after the opt-out in any case")


class FactSaid(Input):
    """A named fact: true, false, or not known any more (null)."""

    name: FactName
    value: bool | None = Field(strict=True)
    debt: Name | None = Field(default=None, description="None: whatever the debt")
    contact_point_id: Name | None = Field(default=None, description="None: whatever the contact point")
    until: Instant | None = Field(default=None, description="From then on it is not known")


class FactsSaid(Input):
    """Facts, each said once."""

    facts: list[FactSaid] = Field(min_length=1, max_length=50)


class ZonesSaid(Input):
    """All zones that a source names for the person; they take the place of those that it named before."""

    source: Literal["declared", "address", "phone_prefix"]
    zones: list[ZoneName] = Field(max_length=20)


class PlaceSaid(Input):
    """A place; what is not known is left out."""

    country: str = Field(pattern="^[A-Z]{2}$", description="ISO 3166-1")
    state: Name | None = Field(default=None, description="ISO 3166-2 without the country")
    city: Name | None = None


class PlacesSaid(Input):
    """All places where the person may live; they take the place of those said before."""

    places: list[PlaceSaid] = Field(max_length=20)


class EventSaid(Input):
    """Something that happened and that rules look for."""

    kind: EventName
    at: Instant | None = Field(default=None, description="None: now")
    debt: Name | None = Field(default=None, description="None: whatever the debt")


class MergeSaid(Input):
    """The other record of the same human; its group takes this person in."""

    into: Name


class SeparationSaid(Input):
    """Why the record is not of the same human as those that it was merged with."""

    reason: ShortText
