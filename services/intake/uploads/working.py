"""The worker's background task that works uploads off, in batches that commit with their position.

After a kill the next worker reads the file again up to the position and goes on. Two workers do not do the
same upload: one holds its advisory lock, and should that be lost with a connection, the position that a batch
starts from is compared in the transaction that applies it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy.exc import DBAPIError

from services.intake import handlers
from services.intake.domain.rules import Moment
from services.intake.doors.applying import take
from services.intake.doors.findings import Finding, Refused
from services.intake.settings import IntakeSettings
from services.intake.uploads import store
from services.intake.uploads.building import Builder, Entry
from services.intake.uploads.forms import Mode
from services.intake.uploads.reading import open_rows
from services.intake.uploads.store import Status, Step, Upload
from shared.runtime import Runtime
from shared.stream.failures import is_transient
from shared.stream.work import Consumer, Work
from shared.telemetry.logs import get_logger

BATCH = 500
MOST_AT_ONCE = 20_000
"""Rows of a file that is applied wholly or not at all: they are one transaction."""
PAUSE_SECONDS = 1.0
_log = get_logger(__name__)


class _Overtaken(Exception):
    """Another worker has gone on with the upload."""


def upload_loop(runtime: Runtime[IntakeSettings]) -> Callable[[], Awaitable[None]]:
    """A task that works uploads off, one after the other, until it is cancelled."""
    works = UploadWorks(runtime)

    async def work() -> None:
        while True:
            try:
                busy = await works.step()
            except (DBAPIError, OSError, TimeoutError) as error:
                _log.warning("uploads_wait", error=type(error).__name__)
                busy = False
            if not busy:
                await asyncio.sleep(PAUSE_SECONDS)

    return work


class UploadWorks:
    """Works uploads off."""

    def __init__(self, runtime: Runtime[IntakeSettings], batch: int = BATCH) -> None:
        self._runtime = runtime
        self._batch = batch
        self._consumer = handlers.consumer(runtime.settings.rules, runtime.cipher.seal)

    async def step(self) -> bool:
        """Work off the oldest upload that no other worker is at; False where there is none."""
        async with self._runtime.engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            for upload_id in await store.unfinished(connection):
                if not (await connection.execute(store.TRY_LOCK, {"id": upload_id})).scalar_one():
                    continue
                try:
                    await self._work_off(upload_id)
                finally:
                    await connection.execute(store.UNLOCK, {"id": upload_id})
                return True
        return False

    async def _work_off(self, upload_id: str) -> None:
        with TemporaryFile() as file:
            async with self._runtime.engine.connect() as connection:
                found = await store.get(connection, upload_id)
                if found is None or found.finished_at is not None:
                    return
                async for block in store.content(connection, upload_id, self._runtime.cipher):
                    file.write(block)
            try:
                await self._apply(found, file)
            except _Overtaken:
                return
            except Exception as error:
                if is_transient(error):
                    raise
                # It must not stand in the way of the others for ever.
                _log.exception("upload_failed", upload=upload_id)
                await self._refuse(found, _defect(error), Status.FAILED)

    async def _apply(self, found: Upload, file: IO[bytes]) -> None:
        kind, form, mode, mapping = found.how
        builder = Builder(kind, mapping, self._runtime.settings.rules)
        try:
            opened = await asyncio.to_thread(open_rows, file, form, kind, mapping)
            entries = builder.entries(opened.rows)
            job = _Job(self._runtime, self._consumer, builder, found, opened.lines)
            if mode is Mode.BEST_EFFORT:
                await job.as_far_as_possible(entries, self._batch)
            else:
                await job.wholly(entries)
        except Refused as refused:
            await self._refuse(found, refused)

    async def _refuse(self, found: Upload, refused: Refused, status: Status = Status.REFUSED) -> None:
        """The end of a file that is not worked off; the errors say why."""
        now = self._runtime.clock.now()
        findings = [(line, each) for line, all_ in sorted(refused.findings.items()) for each in all_]
        async with self._runtime.engine.begin() as connection:
            await store.add_errors(connection, found.upload_id, findings)
            await store.finish(connection, found.upload_id, status, now, len(refused.findings))
        _log.info("upload_refused", upload=found.upload_id, lines=len(refused.findings))


@dataclass(slots=True)
class _Job:
    """One upload under way."""

    runtime: Runtime[IntakeSettings]
    consumer: Consumer
    builder: Builder
    upload: Upload
    lines: int

    async def as_far_as_possible(self, entries: Iterator[Entry], size: int) -> None:
        """Apply what can be applied, a batch a transaction."""
        position = self.upload.position
        while batch := await asyncio.to_thread(_next, entries, size, position):
            position = await self._until_done(batch, position)
        now = self.runtime.clock.now()
        async with self.runtime.engine.begin() as connection:
            await store.finish(connection, self.upload.upload_id, Status.DONE, now, lines=self.lines)

    async def wholly(self, entries: Iterator[Entry]) -> None:
        """Apply all rows in one transaction. Refused, and nothing applied, where one cannot be."""
        batch = await asyncio.to_thread(list, islice(entries, MOST_AT_ONCE + 1))
        if len(batch) > MOST_AT_ONCE:
            message = f"a file that is applied wholly or not at all has at most {MOST_AT_ONCE} rows"
            remedy = "Upload it as best_effort, or in parts."
            raise Refused({batch[-1].line: [Finding("file", message, remedy)]})
        wrong = _wrong(batch)
        if wrong:
            raise Refused(wrong)
        await self._until_done(batch, self.upload.position, wholly=True)

    async def _until_done(self, batch: list[Entry], position: int, *, wholly: bool = False) -> int:
        """Try again what passes by itself: here nothing is waited for that a person must do."""
        while True:
            try:
                return await self._commit(batch, position, wholly=wholly)
            except Exception as error:
                if not is_transient(error):
                    raise
                _log.warning("upload_batch_again", error=type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)

    async def _commit(self, batch: list[Entry], position: int, *, wholly: bool) -> int:
        moment = self.runtime.settings.rules.moment(self.runtime.clock.now())
        checked = await asyncio.to_thread(self._checked, batch, moment)
        async with self.runtime.transactions.begin() as work:
            settled, step = await self._settle(checked, position, work)
            wrong = _wrong(settled)
            if wholly and wrong:
                raise Refused(wrong)
            if not await store.advance(work.connection, self.upload.upload_id, step):
                raise _Overtaken
            findings = [found for entry in settled for found in entry.findings]
            if findings:
                await store.add_errors(work.connection, self.upload.upload_id, findings)
            if wholly:
                await store.finish(work.connection, self.upload.upload_id, Status.DONE, work.now)
        return step.end

    def _checked(self, batch: list[Entry], moment: Moment) -> list[Entry]:
        return [self.builder.check(entry, moment) for entry in batch]

    async def _settle(self, batch: list[Entry], position: int, work: Work) -> tuple[list[Entry], Step]:
        events = [
            (number, entry.received) for number, entry in enumerate(batch) if entry.received is not None
        ]
        taken = await take(self.consumer, events, work)
        settled = [
            self.builder.refused(entry, taken.refused[number]) if number in taken.refused else entry
            for number, entry in enumerate(batch)
        ]
        refused = sum(entry.rows for entry in settled if entry.received is None)
        end = batch[-1].last_line if batch else position
        return settled, Step(position, end, self.lines, taken.applied, taken.repeats, refused)


def _defect(error: Exception) -> Refused:
    remedy = "Upload the file again; if it fails again, tell the operators the upload's id."
    message = f"the file could not be worked off ({type(error).__name__})"
    return Refused({0: [Finding("file", message, remedy)]})


def _next(entries: Iterator[Entry], size: int, position: int) -> list[Entry]:
    return list(islice((entry for entry in entries if entry.line > position), size))


def _wrong(batch: list[Entry]) -> dict[int, list[Finding]]:
    wrong: dict[int, list[Finding]] = {}
    for entry in batch:
        for line, finding in entry.findings:
            wrong.setdefault(line, []).append(finding)
    return wrong
