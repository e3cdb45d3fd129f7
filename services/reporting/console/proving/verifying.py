"""Verifies a year's log over the API as any stranger could: nothing is taken on the log's word."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from services.reporting.console.calling import Caller, Trouble
from services.reporting.console.proving.files import entries_of
from services.reporting.console.proving.notes import (
    LOG,
    Checkpoint,
    Key,
    TrustedKeys,
    decoded,
    open_checkpoint,
)
from services.reporting.console.proving.tree import GrowingTree, ProofError, check_consistency

_BUNDLE = 256
_AT_ONCE = 4

Seen = tuple[int, bytes]
"""Size and root of a checkpoint that was verified before."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked: a word of `check`, its numbers, and how it went.

    `open`: nobody configured what it needs.
    """

    name: str
    result: Literal["good", "bad", "open"]
    numbers: dict[str, str]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of it; `checkpoint` is None where not even that could be read."""

    checks: tuple[Check, ...]
    checkpoint: Checkpoint | None

    @property
    def result(self) -> Literal["ok", "limited", "bad"]:
        """All holds with a trusted key; all holds with the log's own; or something does not."""
        if any(check.result == "bad" for check in self.checks):
            return "bad"
        is_trusted = any(check.name == "key" and check.result == "good" for check in self.checks)
        return "ok" if is_trusted else "limited"


def key_of(log: dict[str, Any], trusted: TrustedKeys) -> Key:
    """The key that a year's log has to be signed with: the trusted one, else the one it names itself."""
    named = Key.parse(log["verifier_key"])
    return named if trusted.log is None else Key(str(log["origin"]), LOG, trusted.log)


async def verify(
    log: dict[str, Any], compliance: Caller, trusted: TrustedKeys, seen: Seen | None
) -> Verified:
    """Signature, witnesses, and that the log only grew since `seen`. Trouble where the log is away."""
    checks = [_key_check(log, trusted)]
    note = await compliance.fetch(f"/log/{log['year']}/checkpoint")
    try:
        checkpoint = open_checkpoint(note, key_of(log, trusted), trusted.witnesses)
    except ProofError as error:
        checks.append(Check("signature", "bad", {}, str(error)))
        return Verified(tuple(checks), None)
    checks += [Check("signature", "good", {}), _witness_check(checkpoint, trusted)]
    checks.append(await _growth(log, compliance, checkpoint, seen))
    return Verified(tuple(checks), checkpoint)


async def recompute(
    log: dict[str, Any], compliance: Caller, checkpoint: Checkpoint, tell: Callable[[int], None]
) -> Check:
    """The root from every entry; `tell` is told how many are done. Trouble where the log is away."""
    tree = GrowingTree()
    numbers = {"size": f"{checkpoint.size:,}"}
    while tree.size < checkpoint.size:
        for bundle in await asyncio.gather(
            *(_bundle(log, compliance, path) for path in _next(tree, checkpoint))
        ):
            try:
                tree.append(entries_of(bundle))
            except ProofError as error:
                return Check("entries", "bad", numbers, str(error))
        tell(tree.size)
    if tree.size != checkpoint.size or tree.root != checkpoint.root:
        return Check("entries", "bad", numbers, "the entries lead to another root")
    return Check("entries", "good", numbers)


async def _bundle(log: dict[str, Any], compliance: Caller, path: str) -> bytes:
    return await compliance.fetch(f"/log/{log['year']}/tile/entries/{path}")


def _next(tree: GrowingTree, checkpoint: Checkpoint) -> Sequence[str]:
    """The paths of the next few bundles."""
    first = tree.size // _BUNDLE
    last = (checkpoint.size - 1) // _BUNDLE
    paths = []
    for number in range(first, min(first + _AT_ONCE, last + 1)):
        width = min(_BUNDLE, checkpoint.size - number * _BUNDLE)
        paths.append(_path(number) + ("" if width == _BUNDLE else f".p/{width}"))
    return paths


def _path(number: int) -> str:
    """A number in groups of three digits, all but the last behind an x (C2SP tlog-tiles)."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03d}")
    return "/".join(reversed(groups))


def _key_check(log: dict[str, Any], trusted: TrustedKeys) -> Check:
    if trusted.log is None:
        return Check("key.none", "open", {})
    if Key.parse(log["verifier_key"]).public != trusted.log:
        return Check("key", "bad", {}, "the log names another key")
    return Check("key", "good", {})


def _witness_check(checkpoint: Checkpoint, trusted: TrustedKeys) -> Check:
    if not trusted.witnesses:
        return Check("witnesses.none", "open", {})
    found = {cosigned.name for cosigned in checkpoint.cosignatures if cosigned.trusted}
    missing = [key.name for key in trusted.witnesses if key.name not in found]
    return Check("witnesses", "bad" if missing else "good", {}, ", ".join(missing))


async def _growth(log: dict[str, Any], compliance: Caller, now: Checkpoint, seen: Seen | None) -> Check:
    if seen is None or seen[0] == 0:
        return Check("growth.first", "good", {})
    numbers = {"size": f"{seen[0]:,}"}
    try:
        proof = await _consistency(log, compliance, seen[0], now.size)
        check_consistency(seen, now.state, proof)
    except ProofError as error:
        return Check("growth", "bad", numbers, str(error))
    return Check("growth.same" if seen[0] == now.size else "growth", "good", numbers)


async def _consistency(log: dict[str, Any], compliance: Caller, old: int, new: int) -> list[bytes]:
    if old >= new:
        return []
    try:
        answer = await compliance.get(f"/log/{log['year']}/consistency", **{"from": old, "to": new})
    except Trouble as trouble:
        if trouble.slug == "not-found":
            raise ProofError("the log does not know the size that was seen before") from None
        raise
    return [decoded(digest) for digest in answer["proof"]]
