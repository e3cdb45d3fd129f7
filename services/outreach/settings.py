"""The configuration of outreach, from the environment (`RECOUP_*`)."""

from datetime import timedelta
from decimal import Decimal
from typing import Self

from pydantic import Field, SecretStr, model_validator

from services.outreach.channels.email_smtp import Encryption, Mailbox
from shared.settings import ServiceSettings

_MARGIN_SECONDS = 5.0


class OutreachSettings(ServiceSettings):
    """Seconds where nothing else is said."""

    compliance_url: str = "http://127.0.0.1:8104"
    compliance_api_key: SecretStr
    redeem_timeout: float = Field(default=5.0, gt=0, le=60)

    institution: str = Field(default="示范银行", max_length=40)
    institution_en: str = Field(default="Model Bank", max_length=60)
    currency: str = Field(
        default="CNY", pattern="^[A-Z]{3}$", description="Of costs and promises without one"
    )

    max_asks: int = Field(default=12, ge=1, le=100)
    await_party: timedelta = Field(default=timedelta(days=1), ge=timedelta(0))

    dispatch_batch: int = Field(default=500, ge=1, le=500)
    dispatch_lease: float = Field(default=30.0, gt=0, le=3600)
    dispatch_doubt: float = Field(
        default=3.0, ge=0, le=600, description="Wait before asking a provider again"
    )

    sms_provider: str = Field(default="sms", pattern="^[a-z0-9][a-z0-9_-]{0,31}$")
    sms_gateway_url: str = "http://127.0.0.1:8090"
    sms_gateway_api_key: SecretStr
    sms_timeout: float = Field(default=8.0, gt=0, le=120)

    email_provider: str = Field(default="smtp", pattern="^[a-z0-9][a-z0-9_-]{0,31}$")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=8025, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_encryption: Encryption | None = Field(
        default=None, description="STARTTLS if unset; none to a server on this machine"
    )
    smtp_timeout: float = Field(default=15.0, gt=0, le=300)
    email_sender: str = Field(default="notice@bank.example", pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}$")
    email_cost: Decimal = Field(default=Decimal(0), ge=0, le=1000)

    @property
    def mailbox(self) -> Mailbox:
        """The mail server and who we are there."""
        local = self.smtp_host in ("127.0.0.1", "::1", "localhost")
        unset = Encryption.NONE if local else Encryption.STARTTLS
        return Mailbox(
            self.smtp_host,
            self.smtp_port,
            self.email_sender,
            self.institution,
            self.smtp_username,
            self.smtp_password.get_secret_value() if self.smtp_password else None,
            self.smtp_encryption or unset,
            self.smtp_timeout,
        )

    @model_validator(mode="after")
    def _lease_outlasts(self) -> Self:
        longest = self.redeem_timeout + max(self.sms_timeout * 2, self.smtp_timeout) + _MARGIN_SECONDS
        if self.dispatch_lease < longest:
            raise ValueError(f"dispatch_lease must be at least {longest:g} seconds to outlast a dispatch")
        return self
