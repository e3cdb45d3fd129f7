"""Chance that depends on names only: the same names give the same draw, in whatever order they are asked."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


def draw(seed: int, *names: str | int) -> float:
    """A number in [0, 1), evenly spread over names."""
    text = "\x1f".join(map(str, (seed, *names)))
    return int.from_bytes(blake2b(text.encode(), digest_size=7).digest()) / (1 << 56)


def between(chance: float, first: int, last: int) -> int:
    """The whole number of `first` to `last` that a draw falls on."""
    return first + int(chance * (last - first + 1))


def choose(chance: float, shares: Sequence[tuple[T, float]]) -> T:
    """What a draw falls on; shares need not add up to one."""
    rest = chance * sum(share for _, share in shares)
    for what, share in shares:
        rest -= share
        if rest < 0:
            return what
    return shares[-1][0]
