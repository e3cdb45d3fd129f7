"""How compliance is told of the providers whose records it compares with the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Self
from zoneinfo import ZoneInfo

import msgspec
from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, field_validator

from services.compliance.domain.completeness.days import day_of
from services.compliance.domain.completeness.run import Run
from shared.contracts.vocabulary import Channel


class ProviderSettings(BaseModel):
    """A provider of contacts. Its credential is a setting of its own, which only the worker needs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern="^[a-z0-9][a-z0-9_-]{0,31}$")
    channel: Channel
    statement_url: AnyHttpUrl | None = Field(default=None, description="None: its records come as files")
    credential_header: str = Field(default="X-API-Key", pattern="^[A-Za-z0-9-]{1,64}$")
    zone: str = Field(default="UTC", description="Whose midnight ends its days")
    delay_minutes: int = Field(
        default=120, ge=0, le=14_400, description="After a contact, or the end of a day, it has the record"
    )

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):
            raise ValueError("it is no time zone") from None
        return zone

    @property
    def delay(self) -> timedelta:
        """Until its record is complete."""
        return timedelta(minutes=self.delay_minutes)

    @property
    def places(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.zone)

    def run(self, day: date) -> Run:
        """The comparison of a day, to be done when its record is complete."""
        of = day_of(day, self.places)
        return Run(self.name, day, self.channel, of.begins_at, of.ends_at, of.ends_at + self.delay)


@dataclass(frozen=True, slots=True)
class Comparing:
    """The providers by name, the credentials for their statements, and how far clocks may differ."""

    providers: Mapping[str, ProviderSettings]
    tolerance: timedelta
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, providers: Sequence[ProviderSettings], credentials: str, tolerance: timedelta) -> Self:
        """From the settings. ValueError for two of a name, or credentials that are no JSON of texts."""
        named = {provider.name: provider for provider in providers}
        if len(named) != len(providers):
            raise ValueError("providers must have different names")
        try:
            known = msgspec.json.decode(credentials, type=dict[str, str])
        except msgspec.MsgspecError:
            raise ValueError("provider_credentials must be a JSON object of texts") from None
        return cls(named, tolerance, known)

    def of_channel(self, channel: Channel) -> list[str]:
        """The names of the channel's providers."""
        return sorted(name for name, one in self.providers.items() if one.channel is channel)
