"""From YAML text to a pack or a calendar, strictly; problems name file, line and field."""

import re
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from services.compliance.domain.packs.calendar import Calendar
from services.compliance.domain.packs.calendar_data import CalendarData, calendar_of
from services.compliance.domain.packs.checking import wrong_with
from services.compliance.domain.packs.digest import digest_of
from services.compliance.domain.packs.problems import PackError
from services.compliance.domain.packs.schema import Pack
from services.compliance.domain.packs.yaml_text import Document, parse

_Decoded = TypeVar("_Decoded")
_PATH = re.compile(r"^(?P<what>.*?)(?: - at `(?:key` in `)?\$\.?(?P<path>.*)`)?$", re.DOTALL)
_REMEDY = "docs/compliance/packs.md lists what may stand here"


@dataclass(frozen=True, slots=True)
class PackSource:
    """A pack that is right in itself, its digest, and the text that it came from for further problems."""

    pack: Pack
    digest: str
    document: Document


@dataclass(frozen=True, slots=True)
class CalendarSource:
    """A calendar, its digest and its file."""

    calendar: Calendar
    digest: str
    document: Document


def decode_pack(file: str, text: str) -> PackSource:
    """The pack of a file's text; `file` is its name in errors. Raises PackError."""
    document = parse(file, text)
    pack = _convert(document, Pack)
    problems = [document.problem(*wrong) for wrong in wrong_with(pack)]
    if problems:
        raise PackError(*problems)
    return PackSource(pack, digest_of(pack), document)


def decode_calendar(file: str, text: str) -> CalendarSource:
    """The calendar of a file's text. Raises PackError."""
    document = parse(file, text)
    data = _convert(document, CalendarData)
    return CalendarSource(calendar_of(file, data), digest_of(data), document)


def _convert(document: Document, type_: type[_Decoded]) -> _Decoded:
    content: Any = document.content
    try:
        return msgspec.convert(content, type_)
    except msgspec.ValidationError as error:
        found = _PATH.match(str(error))
        what, path = (found["what"], found["path"] or "") if found else (str(error), "")
        # msgspec does not tell which name of a mapping it was: "holds[...].scope".
        path, _, below = path.partition("[...]")
        what = f"{below.lstrip('.')}: {what}" if below else what
        raise PackError(document.problem(path, what, _REMEDY)) from None
