"""The log over HTTP as C2SP tlog-tiles and tlog-proof say, and its own few endpoints."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.compliance.journal import Journal
from services.compliance.log.audit import audit
from services.compliance.log.audit_source import StoredCheckpoint
from services.compliance.log.base64_text import decode_base64
from services.compliance.log.bundles import decode_bundle
from services.compliance.log.checkpoint import open_checkpoint
from services.compliance.log.proof import verify_proof
from services.compliance.log.tiled import TiledLog
from services.compliance.log.tiles import BundleId, TileId
from services.compliance.log.verification import verify_consistency
from services.compliance.witness.state import open_state
from tests.conftest import EngineFor
from tests.integration.compliance.log_house import LogHouse, WitnessHouse, log_house

IMMUTABLE = "private, max-age=31536000, immutable"


@pytest_asyncio.fixture
async def log(engine_for: EngineFor) -> LogHouse:
    house = await log_house(engine_for)
    await house.grow(700)
    return house


@pytest_asyncio.fixture
async def witness(log: LogHouse, tmp_path: Path) -> AsyncIterator[WitnessHouse]:
    with open_state(tmp_path / "witness", "witness.example") as state:
        yield WitnessHouse(log, state)


@pytest.mark.parametrize(
    ("path", "length"),
    [
        ("tile/0/000", 256 * 32),
        ("tile/0/001", 256 * 32),
        ("tile/0/002.p/188", 188 * 32),
        ("tile/0/002.p/1", 32),
        ("tile/1/000.p/2", 2 * 32),
    ],
)
async def test_tiles_are_octets_that_never_change(log: LogHouse, path: str, length: int) -> None:
    async with log.client() as client:
        answer = await client.get(f"/log/2026/{path}", headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, len(answer.content)) == (200, length)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == IMMUTABLE
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/002",
        "tile/0/002.p/189",
        "tile/0/003.p/1",
        "tile/1/000",
        "tile/1/000.p/3",
        "tile/2/000.p/1",
        "tile/0/000.p/256",
        "tile/0/000.p/0",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/000",
        "tile/0/001/",
        "tile/entries/002",
        "tile/entries/x001/000",
        "tile/-1/000",
    ],
)
async def test_what_the_signed_log_does_not_have_is_not_found(log: LogHouse, path: str) -> None:
    async with log.client() as client:
        answer = await client.get(f"/log/2026/{path}")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("cache-control", "")


async def test_what_is_written_but_not_signed_is_not_shown(log: LogHouse) -> None:
    await log.write(1)
    async with log.client() as client:
        early = await client.get("/log/2026/tile/0/002.p/189")
        await log.sign()
        late = await client.get("/log/2026/tile/0/002.p/189")
    assert (early.status_code, late.status_code) == (404, 200)


async def test_entry_bundles_are_compressed_for_those_who_take_it(log: LogHouse) -> None:
    bundle = BundleId(2, 188)
    async with log.client() as client:
        url = f"/log/2026/{bundle.path}"
        packed = await client.get(url, headers={"Accept-Encoding": "br, gzip;q=0.5"})
        plain = await client.get(url, headers={"Accept-Encoding": "identity"})
        unwanted = await client.get(url, headers={"Accept-Encoding": "gzip;q=0"})
        raw = await client.send(client.build_request("GET", url), stream=True)
        wire = b"".join([part async for part in raw.aiter_raw()])
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in unwanted.headers
    assert packed.content == plain.content == unwanted.content == gzip.decompress(wire)
    assert packed.headers["cache-control"] == plain.headers["cache-control"] == IMMUTABLE
    assert packed.headers["content-type"] == "application/octet-stream"
    assert len(decode_bundle(bundle, plain.content)) == 188


async def test_the_checkpoint_is_text_with_the_cosignatures_and_is_not_cached(
    log: LogHouse, witness: WitnessHouse
) -> None:
    async with log.client() as client:
        alone = await client.get("/log/2026/checkpoint")
        unwitnessed = await client.get("/log/2026/checkpoint/witnessed")
        await witness.submit()
        cosigned = await client.get("/log/2026/checkpoint")
        await log.grow(5)
        newest = await client.get("/log/checkpoint")
        witnessed = await client.get("/log/2026/checkpoint/witnessed")
    assert alone.headers["content-type"] == "text/plain; charset=utf-8"
    assert alone.headers["cache-control"] == "no-cache"
    assert unwitnessed.status_code == 404
    assert cosigned.content.startswith(alone.content)
    assert witnessed.content == cosigned.content
    assert open_checkpoint(newest.content, log.key).checkpoint.size == 705
    opened = open_checkpoint(witnessed.content, log.key, [witness.key], quorum=1)
    assert opened.checkpoint.size == 700


async def test_an_auditor_needs_nothing_but_the_static_resources(log: LogHouse) -> None:
    async with log.client() as client:

        class Served:
            async def read(self, path: str) -> bytes | None:
                answer = await client.get(f"/log/2026/{path}")
                return answer.content if answer.status_code == 200 else None

        note = await Served().read("checkpoint")
        assert note is not None
        state = open_checkpoint(note, log.key).checkpoint
        source = TiledLog(Served(), [StoredCheckpoint(state.size, state.root, note)])
        report = await audit(source, log.key)
    assert report.holds, report.first_findings
    assert (report.entries, report.tiles) == (700, 2)


async def test_any_fact_is_proven_by_its_name_with_the_witness_once_it_cosigned(
    log: LogHouse, witness: WitnessHouse
) -> None:
    async with log.transactions.begin() as work:
        journal = Journal(log.settings.pseudonyms)
        journal.add("outreach.contacts.v1/0-0-1", "dispatched", "person-1", work.now, contact="contact-1")
        await journal.write(work)
    path = "/log/proofs/outreach.contacts.v1/0-0-1"
    async with log.client() as client:
        early = await client.get(path)
        await log.sign()
        signed = await client.get(path)
        await log.grow(10)
        assert (await client.get(path)).content == signed.content
        await witness.submit()
        cosigned = await client.get(path)
        await log.grow(10)
        await witness.submit()
        assert (await client.get(path)).content == cosigned.content, "a proof stays as it is"
        unknown = await client.get("/log/proofs/nothing")
    assert (early.status_code, unknown.status_code) == (409, 404)
    assert verify_proof(signed.content, log.key).opened.checkpoint.size == 701
    proven = verify_proof(cosigned.content, log.key, [witness.key], quorum=1)
    assert (proven.index, proven.opened.checkpoint.size) == (700, 711)


async def test_growth_is_proven_between_any_two_sizes(log: LogHouse) -> None:
    async with log.client() as client:
        roots = {}
        for size in (700, 701, 1000):
            await log.grow(size - log.written)
            state = open_checkpoint((await client.get("/log/2026/checkpoint")).content, log.key).checkpoint
            roots[state.size] = state.root
        for first, last in ((700, 701), (700, 1000), (701, 1000), (1000, 1000)):
            answer = await client.get("/log/2026/consistency", params={"from": first, "to": last})
            proof = [decode_base64(digest) for digest in answer.json()["proof"]]
            verify_consistency(first, last, proof, roots[first], roots[last])
        for wrong in ({"from": 0}, {"from": 2, "to": 1}, {"from": 1, "to": 1001}, {}):
            assert (await client.get("/log/2026/consistency", params=wrong)).status_code in (404, 422)


async def test_each_year_is_a_log_of_its_own_with_its_origin(log: LogHouse, witness: WitnessHouse) -> None:
    await witness.submit()
    log.clock.advance(days=365)
    await log.grow(3)
    async with log.client() as client:
        first, second = (await client.get("/log")).json()
        note = (await client.get("/log/2027/checkpoint")).content
        other = await client.get(f"/log/2027/{TileId(0, 0).path}")
    assert (first["origin"], second["origin"]) == (
        "bank.example/compliance/2026",
        "bank.example/compliance/2027",
    )
    assert (first["size"], first["signed_size"], second["size"]) == (700, 700, 3)
    (standing,) = first["witnesses"]
    assert (standing["size"], standing["problem"], second["witnesses"]) == (700, None, [])
    assert standing["witness"].startswith("witness.example+")
    assert note.startswith(b"bank.example/compliance/2027\n3\n")
    assert other.status_code == 404
