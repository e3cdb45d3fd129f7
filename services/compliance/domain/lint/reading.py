"""Reading a template over: its preview, in every country and for every role that it is meant for."""

from collections.abc import Sequence
from typing import NamedTuple

from services.compliance.domain.lint.template import TemplateVersion
from services.compliance.domain.lint.variables import VARIABLES, preview
from shared.lint.findings import Finding, Findings, Setting
from shared.lint.linter import Linter


class Reading(NamedTuple):
    """What a template looks like and what the linter says; offsets of findings are in `parts`."""

    parts: dict[str, str]
    findings: Findings


def read(version: TemplateVersion, linter: Linter, institutions: Sequence[str] = ()) -> Reading:
    """The preview and all findings, each once; `institutions` are names that need no variable."""
    parts = preview(version.parts, version.language)
    names = (*institutions, VARIABLES["institution"].zh, VARIABLES["institution"].en)
    settings = [
        Setting(version.channel, version.language, role=role, country=country, institutions=names)
        for country in version.countries or ("",)
        for role in version.roles
    ]
    readings = [linter.lint(parts, setting) for setting in settings]
    found: dict[tuple[object, ...], Finding] = {}
    for finding in (finding for reading in readings for finding in reading.found):
        key = (finding.tag, finding.missing, finding.part, finding.start, finding.end, finding.rule_id)
        if key not in found or finding.denies:
            found[key] = finding
    tags = frozenset().union(*(reading.tags for reading in readings))
    return Reading(parts, Findings(tuple(found.values()), tags, linter.name))
