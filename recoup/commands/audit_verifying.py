"""Auditing whole logs: in the store, over HTTP, in a mirror."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from recoup.commands.audit_reading import (
    http_client,
    is_url,
    local_stores,
    logs_at,
    logs_in,
    require_checkpoint,
    require_success,
    verifier_of,
)
from recoup.errors import Mistake
from recoup.stores import Stores, find_stores
from services.compliance.log.audit import AuditReport, Demands, audit
from services.compliance.log.audit_source import StoredCheckpoint
from services.compliance.log.checkpoint import parse_body
from services.compliance.log.errors import AuditLogError
from services.compliance.log.keys import Verifier
from services.compliance.log.note import Note
from services.compliance.log.tiled import Resources, TiledLog
from services.compliance.log.trust import LogKeys
from services.compliance.store.audit import audit_log, years
from shared.calendar.clock import clock_from


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be verified, and held against whom."""

    folder: Path
    keys: LogKeys
    witnesses: tuple[Verifier, ...] = ()
    quorum: int = 0
    witness_urls: tuple[str, ...] = ()
    max_age: timedelta | None = None

    async def demands(self, log_key: Verifier, *, is_newest: bool) -> Demands:
        """The demands on one log: only the newest year's log has to be fresh, the others are closed."""
        return Demands(
            self.witnesses,
            self.quorum,
            _now(self.folder),
            self.max_age if is_newest else None,
            tuple([await _cosigned_last(url, log_key) for url in self.witness_urls]),
        )


async def verify_target(target: str | None, wish: Wish) -> list[AuditReport]:
    """The audit of every log at the target: a URL, a folder, or by default the store of the platform."""
    if target is None:
        return await _verify_stored(find_stores(wish.folder), wish)
    async with _logs(target, wish.folder) as logs:
        return [
            await _verify_tiled(name, resources, wish, is_newest=place == len(logs) - 1)
            for place, (name, resources) in enumerate(logs)
        ]


@asynccontextmanager
async def _logs(target: str, folder: Path) -> AsyncIterator[list[tuple[str, Resources]]]:
    if not is_url(target):
        yield [*logs_in(Path(target))]
        return
    async with http_client(target, folder) as client:
        yield [*await logs_at(client, target)]


async def _verify_stored(stores: Stores, wish: Wish) -> list[AuditReport]:
    engine = stores.engine("compliance")
    reports = []
    try:
        found = await years(engine)
        for year in found:
            key = wish.keys.find(verifier_of(stores, year).name)
            if key is None:
                raise Mistake(f"None of the keys is that of the log {verifier_of(stores, year).name}.")
            demands = await wish.demands(key, is_newest=year == found[-1])
            reports.append(await audit_log(engine, year, key, demands))
    finally:
        await engine.dispose()
    return reports


async def _verify_tiled(name: str, resources: Resources, wish: Wish, *, is_newest: bool) -> AuditReport:
    note = await require_checkpoint(resources, name)
    try:
        key = wish.keys.of_checkpoint(note)
        state = parse_body(Note.decode(note).text)
    except AuditLogError as error:
        report = AuditReport(name)
        report.found("signature", "checkpoint", str(error))
        return report
    source = TiledLog(resources, [StoredCheckpoint(state.size, state.root, note)])
    return await audit(source, key, await wish.demands(key, is_newest=is_newest))


async def _cosigned_last(url: str, log_key: Verifier) -> bytes:
    """What a witness says it cosigned last of a log; empty, which is a finding, where it knows none."""
    place = f"{url.rstrip('/')}/checkpoint"
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(place, params={"origin": log_key.name})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Mistake(f"The witness at {url} does not answer ({type(error).__name__}).") from None
    if answer.status_code == 404:
        return b""
    require_success(answer, place)
    return answer.content


def _now(folder: Path) -> datetime:
    """By the platform's clock where one runs in the folder: a simulation has its own time."""
    stores = local_stores(folder)
    return clock_from(stores.clock).now() if stores else datetime.now(UTC)


def fresh_within(wish: Wish, seconds: int | None, target: str | None) -> Wish:
    """The wish with the age that cosignatures may have: an hour, but any in a mirror, which may be old."""
    if seconds is None:
        is_live = target is None or is_url(target)
        seconds = 3600 if wish.quorum and is_live else None
    return wish if seconds is None else replace(wish, max_age=timedelta(seconds=seconds))
