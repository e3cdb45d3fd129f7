"""`recoup audit witness`: the process that cosigns the log's checkpoints, under its own key."""

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from recoup.commands.audit_reading import log_keys
from recoup.errors import Mistake

_LISTEN = re.compile(r"(?P<host>\[[0-9A-Fa-f:]+\]|[^:\s]+):(?P<port>[0-9]{1,5})")


def witness(
    state: Annotated[Path, typer.Option("--state", help="The witness's own folder: its key and memory.")],
    log_key: Annotated[
        list[str],
        typer.Option("--log-key", help="Public key of a log to witness, or a file with it. Repeatable."),
    ],
    listen: Annotated[str, typer.Option("--listen", help="HOST:PORT")] = "127.0.0.1:8109",
    name: Annotated[str, typer.Option("--name", help="Its name, once and for all.")] = "recoup-witness",
    clock: Annotated[str, typer.Option("--clock", help="As services take it; for simulations.")] = "system",
) -> None:
    """Run a witness (C2SP tlog-witness). Give it to somebody who does not administer the bank's database.

    A log's key stands for the logs of all years that have the same name before the year.
    """
    # Needs file locks, which not every platform of the other commands has.
    from services.compliance.witness.app import create_witness
    from services.compliance.witness.state import WitnessStateError, open_state
    from shared.calendar.clock import clock_from
    from shared.telemetry.logs import configure_logging
    from shared.web.server import run_server

    host, port = _address(listen)
    logs = log_keys(log_key, state)
    try:
        shown_clock = clock_from(clock)
    except (ValueError, OSError) as error:
        raise Mistake(f"--clock: {error}") from None
    configure_logging("witness", "api", "INFO")
    try:
        with open_state(state, name) as memory:
            console = Console(stderr=True, highlight=False)
            console.print(f"public key: {memory.signer.verifier.encode()}", soft_wrap=True, markup=False)
            run_server(create_witness(memory, logs, shown_clock), host, port)
    except WitnessStateError as error:
        raise Mistake(str(error)) from None
    except OSError as error:
        raise Mistake(f"The witness cannot run on {listen}: {error.strerror or error}.") from None


def _address(listen: str) -> tuple[str, int]:
    match = _LISTEN.fullmatch(listen)
    if match is None or int(match["port"]) > 65_535:
        raise Mistake(f"--listen {listen} is no HOST:PORT; it looks like 127.0.0.1:8109")
    return match["host"].strip("[]"), int(match["port"])
