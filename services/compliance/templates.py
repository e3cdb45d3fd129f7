"""Acts on templates: each under the template's lock, with its leaf and, where its use changes, its event."""

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

    def __init__(self, parts: dict[str, str], findings: Findings) -> None:
        super().__init__()
        self.parts = parts
        self.findings = findings


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


async def draft(new: TemplateVersion, desk: Desk) -> TemplateVersion:
    """Keep a new version; its number is given here."""
    number = await store.next_version(desk.work.connection, new.template_id)
    version = replace(new, version=number)
    await store.add(desk.work.connection, [version])
    return await _written("template_drafted", version, desk)


async def submit(template_id: str, number: int, desk: Desk) -> TemplateVersion:
    """Give a draft to a second person, if its words are clean."""
    version = template.submitted(await _locked(template_id, number, desk), desk.by, desk.now)
    _clean(version, desk)
    await store.save(desk.work.connection, [version])
    return await _written("template_submitted", version, desk)


async def approve(template_id: str, number: int, desk: Desk) -> TemplateVersion:
    """Let a version be used; the one used so far in its language and channel is retired.

    The words are read again: the lists may have changed since they were submitted.
    """
    versions = await store.locked(desk.work.connection, template_id)
    given = _of(versions, number)
    template.check_decider(given, desk.by)
    findings = _clean(given, desk)
    tags = tuple(sorted(tag.value for tag in findings.tags))
    version = template.approved(given, desk.by, tags, findings.linter, desk.now)
    reason = f"superseded by version {number}"
    replaced = [
        template.retired(other, desk.by, reason, desk.now)
        for other in versions.values()
        if other.state is TemplateState.APPROVED
        and (other.language, other.channel) == (version.language, version.channel)
    ]
    await store.save(desk.work.connection, replaced)
    await store.save(desk.work.connection, [version])
    for other in replaced:
        _leaf("template_retired", other, desk)
        _tell_retired(other, desk)
    _tell_approved(version, desk)
    return await _written("template_approved", version, desk)


async def reject(template_id: str, number: int, reason: str, desk: Desk) -> TemplateVersion:
    """Do not let a version be used."""
    version = template.rejected(await _locked(template_id, number, desk), desk.by, reason, desk.now)
    await store.save(desk.work.connection, [version])
    return await _written("template_rejected", version, desk)


async def retire(template_id: str, number: int, reason: str, desk: Desk) -> TemplateVersion:
    """Let a version be used no more."""
    version = template.retired(await _locked(template_id, number, desk), desk.by, reason, desk.now)
    await store.save(desk.work.connection, [version])
    _tell_retired(version, desk)
    return await _written("template_retired", version, desk)


async def _locked(template_id: str, number: int, desk: Desk) -> TemplateVersion:
    return _of(await store.locked(desk.work.connection, template_id), number)


def _of(versions: dict[int, TemplateVersion], number: int) -> TemplateVersion:
    if number not in versions:
        raise NoSuchTemplateError
    return versions[number]


def _clean(version: TemplateVersion, desk: Desk) -> Findings:
    reading = read(version, desk.linter, desk.institutions)
    if reading.findings.denying:
        raise ForbiddenWordsError(reading.parts, reading.findings)
    return reading.findings


async def _written(kind: str, version: TemplateVersion, desk: Desk) -> TemplateVersion:
    _leaf(kind, version, desk)
    await desk.journal.write(desk.work)
    return version


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
