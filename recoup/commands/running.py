"""`recoup run`: one process, or several under a supervisor, with settings from the environment."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from recoup.commands.options import run_async
from recoup.errors import Mistake
from recoup.local.process import ManagedProcess
from recoup.local.supervisor import Supervisor
from recoup.process import run_process
from recoup.services import SERVICES, Process


def run(
    what: Annotated[
        list[str],
        typer.Argument(metavar="SERVICE... [api|worker|console]", help="Services, then what of them."),
    ],
) -> None:
    """Run services: `recoup run intake worker`, `recoup run intake strategy`.

    Settings come from RECOUP_* variables; RECOUP_INTAKE_X overrides RECOUP_X for intake alone. One process
    of one service runs in this very process; more run as children that are restarted when they die.
    """
    names, processes = _parse(what)
    if len(names) == len(processes) == 1:
        os.environ.update(environment_of(names[0]))
        run_process(SERVICES[names[0]], processes[0])
        return
    run_async(_supervise(names, processes))


def environment_of(service: str) -> dict[str, str]:
    """The variables that override common ones for this service."""
    prefix = f"RECOUP_{service.upper()}_"
    return {
        f"RECOUP_{name.removeprefix(prefix)}": value
        for name, value in os.environ.items()
        if name.startswith(prefix)
    }


def _parse(what: list[str]) -> tuple[list[str], list[Process]]:
    kinds = {process.value for process in Process}
    names = [word for word in what if word not in kinds]
    processes = [Process(word) for word in what if word in kinds] or [Process.API, Process.WORKER]
    unknown = [name for name in names if name not in SERVICES]
    if unknown or not names:
        raise Mistake(
            f"{', '.join(unknown) or 'No service'} cannot be run: name one or more of {', '.join(SERVICES)}, "
            "then api, worker or console."
        )
    if Process.CONSOLE in processes and names != ["reporting"]:
        raise Mistake("Only reporting has a console: recoup run reporting console")
    return names, processes


async def _supervise(names: list[str], processes: list[Process]) -> None:
    async with Supervisor(lambda happening: print(happening, file=sys.stderr)) as supervisor:  # noqa: T201
        children = [
            ManagedProcess(
                f"{name} {process}",
                [sys.executable, "-m", "recoup.running", name, process],
                Path("/dev/stdout"),
                environment_of(name),
                stop_timeout=40.0,
            )
            for name in names
            for process in processes
        ]
        await supervisor.start(*children)
        await supervisor.wait()
