"""Collecting a case's evidence from a running platform: facts, proofs made from tiles, contacts."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec

from recoup.commands.audit_reading import HttpResources, http_client, require_success
from recoup.errors import Mistake
from services.compliance.log.errors import AuditLogError
from services.compliance.log.evidence.content import Case, Contact, Fact, Proofs, SignedLog
from services.compliance.log.paths import plan_inclusion
from services.compliance.log.proof import LogProof
from services.compliance.log.tiled import prove_from_tiles

_PATIENCE = 300


@dataclass(frozen=True, slots=True)
class Platform:
    """Where the services are; outreach only where its records are wanted too."""

    compliance: str
    outreach: str | None
    folder: Path


class _Export(msgspec.Struct):
    export_id: str
    case_id: str
    with_facts: bool
    logs: list[SignedLog]


class _NotReadyError(Exception):
    """The service asks to be asked again."""


async def collect(
    platform: Platform, case_id: str, reason: str, with_facts: bool, key: str
) -> tuple[Case, Proofs]:
    """The evidence of a case and the proof of each of its facts. Raises Mistake where it is not to be had.

    `key` makes the export happen once, however often it is asked for.
    """
    async with http_client(platform.compliance, platform.folder) as client:
        wanted = {"case_id": case_id, "reason": reason, "with_facts": with_facts}
        begun = await _post(client, f"{platform.compliance}/evidence", wanted, key)
        export = msgspec.json.decode(begun, type=_Export)
        pages = _pages(client, f"{platform.compliance}/evidence/{export.export_id}/facts")
        facts = tuple([msgspec.convert(item, Fact) async for item in pages])
        proofs = await _prove(client, platform.compliance, export.logs, facts)
    contacts = await _contacts(platform, case_id) if platform.outreach else None
    logs = tuple(export.logs)
    return Case(case_id=case_id, with_facts=with_facts, logs=logs, facts=facts, contacts=contacts), proofs


async def _prove(
    client: httpx.AsyncClient, url: str, logs: list[SignedLog], facts: tuple[Fact, ...]
) -> Proofs:
    """Proofs for the checkpoints of the export, made from the log's tiles: nobody's word is taken."""
    signed = {log.year: log for log in logs}
    tiles = {log.year: _Remembered(HttpResources(client, f"{url}/log/{log.year}"), {}) for log in logs}
    proofs: dict[tuple[int, int], bytes] = {}
    for fact in facts:
        log = signed[fact.year]
        try:
            plan = plan_inclusion(fact.index, log.size)
            hashes = await prove_from_tiles(tiles[fact.year], plan, log.size)
        except AuditLogError as error:
            raise Mistake(f"{log.origin}: entry {fact.index} cannot be proven: {error}.") from None
        proof = LogProof(fact.index, hashes, log.note.encode(), fact.entry.encode())
        proofs[fact.year, fact.index] = proof.encode()
    return proofs


async def _contacts(platform: Platform, case_id: str) -> tuple[Contact, ...]:
    """The case's contacts as outreach recorded them, without contact points."""
    async with http_client(f"{platform.outreach}", platform.folder) as client:
        url = f"{platform.outreach}/contacts"
        listed = [item async for item in _pages(client, url, {"case_id": case_id})]
        whole = [await _get(client, f"{url}/{item['contact_id']}") for item in listed]
    return tuple(msgspec.json.decode(one, type=Contact) for one in whole)


async def _pages(
    client: httpx.AsyncClient, url: str, query: dict[str, str] | None = None
) -> AsyncIterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        values = {**(query or {}), "limit": "200", **({"cursor": cursor} if cursor else {})}
        page = msgspec.json.decode(await _get(client, url, values))
        for item in page["items"]:
            yield item
        cursor = page["next"]
        if cursor is None:
            return


async def _get(client: httpx.AsyncClient, url: str, query: dict[str, str] | None = None) -> bytes:
    return await _answered(client, client.build_request("GET", url, params=query))


async def _post(client: httpx.AsyncClient, url: str, body: object, key: str) -> bytes:
    headers = {"Idempotency-Key": key}
    for _ in range(_PATIENCE):
        request = client.build_request("POST", url, json=body, headers=headers)
        try:
            return await _answered(client, request)
        except _NotReadyError:
            await asyncio.sleep(1)
    raise Mistake(f"{url} is not ready: the catalogue of the log is far behind. Try again later.")


async def _answered(client: httpx.AsyncClient, request: httpx.Request) -> bytes:
    url = str(request.url.copy_with(query=None))
    try:
        answer = await client.send(request)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Mistake(f"{url} does not answer ({type(error).__name__}).") from None
    if answer.status_code in (404, 422):
        raise Mistake(f"{url} answers {answer.status_code}: {_detail(answer)}")
    if answer.status_code == 503 and "retry-after" in answer.headers and request.method == "POST":
        raise _NotReadyError
    require_success(answer, url)
    return answer.content


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("detail") or answer.json().get("title"))
    except (ValueError, AttributeError):
        return "no reason is given."


@dataclass(frozen=True, slots=True)
class _Remembered:
    """Resources that are read once."""

    resources: HttpResources
    known: dict[str, bytes | None]

    async def read(self, path: str) -> bytes | None:
        """The bytes at a path."""
        if path not in self.known:
            self.known[path] = await self.resources.read(path)
        return self.known[path]
