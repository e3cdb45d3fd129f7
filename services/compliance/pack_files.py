"""Reads packs, calendars and locks from their files, and releases new versions."""

from collections.abc import Sequence
from pathlib import Path

from services.compliance.domain.packs.building import build_library
from services.compliance.domain.packs.decoding import (
    CalendarSource,
    PackSource,
    decode_calendar,
    decode_pack,
)
from services.compliance.domain.packs.digest import lock_text, read_lock
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.problems import PackError, Problem
from shared.calendar import days

PACKS = Path(__file__).parent / "packs"
CALENDARS = days.DATA
LOCK = "packs.lock"


def load_library(packs: Path = PACKS, calendars: Path = CALENDARS, *, drafts: Sequence[Path] = ()) -> Library:
    """The released packs of the folder, for looking at; signed off by counsel or not.

    Each of the `drafts` (files) takes the place of the folder's pack of its id, or is added; with drafts
    nothing has to be released. Raises PackError.
    """
    tried = [read_pack(path) for path in drafts]
    replaced = {source.pack.id for source in tried}
    kept = [source for source in read_packs(packs) if source.pack.id not in replaced]
    return build_library([*kept, *tried], read_calendars(calendars), None if drafts else read_released(packs))


def release(
    packs: Path = PACKS, calendars: Path = CALENDARS, *, beside: Sequence[Path] = ()
) -> tuple[str, ...]:
    """Appends the new versions of a folder's packs to its lock, and names them (`id@version`).

    What is locked is never rewritten. `beside` are folders of released packs that these tighten; calendars
    that no folder has released yet are released with these packs. Raises PackError where a released version
    was changed, or the packs do not fit together.
    """
    elsewhere = {version: digest for folder in beside for version, digest in read_released(folder).items()}
    text = _text(packs / LOCK) if (packs / LOCK).exists() else ""
    own, days = read_packs(packs), read_calendars(calendars)
    found = [(source.pack.id, source.pack.version, source.digest) for source in own]
    found += [(source.calendar.id, source.calendar.version, source.digest) for source in days]
    added = lock_text([each for each in found if each[:2] not in elsewhere], text)
    others = [source for folder in beside for source in read_packs(folder)]
    build_library([*others, *own], days, elsewhere | read_lock(LOCK, text + added))
    if added:
        with (packs / LOCK).open("a", encoding="utf-8") as file:
            file.write(added)
    lines = [line.split() for line in added.splitlines() if line and not line.startswith("#")]
    return tuple(f"{id_}@{version}" for id_, version, _ in lines)


def read_packs(folder: Path) -> list[PackSource]:
    """The pack files of a folder. Raises PackError."""
    return [read_pack(path) for path in sorted(folder.glob("*.yaml"))]


def read_pack(path: Path) -> PackSource:
    """One pack file. Raises PackError."""
    return decode_pack(path.name, _text(path))


def read_calendars(folder: Path) -> list[CalendarSource]:
    """The calendar files of a folder. Raises PackError."""
    return [decode_calendar(path.name, _text(path)) for path in sorted(folder.glob("*.yaml"))]


def read_released(folder: Path) -> dict[tuple[str, str], str]:
    """The released versions of a folder of packs, by id and version. Raises PackError."""
    return read_lock(LOCK, _text(folder / LOCK))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise PackError(Problem(str(path), "the file", what, "See that it is there and readable")) from None
    except UnicodeDecodeError:
        raise PackError(Problem(str(path), "the file", "is not UTF-8", "Save it as UTF-8")) from None
