"""TCP ports on the loopback address."""

from __future__ import annotations

import platform
import random
import socket
from contextlib import suppress
from pathlib import Path

from recoup.local.errors import LocalStackError

LOOPBACK = "127.0.0.1"
_LOWEST_PORT = 15_000
_TRIES = 500
_LINUX_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_given_out: set[int] = set()


def free_ports(count: int) -> list[int]:
    """Pick `count` free loopback ports; no port is given out twice in one process.

    They lie below the range from which the kernel serves outgoing connections: a client that keeps
    connecting to the port of a dead broker can otherwise be given that very port, connect to itself, and
    keep the broker from coming back.
    """
    picker = random.SystemRandom()
    ports: list[int] = []
    for _ in range(_TRIES * count):
        port = picker.randrange(_LOWEST_PORT, _first_outgoing_port())
        if port not in _given_out and port_is_free(port):
            _given_out.add(port)
            ports.append(port)
            if len(ports) == count:
                return ports
    raise LocalStackError(
        f"No {count} free ports between {_LOWEST_PORT} and {_first_outgoing_port()} on {LOOPBACK}."
    )


def free_port() -> int:
    """Pick one free loopback port."""
    return free_ports(1)[0]


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A port whose old connections are still in TIME_WAIT can be listened on again.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def require_port(port: int, what: str, option: str) -> None:
    """Raise LocalStackError, naming the option that moves `what` elsewhere, unless the port is free."""
    if not 0 < port < 65_536:
        raise LocalStackError(f"{port} is no TCP port: give {option} a number between 1 and 65535.")
    if port_is_free(port):
        return
    raise LocalStackError(
        f"Port {port} on {LOOPBACK}, wished for {what}, is taken by another program. "
        f"Stop that program, or choose another port with {option}."
    )


def _first_outgoing_port() -> int:
    first = 49_152 if platform.system() == "Darwin" else 32_768
    with suppress(OSError, ValueError):
        first = int(_LINUX_RANGE.read_text(encoding="ascii").split()[0])
    return max(first, _LOWEST_PORT + 1_000)
