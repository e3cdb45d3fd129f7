"""The packs that a request file names: shipped ones by id, files, or packs written into the file itself."""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from services.compliance.domain.gate.facts import Place
from services.compliance.domain.packs.building import build_library
from services.compliance.domain.packs.decoding import (
    CalendarSource,
    PackSource,
    decode_calendar,
    decode_pack,
)
from services.compliance.domain.packs.library import Library
from services.compliance.explaining.wrong import WrongFile, unknown
from services.compliance.pack_files import CALENDARS, PACKS, load_library, read_pack


def library_of(named: Sequence[Any], folder: Path) -> Library:
    """The shipped packs, or just those named with the bases that they tighten.

    Paths are relative to `folder`. Raises WrongFile and PackError.
    """
    if not named:
        return load_library()
    chosen: dict[str, list[PackSource]] = {}
    for number, name in enumerate(named):
        sources = _sources(name, f"packs[{number}]", folder)
        chosen[sources[0].pack.id] = sources
    for sources in list(chosen.values()):
        base = sources[0].pack.overlay_of
        if base in _shipped():
            chosen.setdefault(base, _shipped()[base])
    return build_library([source for sources in chosen.values() for source in sources], _calendars(), None)


def places_of(library: Library) -> Iterator[Place]:
    """Where the packs apply: the places of the overlays, or the countries of bases without one."""
    of_overlays = {pack.jurisdiction.country for pack in library.packs if _is_local(pack.jurisdiction)}
    for pack in library.packs:
        where = pack.jurisdiction
        if _is_local(where):
            yield Place(country=where.country, state=where.state, city=where.city)
        elif pack.overlay_of is None and where.country not in of_overlays:
            yield Place(country=where.country)


def _is_local(where: Any) -> bool:
    return where.state is not None or where.city is not None


def _sources(name: Any, field: str, folder: Path) -> list[PackSource]:
    """The pack that is named, in all its versions if it is a shipped one."""
    if isinstance(name, dict):
        return [decode_pack(field, json.dumps(name, ensure_ascii=False))]
    if not isinstance(name, str):
        raise WrongFile(field, "is no pack", "Give an id, a file's path, or a pack as an object")
    if name in _shipped():
        return _shipped()[name]
    if "/" in name or name.endswith((".yaml", ".yml", ".json")):
        return [read_pack(folder / name)]
    raise unknown(field, f"there is no pack {name}", name, _shipped())


@lru_cache(maxsize=1)
def _shipped() -> dict[str, list[PackSource]]:
    found: dict[str, list[PackSource]] = {}
    for path in sorted(PACKS.glob("*.yaml")):
        source = read_pack(path)
        found.setdefault(source.pack.id, []).append(source)
    return found


@lru_cache(maxsize=1)
def _calendars() -> list[CalendarSource]:
    paths = sorted(CALENDARS.glob("*.yaml"))
    return [decode_calendar(path.name, path.read_text(encoding="utf-8")) for path in paths]
