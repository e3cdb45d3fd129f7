"""What authors and approvers of templates send and get."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from services.compliance.domain.lint.reading import Reading
from services.compliance.domain.lint.template import TemplateState, TemplateVersion
from shared.contracts.vocabulary import Channel, PartyRole, Purpose
from shared.lint.findings import Finding, Findings, Setting
from shared.lint.template_digest import template_digest
from shared.web.inputs import Input, ShortText

Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", examples=["zh-CN"])]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["CN"])]
Text = Annotated[str, Field(min_length=1, max_length=8000)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class NewTemplate(Input):
    """A text in one language for one channel; variables stand in braces and are declared."""

    template_id: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$", examples=["reminder_first"])
    language: Language
    channel: Channel
    purpose: Purpose = Purpose.COLLECT
    countries: list[Country] = Field(default=[], max_length=20, description="None: anywhere")
    roles: list[PartyRole] = Field(default=[PartyRole.DEBTOR], min_length=1, max_length=len(PartyRole))
    subject: str = Field(default="", max_length=200)
    body: Text
    envelope: str = Field(default="", max_length=1000, description="What stands outside on a letter")
    variables: list[Name] = Field(default=[], max_length=40)

    def draft(self, by: str, now: datetime) -> TemplateVersion:
        """The version that this makes, without its number."""
        return TemplateVersion(
            template_id=self.template_id,
            version=0,
            language=self.language,
            channel=self.channel,
            purpose=self.purpose,
            countries=tuple(sorted(set(self.countries))),
            roles=tuple(sorted(set(self.roles))),
            subject=self.subject,
            body=self.body,
            envelope=self.envelope,
            variables=tuple(sorted(set(self.variables))),
            digest=template_digest(self.language, self.channel, self.subject, self.body, self.envelope),
            state=TemplateState.DRAFT,
            created_by=by,
            created_at=now,
        )


class TemplateSet(Input):
    """New texts that go to a second person together."""

    templates: list[NewTemplate] = Field(min_length=1, max_length=200)


class VersionName(Input):
    """One version of a template."""

    template_id: str = Field(min_length=1, max_length=64)
    version: int = Field(ge=1, le=2**31 - 1)


class VersionSet(Input):
    """Versions that are decided about together."""

    versions: list[VersionName] = Field(min_length=1, max_length=200)

    @property
    def names(self) -> list[tuple[str, int]]:
        """Each once, in the order given."""
        return list(dict.fromkeys((one.template_id, one.version) for one in self.versions))


class Reason(Input):
    """Why; no personal data."""

    reason: ShortText


class TemplateView(BaseModel):
    """A version of a template and how far it has come."""

    template_id: str
    version: int
    language: str
    channel: Channel
    purpose: Purpose
    countries: list[str]
    roles: list[PartyRole]
    subject: str
    body: str
    envelope: str
    variables: list[str]
    digest: str
    state: TemplateState
    created_by: str
    created_at: datetime
    submitted_by: str | None
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    retired_by: str | None
    retired_at: datetime | None
    reason: str | None
    tags: list[str] = Field(description="By the linter, at the approval")
    linter: str | None

    @classmethod
    def of(cls, version: TemplateVersion) -> "TemplateView":
        """The view of a version."""
        return cls(**{name: getattr(version, name) for name in cls.model_fields})


class TemplateSetView(BaseModel):
    """Several versions after an act, in the order of the request."""

    items: list[TemplateView]


class FindingView(BaseModel):
    """Something wrong with words; `start` and `end` are offsets in the part of the preview."""

    tag: str
    missing: bool = Field(description="The words ought to hold this and do not")
    denies: bool = Field(description="No message with it may leave")
    part: str = Field(description="body, subject or envelope; empty: all of it")
    start: int
    end: int
    text: str
    rule_id: str
    citation: str
    remedy_zh: str
    remedy_en: str

    @classmethod
    def of(cls, finding: Finding) -> "FindingView":
        """The view of a finding."""
        values: dict[str, Any] = finding._asdict()
        remedy = values.pop("remedy")
        return cls(**values, remedy_zh=remedy.zh, remedy_en=remedy.en)


class LintView(BaseModel):
    """What the linter says of words."""

    parts: dict[str, str] = Field(description="The words as read, with samples for variables")
    clean: bool = Field(description="Nothing denies")
    tags: list[str]
    findings: list[FindingView]
    linter: str

    @classmethod
    def of(cls, parts: dict[str, str], findings: Findings) -> "LintView":
        """The view of findings on these texts."""
        return cls(
            parts=parts,
            clean=not findings.denying,
            tags=sorted(findings.tags),
            findings=[FindingView.of(finding) for finding in findings.found],
            linter=findings.linter,
        )

    @classmethod
    def of_reading(cls, reading: Reading) -> "LintView":
        """The view of a template read over."""
        return cls.of(reading.parts, reading.findings)


class LintRequest(Input):
    """Words to read, and how and to whom they go."""

    body: Text
    subject: str = Field(default="", max_length=200)
    envelope: str = Field(default="", max_length=1000)
    channel: Channel
    language: Language
    served_language: Language | None = Field(default=None, description="In which the person is served")
    role: PartyRole = PartyRole.DEBTOR
    country: Country | None = None
    institutions: list[ShortText] = Field(default=[], max_length=10)
    facts: list[Name] = Field(default=[], max_length=20, examples=[["time_barred"]])

    @property
    def parts(self) -> dict[str, str]:
        """The texts that there are."""
        parts = {"body": self.body, "subject": self.subject, "envelope": self.envelope}
        return {name: text for name, text in parts.items() if text}

    @property
    def setting(self) -> Setting:
        """Where the words go."""
        return Setting(
            self.channel,
            self.language,
            role=self.role,
            country=self.country or "",
            served=self.served_language or "",
            institutions=tuple(self.institutions),
            known=frozenset(self.facts),
        )
