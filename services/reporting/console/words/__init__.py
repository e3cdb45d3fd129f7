"""Every word of the console, in Chinese and English: `name: (Chinese, English)`, one module an area."""

from services.reporting.console.words import (
    complaints,
    enums,
    facts,
    frame,
    gate,
    holds,
    live,
    log,
    problems,
    timeline,
)

_AREAS = (live, frame, problems, enums, facts, gate, holds, complaints, log, timeline)

TEXTS: dict[str, tuple[str, str]] = {name: text for area in _AREAS for name, text in area.TEXTS.items()}

if len(TEXTS) != sum(len(area.TEXTS) for area in _AREAS):
    raise RuntimeError("two areas have a word of the same name")
