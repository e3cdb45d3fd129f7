"""Reporting's configuration."""

from datetime import timedelta
from typing import Self
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, model_validator

from shared.settings import ServiceSettings


class ReportingSettings(ServiceSettings):
    """How the console keeps its visitors and tells them the time."""

    console_secret: SecretStr | None = Field(
        default=None,
        description="Signs the console's sessions; without it, logins end when the process ends",
    )
    console_secure_cookie: bool = Field(
        default=False, description="Send the session by TLS only; for a console behind a TLS proxy"
    )
    console_session_hours: int = Field(default=12, ge=1, le=24 * 30)
    console_zone: str = Field(default="Asia/Shanghai", description="The time zone that the console shows")

    @model_validator(mode="after")
    def _usable(self) -> Self:
        secret = self.console_secret
        if secret is not None and len(secret.get_secret_value()) < 16:
            raise ValueError("console_secret must have 16 characters or more")
        if self.console_zone not in available_timezones():
            raise ValueError("console_zone is not the name of an IANA time zone")
        return self

    @property
    def console_session(self) -> timedelta:
        """How long a login lasts."""
        return timedelta(hours=self.console_session_hours)
