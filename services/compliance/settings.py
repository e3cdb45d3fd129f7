"""Compliance's configuration."""

from base64 import b64decode
from binascii import Error as Base64Error
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.compliance.complaint_policy import SHIPPED as SHIPPED_POLICY
from services.compliance.complaint_policy import policy_rules
from services.compliance.domain.complaints.policy import ComplaintPolicy
from services.compliance.domain.desks import BANK, Desks
from services.compliance.domain.gate.request import Collector, CollectorRole
from services.compliance.domain.packs.library import Library
from services.compliance.domain.past import Past, past_of
from services.compliance.enforcing import Packs, enforced
from services.compliance.leaves import Pseudonyms
from services.compliance.log.keys import Signer
from services.compliance.pack_files import CALENDARS, PACKS
from services.compliance.providers.settings import Comparing, ProviderSettings
from services.compliance.witness.settings import WitnessSettings
from shared.settings import ServiceSettings

BANK_PACKS = Path(__file__).parent / "bank_packs"


class DeskSettings(BaseModel):
    """A collector that makes contacts for the bank, and the facts that the bank vouches for."""

    model_config = ConfigDict(extra="forbid")

    role: CollectorRole = CollectorRole.BANK
    staff: int = Field(default=1, ge=1, le=100, description="How many go on a visit")
    facts: frozenset[str] = Field(default=frozenset(), description="recorded_line, agency_whitelisted …")


class PackSettings(BaseSettings):
    """Which rule packs the gate enforces."""

    model_config = SettingsConfigDict(env_prefix="RECOUP_", extra="ignore")

    packs: Path = Field(default=PACKS, description="Folder of the product's rule packs, with packs.lock")
    bank_packs: Path | None = Field(
        default=BANK_PACKS, description="Folder of the bank's own overlays, with packs.lock"
    )
    calendars: Path = Field(default=CALENDARS, description="Folder of the calendars that packs name")
    packs_left_out: frozenset[str] = Field(
        default=frozenset({"bank-policy-cn-west"}),
        description="Ids of packs that are not enforced. bank-policy-cn-west asks where in China each person "
        "lives: to be enforced once core banking delivers provinces",
    )
    packs_without_counsel: Literal["enforce-without-counsel-sign-off"] | None = Field(
        default=None, description="Has to be said for packs that counsel has not signed off"
    )

    @property
    def enforced_packs(self) -> Packs:
        """Where the packs are, and what is said of them."""
        folders = (self.packs,) if self.bank_packs is None else (self.packs, self.bank_packs)
        return Packs(folders, self.calendars, self.packs_left_out, self.packs_without_counsel)


class ComplianceSettings(ServiceSettings, PackSettings):
    """What the gate enforces, and the log's identity and keys."""

    creditor: str = Field(default="bank", min_length=1, max_length=64)
    desks: dict[str, DeskSettings] = Field(
        default_factory=dict, description='By collector id; "bank" is the bank\'s own desk'
    )
    history_days: int = Field(
        default=40, ge=1, le=4000, description="Of attempts, at least; as far as the packs look in any case"
    )
    overlap_days: int = Field(
        default=7, ge=0, le=400, description="For which a zone or place that a person left still counts"
    )
    permit_grace_seconds: int = Field(
        default=60, ge=0, le=86_400, description="After which an unredeemed permit counts no longer"
    )
    complaint_policy_file: Path = Field(
        default=SHIPPED_POLICY, description="What the bank settles for itself about complaints: YAML"
    )
    complaint_days: int | None = Field(
        default=None, ge=1, le=365, description="In place of the policy's decision_days"
    )

    retention_daily: bool = Field(
        default=False, description="Delete what has to go every day, by itself; the bank has to decide that"
    )
    retention_seconds: float = Field(
        default=10.0, gt=0, le=86_400, description="Between two looks for a retention run that was asked for"
    )

    log_origin: str = Field(default="recoup.invalid/compliance", pattern=r"^[!-*,-~]{1,200}$")
    log_signing_key: SecretStr = Field(description="Base64 of a 32-byte Ed25519 seed")
    log_subject_key: SecretStr = Field(description="Base64 of 32 bytes or more; makes pseudonyms")
    checkpoint_seconds: float = Field(default=1.0, gt=0, le=3600)
    witnesses: tuple[WitnessSettings, ...] = Field(
        default=(), description="Who cosigns checkpoints: JSON, a list of url and verifier key"
    )
    witness_seconds: float = Field(default=10.0, gt=0, le=86_400)
    providers: tuple[ProviderSettings, ...] = Field(
        default=(), description="Whose records are compared with the log: JSON, a list"
    )
    provider_credentials: SecretStr | None = Field(
        default=None,
        description='For their statements, by name: JSON {"<provider>": "<credential>"}; worker only',
    )
    provider_tolerance_seconds: int = Field(default=300, ge=0, le=86_400, description="Between clocks")
    completeness_seconds: float = Field(
        default=15.0, gt=0, le=3600, description="Between looks at what is due"
    )

    @model_validator(mode="after")
    def _usable(self) -> Self:
        _ = (self.library, self.complaint_policy, self.pseudonyms, self.signer(2000), self.comparing)
        return self

    @cached_property
    def library(self) -> Library:
        """The packs that the gate enforces."""
        return enforced(self.enforced_packs)

    @cached_property
    def past(self) -> Past:
        """How much of a person's past the gate looks at."""
        return past_of(self.library.packs, timedelta(days=self.history_days))

    @cached_property
    def known_desks(self) -> Desks:
        """Who makes contacts; the bank's own desk always does."""
        configured = {BANK: DeskSettings()} | self.desks
        collectors = {
            name: Collector(collector_id=name, role=desk.role, staff=desk.staff, facts=desk.facts)
            for name, desk in configured.items()
        }
        return Desks(self.creditor, collectors)

    @cached_property
    def complaint_policy(self) -> ComplaintPolicy:
        """What the bank settles for itself about complaints."""
        rules = policy_rules(self.complaint_policy_file)
        if self.complaint_days is not None:
            rules = msgspec.structs.replace(rules, decision_days=self.complaint_days)
        return ComplaintPolicy(library=self.library, rules=rules)

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """Names of persons in the log."""
        return Pseudonyms(_bytes(self.log_subject_key, "log_subject_key"))

    @cached_property
    def comparing(self) -> Comparing:
        """Which providers' records are compared with the log, and how."""
        return Comparing.of(
            self.providers,
            self.provider_credentials.get_secret_value() if self.provider_credentials else "{}",
            timedelta(seconds=self.provider_tolerance_seconds),
        )

    def origin(self, year: int) -> str:
        """The name of a year's log."""
        return f"{self.log_origin}/{year}"

    def signer(self, year: int) -> Signer:
        """The key of a year's log; its name is the origin."""
        return Signer(self.origin(year), _bytes(self.log_signing_key, "log_signing_key"))


def _bytes(secret: SecretStr, name: str) -> bytes:
    try:
        return b64decode(secret.get_secret_value(), validate=True)
    except (Base64Error, ValueError):
        raise ValueError(f"{name} is not base64") from None
