"""The witness of the local stack's audit log: a process with a key and a memory of its own.

On one machine it shows how witnessing works and finds what a database owner does; it only proves something
to others where somebody else runs it.
"""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from recoup.local.environment import LOG_ORIGIN
from recoup.local.keys import WITNESS, LocalKeys
from recoup.local.ports import LOOPBACK
from recoup.local.process import ManagedProcess


def witness_folder(folder: Path) -> Path:
    """Where the witness of the stack in `folder` has its memory and its public key."""
    return folder / "witness"


def witness_process(
    keys: LocalKeys,
    port: int,
    clock: str,
    folder: Path,
    *,
    ready: Callable[[], Awaitable[bool]],
    ready_timeout: float,
) -> ManagedProcess:
    """`recoup audit witness`, listening on the loopback `port`, by the stack's clock."""
    words = [
        *("--listen", f"{LOOPBACK}:{port}"),
        *("--state", str(witness_folder(folder).absolute())),
        # That of any year is that of all.
        *("--log-key", keys.log_key(f"{LOG_ORIGIN}/2000").encode()),
        *("--name", WITNESS),
        *("--clock", clock),
    ]
    return ManagedProcess(
        "witness",
        [sys.executable, "-m", "recoup.main", "audit", "witness", *words],
        folder / "logs" / "witness.log",
        {"RECOUP_WITNESS_KEY": keys.witness_seed},
        ready=ready,
        ready_timeout=ready_timeout,
    )
