"""How a child process begins: as whom, and what becomes of it when its parent dies."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from recoup.local.errors import LocalStackError

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """The operating system's account that a child runs as."""

    name: str
    user_id: int
    group_id: int


def child_setup(death_signal: int, account: Account | None = None) -> Callable[[], None]:
    """What runs in a child between fork and exec: change the account, tie the child to its parent.

    On Linux the kernel sends `death_signal` to the child when the parent's thread ends, however it ends;
    so start children from the main thread. Elsewhere a parent that is killed leaves its children behind.
    """
    parent = os.getpid()

    def setup() -> None:
        if account is not None:
            os.setgroups([])
            os.setgid(account.group_id)
            os.setuid(account.user_id)
        if _LIBC is not None:
            # After the change of account, which would clear it.
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal))
            if os.getppid() != parent:
                os._exit(1)

    return setup


def kill_group(leader: int, number: int = signal.SIGKILL) -> None:
    """Signal every process of the group that `leader` leads; nobody left is fine."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


async def run_command(argv: Sequence[str], timeout: float, account: Account | None = None) -> str:
    """Run a command to its end and return what it printed.

    Raises LocalStackError with its last lines when it fails or takes more than `timeout` seconds. A
    cancelled caller leaves nothing running.
    """
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=child_setup(signal.SIGKILL, account),
    )
    try:
        async with asyncio.timeout(timeout):
            output, _ = await process.communicate()
    except TimeoutError:
        raise LocalStackError(f"{argv[0]} took more than {timeout:.0f} seconds.") from None
    finally:
        kill_group(process.pid)
    text = output.decode(errors="replace")
    if process.returncode:
        tail = "\n".join(text.splitlines()[-15:])
        raise LocalStackError(f"{argv[0]} failed with exit code {process.returncode}:\n{tail}")
    return text
