"""The packs that are enforced: those of the product and the bank's own, released and signed off."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from services.compliance.domain.packs.building import build_library, require_counsel
from services.compliance.domain.packs.decoding import CalendarSource, PackSource, decode_calendar
from services.compliance.domain.packs.digest import Released, read_lock
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.problems import PackError, Problem
from services.compliance.pack_files import LOCK, read_pack


class Packs(NamedTuple):
    """Which packs are enforced: all in the folders, each with its lock, but for those left out, by id.

    `without_counsel` is what the configuration says of packs that counsel has not signed off.
    """

    folders: tuple[Path, ...]
    calendars: Path
    left_out: frozenset[str] = frozenset()
    without_counsel: str | None = None


@lru_cache(maxsize=8)
def enforced(packs: Packs) -> Library:
    """The library of the packs, read once in a process. Raises PackError."""
    released: dict[tuple[str, str], str] = {}
    for folder in packs.folders:
        released |= _lock(folder)
    library = build_library(_used(packs), _calendars(packs), released)
    require_counsel(library, packs.without_counsel)
    return library


def tried(packs: Packs, drafts: Sequence[Path]) -> Library:
    """The same with these files in place of the packs of their ids; nothing has to be released.

    Raises PackError.
    """
    new = [read_pack(path) for path in drafts]
    ids = {source.pack.id for source in new}
    kept = [source for source in _used(packs) if source.pack.id not in ids]
    return build_library([*kept, *new], _calendars(packs), None)


def ruleset_of(library: Library) -> str:
    """The name of these packs and calendars together: SHA-256, in hexadecimal, over names and digests."""
    lines = "".join(f"{tag} {digest}\n" for tag, digest in sorted(library.digests.items()))
    return sha256(lines.encode()).hexdigest()


def _used(packs: Packs) -> list[PackSource]:
    sources = [read_pack(path) for folder in packs.folders for path in sorted(folder.glob("*.yaml"))]
    unknown = sorted(packs.left_out - {source.pack.id for source in sources})
    if unknown:
        what = f"no pack {', '.join(unknown)}"
        raise PackError(Problem("settings", "packs_left_out", what, "Name packs that are there"))
    return [source for source in sources if source.pack.id not in packs.left_out]


def _calendars(packs: Packs) -> list[CalendarSource]:
    paths = sorted(packs.calendars.glob("*.yaml"))
    return [decode_calendar(path.name, path.read_text("utf-8")) for path in paths]


def _lock(folder: Path) -> Released:
    path = folder / LOCK
    return read_lock(str(path), path.read_text("utf-8")) if path.exists() else {}
