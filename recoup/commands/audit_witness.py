"""`recoup audit witness`: the process that cosigns the log's checkpoints, under its own key."""

import os
import re
from base64 import b64decode
from binascii import Error as Base64Error
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from recoup.commands.audit_reading import log_keys
from recoup.errors import Mistake

KEY_VARIABLE = "RECOUP_WITNESS_KEY"
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

    Its own key is made at the first start and kept in its folder, unless RECOUP_WITNESS_KEY gives one (32
    bytes, base64). A log's key stands for the logs of all years that have the same name before the year.
    """
    # Needs file locks, which not every platform of the other commands has.
    from services.compliance.witness.app import create_witness
    from services.compliance.witness.state import WitnessStateError, open_state
    from shared.calendar.clock import clock_from
    from shared.telemetry.logs import configure_logging
    from shared.web.server import run_server

    host, port = _address(listen)
    logs = log_keys(log_key, state, "--log-key")
    try:
        shown_clock = clock_from(clock)
    except (ValueError, OSError) as error:
        raise Mistake(f"--clock: {error}") from None
    seed = _given_seed()
    configure_logging("witness", "api", "INFO")
    try:
        with open_state(state, name, seed) as memory:
            console = Console(stderr=True, highlight=False)
            console.print(f"public key: {memory.signer.verifier.encode()}", soft_wrap=True, markup=False)
            run_server(create_witness(memory, logs, shown_clock), host, port)
    except WitnessStateError as error:
        raise Mistake(str(error)) from None
    except OSError as error:
        where = error.filename or listen
        raise Mistake(f"The witness cannot run with {where}: {error.strerror or error}.") from None


def _given_seed() -> bytes | None:
    given = os.environ.get(KEY_VARIABLE)
    if not given:
        return None
    try:
        return b64decode(given, validate=True)
    except (Base64Error, ValueError):
        raise Mistake(f"{KEY_VARIABLE} is not base64; `recoup audit new-key` makes one.") from None


def _address(listen: str) -> tuple[str, int]:
    match = _LISTEN.fullmatch(listen)
    if match is None or int(match["port"]) > 65_535:
        raise Mistake(f"--listen {listen} is no HOST:PORT; it looks like 127.0.0.1:8109")
    return match["host"].strip("[]"), int(match["port"])
