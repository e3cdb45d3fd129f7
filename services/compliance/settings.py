"""Compliance's configuration."""

from base64 import b64decode
from binascii import Error as Base64Error
from datetime import time, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Self

from pydantic import BaseModel, Field, SecretStr, model_validator

from services.compliance.domain.rules import GateRules, JurisdictionRules
from services.compliance.domain.window import Window
from services.compliance.leaves import Pseudonyms
from services.compliance.log.keys import Signer
from shared.contracts.decisions import Force
from shared.settings import ServiceSettings

CAP_POLICY = "Bank policy: attempts a day by all channels together"


class JurisdictionSettings(BaseModel):
    """Hours of contact, half-open by the local clock, and attempts per person and local calendar day."""

    open: time
    close: time
    window_citation: str
    window_force: Force
    day_cap: int = Field(default=3, ge=1, le=100)
    cap_citation: str = CAP_POLICY
    cap_force: Force = Force.POLICY


def _jurisdictions() -> dict[str, JurisdictionSettings]:
    return {
        "CN": JurisdictionSettings(
            open=time(8),
            close=time(22),
            window_citation="GB/T 45251-2025; CBA 2026 trial guideline: no collection from 22:00 to 08:00",
            window_force=Force.SELF_REGULATORY,
        ),
        "US": JurisdictionSettings(
            open=time(8),
            close=time(21),
            window_citation="12 CFR 1006.6(b)(1)(i); 15 USC 1692c(a)(1)",
            window_force=Force.LAW,
        ),
        "GB": JurisdictionSettings(
            open=time(8),
            close=time(21),
            window_citation="CONC 7.9.4R (no number); MCOB 13.5.4G as proxy",
            window_force=Force.POLICY,
        ),
        "IN": JurisdictionSettings(
            open=time(8),
            close=time(19),
            window_citation="RBI fair practices for recovery: no calls before 08:00 or after 19:00",
            window_force=Force.LAW,
        ),
    }


class ComplianceSettings(ServiceSettings):
    """What the gate enforces, and the log's identity and keys."""

    jurisdictions: dict[str, JurisdictionSettings] = Field(
        default_factory=_jurisdictions, description="By country code; a contact elsewhere needs a human"
    )
    permit_ttl_seconds: int = Field(default=300, ge=30, le=86_400)
    permit_grace_seconds: int = Field(
        default=60, ge=0, le=86_400, description="After which an unredeemed permit counts no longer"
    )
    complaint_days: int = Field(default=15, ge=1, le=365)

    log_origin: str = Field(default="recoup.invalid/compliance", pattern=r"^[!-*,-~]{1,200}$")
    log_signing_key: SecretStr = Field(description="Base64 of a 32-byte Ed25519 seed")
    log_subject_key: SecretStr = Field(description="Base64 of 32 bytes or more; makes pseudonyms")
    checkpoint_seconds: float = Field(default=1.0, gt=0, le=3600)

    @model_validator(mode="after")
    def _usable(self) -> Self:
        _ = (self.rules, self.pseudonyms, self.signer(2000))
        return self

    @cached_property
    def rules(self) -> GateRules:
        """The numbers for the decisions."""
        described = "".join(
            f"{code} {settings.model_dump_json()}\n" for code, settings in sorted(self.jurisdictions.items())
        )
        return GateRules(
            jurisdictions={code: _rules(code, settings) for code, settings in self.jurisdictions.items()},
            permit_ttl=timedelta(seconds=self.permit_ttl_seconds),
            digest=sha256(f"{described}{self.permit_ttl_seconds}".encode()).hexdigest(),
        )

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """Names of persons in the log."""
        return Pseudonyms(_bytes(self.log_subject_key, "log_subject_key"))

    def origin(self, year: int) -> str:
        """The name of a year's log."""
        return f"{self.log_origin}/{year}"

    def signer(self, year: int) -> Signer:
        """The key of a year's log; its name is the origin."""
        return Signer(self.origin(year), _bytes(self.log_signing_key, "log_signing_key"))


def _rules(code: str, settings: JurisdictionSettings) -> JurisdictionRules:
    if settings.open.second or settings.close.second:
        raise ValueError("hours of contact are given in whole minutes")
    return JurisdictionRules(
        code=code,
        window=Window(_minute(settings.open), _minute(settings.close)),
        window_citation=settings.window_citation,
        window_force=settings.window_force,
        day_cap=settings.day_cap,
        cap_citation=settings.cap_citation,
        cap_force=settings.cap_force,
    )


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _bytes(secret: SecretStr, name: str) -> bytes:
    try:
        return b64decode(secret.get_secret_value(), validate=True)
    except (Base64Error, ValueError):
        raise ValueError(f"{name} is not base64") from None
