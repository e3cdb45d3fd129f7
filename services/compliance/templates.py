"""Acts on templates: each under the template's lock, with its leaf and, where its use changes, its event.

The leaves are drafted; whoever opened the desk writes them, last of all.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from services.compliance.domain.lint import template
from services.compliance.domain.lint.reading import read
from services.compliance.domain.lint.template import TemplateState, TemplateVersion
from services.compliance.journal import Journal
from services.compliance.store import templates as store
from shared.contracts.conduct import TemplateApproved, TemplateRetired
from shared.ids import derive_id
from shared.lint.findings import Findings
from shared.lint.linter import Linter
from shared.stream.work import Work


class NoSuchTemplateError(Exception):
    """There is no such version."""


class ForbiddenWordsError(Exception):
    """The linter found something with which no message may leave."""

    def __init__(self, template_id: str, parts: dict[str, str], findings: Findings) -> None:
        super().__init__()
        self.template_id = template_id
        self.parts = parts
        self.findings = findings


Name = tuple[str, int]
"""A template's id and the number of the version."""
Versions = dict[Name, TemplateVersion]


class Desk(NamedTuple):
    """Who acts, in which transaction, and with which linter the words are read."""

    by: str
    work: Work
    journal: Journal
    linter: Linter
    institutions: Sequence[str] = ()

    @property
    def now(self) -> datetime:
        """When it is done."""
        return self.work.now


async def draft(new: Sequence[TemplateVersion], desk: Desk) -> list[TemplateVersion]:
    """Keep new versions; their numbers are given here, in order."""
    numbers = await store.next_versions(desk.work.connection, Counter(one.template_id for one in new))
    drafted = []
    for one in new:
        drafted.append(replace(one, version=numbers[one.template_id]))
        numbers[one.template_id] += 1
    await store.add(desk.work.connection, drafted)
    for version in drafted:
        _leaf("template_drafted", version, desk)
    return drafted


async def submit(names: Sequence[Name], desk: Desk) -> list[TemplateVersion]:
    """Give drafts to a second person, if the words of all are clean."""
    versions = await _locked(names, desk)
    submitted = [template.submitted(_of(versions, name), desk.by, desk.now) for name in names]
    for version in submitted:
        _clean(version, desk)
    await store.save(desk.work.connection, submitted)
    for version in submitted:
        _leaf("template_submitted", version, desk)
    return submitted


async def approve(names: Sequence[Name], desk: Desk) -> list[TemplateVersion]:
    """Let versions be used, all or none; those used so far in their languages and channels are retired.

    The words are read again: the lists may have changed since they were submitted.
    """
    versions = await _locked(names, desk)
    changed: dict[Name, None] = {}
    for name in names:
        replaced, version = _approved(versions, name, desk)
        for other in (*replaced, version):
            versions[other.template_id, other.version] = other
            changed[other.template_id, other.version] = None
        for other in replaced:
            _leaf("template_retired", other, desk)
            _tell_retired(other, desk)
        _tell_approved(version, desk)
        _leaf("template_approved", version, desk)
    # One of a language and channel is in use at any time: first those that are used no more.
    for state in (TemplateState.RETIRED, TemplateState.APPROVED):
        saved = [versions[name] for name in changed if versions[name].state is state]
        await store.save(desk.work.connection, saved)
    return [versions[name] for name in names]


async def reject(template_id: str, number: int, reason: str, desk: Desk) -> TemplateVersion:
    """Do not let a version be used."""
    version = template.rejected(await _one(template_id, number, desk), desk.by, reason, desk.now)
    await store.save(desk.work.connection, [version])
    _leaf("template_rejected", version, desk)
    return version


async def retire(template_id: str, number: int, reason: str, desk: Desk) -> TemplateVersion:
    """Let a version be used no more."""
    version = template.retired(await _one(template_id, number, desk), desk.by, reason, desk.now)
    await store.save(desk.work.connection, [version])
    _tell_retired(version, desk)
    _leaf("template_retired", version, desk)
    return version


def _approved(versions: Versions, name: Name, desk: Desk) -> tuple[list[TemplateVersion], TemplateVersion]:
    """The versions that it replaces, retired, and the version, approved."""
    given = _of(versions, name)
    template.check_decider(given, desk.by)
    findings = _clean(given, desk)
    tags = tuple(sorted(tag.value for tag in findings.tags))
    version = template.approved(given, desk.by, tags, findings.linter, desk.now)
    replaced = [
        template.retired(other, desk.by, f"superseded by version {version.version}", desk.now)
        for other in versions.values()
        if other.state is TemplateState.APPROVED
        and (other.template_id, other.language, other.channel)
        == (version.template_id, version.language, version.channel)
    ]
    return replaced, version


async def _one(template_id: str, number: int, desk: Desk) -> TemplateVersion:
    name = template_id, number
    return _of(await _locked([name], desk), name)


async def _locked(names: Sequence[Name], desk: Desk) -> Versions:
    return await store.locked(desk.work.connection, {template_id for template_id, _ in names})


def _of(versions: Versions, name: Name) -> TemplateVersion:
    if name not in versions:
        raise NoSuchTemplateError
    return versions[name]


def _clean(version: TemplateVersion, desk: Desk) -> Findings:
    reading = read(version, desk.linter, desk.institutions)
    if reading.findings.denying:
        raise ForbiddenWordsError(version.template_id, reading.parts, reading.findings)
    return reading.findings


def _leaf(kind: str, version: TemplateVersion, desk: Desk) -> None:
    """The act as a leaf: what was said and who did it is behind the payload's digest."""
    desk.journal.add(
        derive_id(kind, version.template_id, version.version),
        kind,
        f"template/{version.template_id}",
        desk.now,
        payload={
            "template": version.template_id,
            "version": version.version,
            "language": version.language,
            "channel": version.channel,
            "digest": version.digest,
            "by": desk.by,
            "reason": version.reason,
            "tags": version.tags,
            "linter": version.linter or desk.linter.name,
        },
        channel=version.channel,
    )


def _tell_approved(version: TemplateVersion, desk: Desk) -> None:
    event = TemplateApproved(
        template_id=version.template_id,
        version=version.version,
        language=version.language,
        channel=version.channel,
        purpose=version.purpose,
        countries=list(version.countries),
        roles=list(version.roles),
        subject=version.subject,
        body=version.body,
        envelope=version.envelope,
        variables=list(version.variables),
        digest=version.digest,
        tags=list(version.tags),
        linter=version.linter or "",
        approved_at=desk.now,
    )
    desk.work.emit(event, key=version.template_id)


def _tell_retired(version: TemplateVersion, desk: Desk) -> None:
    event = TemplateRetired(
        template_id=version.template_id,
        version=version.version,
        language=version.language,
        channel=version.channel,
        digest=version.digest,
        retired_at=desk.now,
    )
    desk.work.emit(event, key=version.template_id)
