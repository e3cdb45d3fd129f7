"""An embedded PostgreSQL 18 whose processes belong to the local stack."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil

from recoup.local.child import run_command
from recoup.local.errors import LocalStackError
from recoup.local.ports import LOOPBACK, free_port, require_port
from recoup.local.postgres_files import PostgresFiles, make_folders, postgres_files, remove_folders
from recoup.local.process import ManagedProcess

SUPERUSER = "postgres"
_INITDB_SECONDS = 120.0
_LEFTOVER_SECONDS = 7.0
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",
    "autovacuum_naptime": "15s",
    "autovacuum_max_workers": "2",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Statements and the details of errors may hold personal data.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


@dataclass(eq=False)
class Postgres:
    """PostgreSQL on a loopback port with its data below `folder`; port 0 takes a free one.

    Hand `process` to a supervisor, or call `start` and `stop`. `settings` overrides single settings of the
    server. The data outlives stops and kills; the password is made once and kept in the folder.
    """

    folder: Path
    port: int = 0
    port_option: str = "--database-port"
    settings: Mapping[str, str] = field(default_factory=dict)
    name: str = "postgresql"
    process: ManagedProcess = field(init=False, repr=False)
    _files: PostgresFiles = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.port = self.port or free_port()
        self._files = postgres_files(self.folder)
        self.process = ManagedProcess(
            name=self.name,
            argv=self._argv(),
            log_file=self.folder / "postgresql.log",
            ready=self._answers,
            ready_timeout=60.0,
            before_start=self.prepare,
            stop_signal=signal.SIGINT,  # "fast": ends sessions; SIGTERM would wait for the last client to go
            stop_timeout=20.0,
            death_signal=signal.SIGQUIT,  # "immediate": takes its children along and frees shared memory
            account=self._files.account,
        )

    @property
    def data_directory(self) -> Path:
        """Where the server's data lie; for root this may be outside of the folder that was wished."""
        return self._files.data

    def password(self) -> str:
        """The superuser's password; there once the server was prepared."""
        return self._files.password.read_text(encoding="ascii").strip()

    @property
    def url(self) -> str:
        """The superuser's SQLAlchemy URL of the database `postgres`; contains the password."""
        return self.database_url("postgres")

    def database_url(self, database: str) -> str:
        """The superuser's SQLAlchemy URL of a database; contains the password."""
        return f"postgresql+asyncpg://{SUPERUSER}:{self.password()}@{LOOPBACK}:{self.port}/{database}"

    async def start(self, timeout: float = 60.0) -> None:
        """Prepare, start and wait until the server answers; raises LocalStackError."""
        self.process.ready_timeout = timeout
        await self.process.start()

    async def stop(self) -> None:
        """Stop the server; its data stay."""
        await self.process.stop()

    async def discard(self) -> None:
        """Stop the server and delete its data, wherever they lie."""
        await self.stop()
        await asyncio.to_thread(remove_folders, self._files)

    async def prepare(self) -> None:
        """Make the data directory if it is not there, and wait for what a killed server left running.

        Raises LocalStackError: port taken, folder not writable, disk nearly full, initdb failed.
        """
        require_port(self.port, "PostgreSQL", self.port_option)
        await asyncio.to_thread(make_folders, self._files)
        await self._wait_for_leftovers()
        if not (self.data_directory / "PG_VERSION").exists():
            await self._make_data_directory()

    async def _make_data_directory(self) -> None:
        unfinished = self.data_directory.with_name("data.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = self._files.password
        _write_secret(password_file, secrets.token_urlsafe(24), self._files)
        await run_command(
            [
                str(self._files.programs / "initdb"),
                *("-D", str(unfinished), "-U", SUPERUSER, f"--pwfile={password_file}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            _INITDB_SECONDS,
            self._files.account,
        )
        unfinished.rename(self.data_directory)

    async def _wait_for_leftovers(self) -> None:
        """Sessions of a killed server end by themselves, but a new server refuses to start before."""
        if not (self.data_directory / "postmaster.pid").exists():
            return
        try:
            async with asyncio.timeout(_LEFTOVER_SECONDS):
                while _works_in(self.data_directory):  # noqa: ASYNC110 - other processes, no event
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise LocalStackError(
                f"Another PostgreSQL is running on {self.data_directory}. Stop the platform that it belongs "
                "to, or choose another folder."
            ) from None

    def _argv(self) -> list[str]:
        settings = {**_SETTINGS, **self.settings, "port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._files.programs / "postgres"), "-D", str(self.data_directory), *options]

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(
                host=LOOPBACK,
                port=self.port,
                user=SUPERUSER,
                password=self.password(),
                database="postgres",
                timeout=2,
                ssl=False,
            )
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
            return False
        try:
            return bool(await connection.fetchval("select true"))
        finally:
            await connection.close(timeout=2)


def _write_secret(file: Path, secret: str, files: PostgresFiles) -> None:
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(secret + "\n", encoding="ascii")
    if files.account is not None:
        os.chown(file, files.account.user_id, files.account.group_id)


def _works_in(folder: Path) -> bool:
    """Whether any process has this folder as its working directory, as every PostgreSQL process has."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.name().startswith("postgres") and process.cwd() == str(folder):
                return True
    return False
