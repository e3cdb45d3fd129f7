"""Brings checkpoints to the witnesses, at a pace, and keeps their cosignatures; signing never waits."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from services.compliance.log.errors import AuditLogError
from services.compliance.log.keys import Signature
from services.compliance.log.note import signature_line
from services.compliance.log.paths import plan_consistency
from services.compliance.store import cosignatures, tree
from services.compliance.store.cosignatures import Cosignature, Standing
from services.compliance.store.tree import SignedCheckpoint
from services.compliance.witness.client import (
    OutOfStepError,
    WitnessClient,
    WitnessRefusedError,
    WitnessUnavailableError,
)
from services.compliance.witness.request import AddCheckpoint
from shared.stream.transaction import Transactions

log = structlog.get_logger()
_TRIES = 2
"""The second one after a witness said which size it knows."""


@dataclass(frozen=True, slots=True)
class _Errand:
    """A checkpoint to bring to a witness, and where the witness stands as far as we know."""

    client: WitnessClient
    signed: SignedCheckpoint
    before: Standing | None

    @property
    def known_size(self) -> int:
        return 0 if self.before is None else self.before.size


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of an errand: a cosignature, or the problem; and the size that the witness knows now."""

    errand: _Errand
    size: int
    signature: Signature | None = None
    problem: str | None = None


@dataclass(slots=True)
class Submitter:
    """Asks every `seconds` for what is new, and at least every `refresh_seconds` while a log is idle.

    A fresh cosignature on an idle log is what tells its newest checkpoint from an old one played again.
    """

    transactions: Transactions
    witnesses: Sequence[WitnessClient]
    seconds: float = 10.0
    refresh_seconds: float = 600.0

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            await self.step()
            await asyncio.sleep(self.seconds)

    async def step(self) -> int:
        """Ask all witnesses once; how many cosigned. Does nothing while another process is asking."""
        async with self.transactions.begin() as work:
            connection = work.connection
            if not self.witnesses or not await cosignatures.become_submitter(connection):
                return 0
            errands = await self._errands(connection, work.now)
            answers = await _run(connection, errands)
            made = [_kept(answer) for answer in answers if answer.signature is not None]
            standings = [_standing(answer, work.now) for answer in answers]
            await cosignatures.save(connection, made, standings)
        return len(made)

    async def _errands(self, connection: AsyncConnection, now: datetime) -> list[_Errand]:
        known = {(one.year, one.witness): one for one in await cosignatures.standings(connection)}
        newest = await tree.last_checkpoints(connection)
        return [
            _Errand(client, signed, known.get((signed.year, client.name)))
            for signed in newest
            for client in self.witnesses
            if self._is_due(signed, known.get((signed.year, client.name)), signed is newest[-1], now)
        ]

    def _is_due(
        self, signed: SignedCheckpoint, before: Standing | None, is_open: bool, now: datetime
    ) -> bool:
        if before is None or before.size != signed.size or before.problem is not None:
            return True
        # Only the newest year's log is still written: the others need no further sign of life.
        return is_open and now - before.tried_at >= timedelta(seconds=self.refresh_seconds)


async def _run(connection: AsyncConnection, errands: Sequence[_Errand]) -> list[_Answer]:
    """All answers; the witnesses are asked at the same time, the store between their answers."""
    sizes = {id(errand): errand.known_size for errand in errands}
    answers: list[_Answer] = []
    waiting = list(errands)
    for _ in range(_TRIES):
        requests = [await _request(connection, errand.signed, sizes[id(errand)]) for errand in waiting]
        asked = await asyncio.gather(*(map(_ask, waiting, requests)))
        again = {id(one.errand): one.size for one in asked if _can_retry(one)}
        answers += [one for one in asked if id(one.errand) not in again]
        waiting = [errand for errand in waiting if id(errand) in again]
        sizes |= again
    return answers + [_Answer(one, sizes[id(one)], problem="out of step again") for one in waiting]


def _can_retry(answer: _Answer) -> bool:
    return answer.problem is None and answer.signature is None


async def _request(
    connection: AsyncConnection, signed: SignedCheckpoint, old_size: int
) -> AddCheckpoint | str:
    """The request that joins the witness's size with the checkpoint, or why there is none."""
    if old_size > signed.size:
        return f"it has cosigned size {old_size}, beyond this log's {signed.size}: the log was rolled back"
    proof: tuple[bytes, ...] = ()
    if old_size:
        try:
            proof = await tree.prove(
                connection, signed.year, plan_consistency(old_size, signed.size), signed.size
            )
        except AuditLogError as error:
            return f"growth cannot be proven: {error}"
    return AddCheckpoint(old_size, proof, signed.note.encode())


async def _ask(errand: _Errand, request: AddCheckpoint | str) -> _Answer:
    known, about = errand.known_size, {"witness": errand.client.name, "year": errand.signed.year}
    if isinstance(request, str):
        log.error("log.witness_refused", reason=request, **about)
        return _Answer(errand, known, problem=request)
    try:
        signature = await errand.client.submit(request)
    except OutOfStepError as error:
        return _Answer(errand, error.size)
    except WitnessRefusedError as error:
        log.error("log.witness_refused", reason=str(error), **about)
        return _Answer(errand, known, problem=f"refused: {error}")
    except WitnessUnavailableError as error:
        log.warning("log.witness_unavailable", reason=str(error), **about)
        return _Answer(errand, known, problem=f"unavailable: {error}")
    return _Answer(errand, errand.signed.size, signature)


def _kept(answer: _Answer) -> Cosignature:
    assert answer.signature is not None
    signed = answer.errand.signed
    line = signature_line(answer.signature).removesuffix("\n")
    return Cosignature(signed.year, signed.size, answer.errand.client.name, _at(answer.signature), line)


def _standing(answer: _Answer, now: datetime) -> Standing:
    errand = answer.errand
    before = errand.before.cosigned_at if errand.before else None
    at = _at(answer.signature) if answer.signature else before
    return Standing(errand.signed.year, errand.client.name, answer.size, at, now, answer.problem)


def _at(signature: Signature) -> datetime:
    return datetime.fromtimestamp(signature.seconds, UTC)
