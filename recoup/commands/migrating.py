"""`recoup migrate`: bring every service's schema up to date; a job, never a replica's own doing."""

import os
from typing import Annotated

import typer
from rich.console import Console

from recoup.commands.options import run_async
from recoup.errors import Mistake
from recoup.services import SERVICES
from shared.database.migrations import migrate, revise


def migrate_command(
    services: Annotated[list[str] | None, typer.Argument(help="Services; all when none is named.")] = None,
    database: Annotated[
        str | None,
        typer.Option("--database", envvar="RECOUP_ADMIN_DATABASE_URL", help="An administrator's URL."),
    ] = None,
    message: Annotated[
        str | None, typer.Option("--revise", help="For developers: write a revision with this message.")
    ] = None,
) -> None:
    """Make roles and schemas, and run each service's migrations.

    The password of each service's role is read from RECOUP_<SERVICE>_DATABASE_PASSWORD.
    """
    if database is None:
        raise Mistake("Name the database with --database or RECOUP_ADMIN_DATABASE_URL.")
    unknown = [name for name in services or () if name not in SERVICES]
    if unknown:
        raise Mistake(f"{', '.join(unknown)}: no such service; there are {', '.join(SERVICES)}.")
    run_async(_migrate(database, services or list(SERVICES), message))


async def _migrate(database: str, names: list[str], message: str | None) -> None:
    console = Console(stderr=True)
    for name in names:
        service = SERVICES[name]
        if message is not None:
            written = await revise(database, name, service.history, message)
            console.print(f"{name}: {written or 'nothing to revise'}")
            continue
        password = os.environ.get(f"RECOUP_{name.upper()}_DATABASE_PASSWORD")
        if not password:
            raise Mistake(f"RECOUP_{name.upper()}_DATABASE_PASSWORD is not set.")
        console.print(f"{name}: at revision {await migrate(database, name, service.history, password)}")
