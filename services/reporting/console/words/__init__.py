"""Every word of the console, in Chinese and English: `name: (Chinese, English)`, one module an area."""

from services.reporting.console.words import (
    complaints,
    completeness,
    enums,
    facts,
    frame,
    gate,
    holds,
    inspections,
    live,
    log,
    privacy,
    problems,
    staff,
    timeline,
    violations,
)

_AREAS = (
    live,
    frame,
    problems,
    enums,
    facts,
    gate,
    holds,
    complaints,
    log,
    timeline,
    inspections,
    violations,
    staff,
    completeness,
    privacy,
)

TEXTS: dict[str, tuple[str, str]] = {name: text for area in _AREAS for name, text in area.TEXTS.items()}

if len(TEXTS) != sum(len(area.TEXTS) for area in _AREAS):
    raise RuntimeError("two areas have a word of the same name")
