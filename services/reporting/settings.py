"""Reporting's configuration."""

from datetime import timedelta
from functools import cached_property
from typing import Self
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, model_validator

from services.reporting.console.proving.notes import TrustedKeys
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
    compliance_url: str | None = Field(
        default=None, description="Compliance's API; the console asks it with the rights of who is logged in"
    )
    strategy_url: str | None = Field(default=None, description="Strategy's API; likewise")
    console_log_key: str | None = Field(
        default=None,
        description="The audit log's public key, got elsewhere than from the log: a C2SP verifier key, or "
        "base64 of 32 bytes. Without it the console can only compare the log with itself",
    )
    console_witness_keys: tuple[str, ...] = Field(
        default=(), description="JSON list of the witnesses' C2SP verifier keys; each has to have cosigned"
    )

    @model_validator(mode="after")
    def _usable(self) -> Self:
        secret = self.console_secret
        if secret is not None and len(secret.get_secret_value()) < 16:
            raise ValueError("console_secret must have 16 characters or more")
        if self.console_zone not in available_timezones():
            raise ValueError("console_zone is not the name of an IANA time zone")
        for name in ("compliance_url", "strategy_url"):
            if not (getattr(self, name) or "http://").startswith(("http://", "https://")):
                raise ValueError(f"{name} must begin with http:// or https://")
        _ = self.trusted_keys
        return self

    @cached_property
    def trusted_keys(self) -> TrustedKeys:
        """Whose signatures the console believes. ValueError where a key is none."""
        return TrustedKeys.read(self.console_log_key, self.console_witness_keys)

    @property
    def console_session(self) -> timedelta:
        """How long a login lasts."""
        return timedelta(hours=self.console_session_hours)
