"""Compliance and a witness: cosignatures are asked for, kept and shown; a rewritten log gets none."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from pydantic import ValidationError

from services.compliance.log.checkpoint import open_checkpoint
from services.compliance.log.keys import SignatureType, Signer
from services.compliance.log.trust import LogKeys
from services.compliance.store import cosignatures, tree
from services.compliance.store.cosignatures import Standing
from services.compliance.witness.app import create_witness
from services.compliance.witness.request import AddCheckpoint
from services.compliance.witness.settings import WitnessSettings
from services.compliance.witness.state import open_state
from tests.conftest import EngineFor
from tests.integration.compliance.log_house import ORIGIN, YEAR, LogHouse, WitnessHouse, log_house


@pytest_asyncio.fixture
async def log(engine_for: EngineFor) -> LogHouse:
    return await log_house(engine_for)


@pytest_asyncio.fixture
async def witness(log: LogHouse, tmp_path: Path) -> AsyncIterator[WitnessHouse]:
    with open_state(tmp_path / "witness", "witness.example") as state:
        yield WitnessHouse(log, state)


async def standing(log: LogHouse) -> Standing:
    async with log.engine.connect() as connection:
        (one,) = await cosignatures.standings(connection)
    return one


async def test_each_new_checkpoint_is_cosigned_once(log: LogHouse, witness: WitnessHouse) -> None:
    assert await witness.submit() == 0
    for size in (3, 300, 1000):
        await log.grow(size - log.written)
        assert await witness.submit() == 1
        assert await witness.submit() == 0
    report = await log.audit(witness.demands())
    assert report.holds, report.first_findings
    assert report.witnessed_size == 1000
    assert (await standing(log)).problem is None


async def test_an_idle_log_is_cosigned_again_so_that_it_stays_fresh(
    log: LogHouse, witness: WitnessHouse
) -> None:
    await log.grow(3)
    await witness.submit()
    log.clock.advance(minutes=9)
    assert await witness.submit() == 0
    log.clock.advance(minutes=2)
    assert await witness.submit() == 1
    async with log.engine.connect() as connection:
        signed = await tree.last_checkpoint(connection, YEAR)
        assert signed is not None
        newest = open_checkpoint(await cosignatures.newest_note(connection, signed), log.key, [witness.key])
        first = open_checkpoint(await cosignatures.first_note(connection, signed), log.key, [witness.key])
    assert newest.cosignatures[0].seconds - first.cosignatures[0].seconds == 11 * 60


async def test_a_submitter_that_knows_nothing_learns_where_the_witness_is(
    log: LogHouse, witness: WitnessHouse
) -> None:
    await log.grow(300)
    await witness.submit()
    await log.execute("DELETE FROM witness_standing", "DELETE FROM cosignature")
    await log.grow(300)
    assert await witness.submit() == 1
    assert (await standing(log)).size == 600


async def test_each_year_has_its_own_line_of_cosignatures(log: LogHouse, witness: WitnessHouse) -> None:
    await log.grow(3)
    log.clock.advance(days=365)
    await log.grow(2)
    assert await witness.submit() == 2
    log.clock.advance(days=1)
    assert await witness.submit() == 1, "the closed year needs no new sign of life"


async def test_only_one_process_asks(log: LogHouse, witness: WitnessHouse) -> None:
    await log.grow(3)
    async with log.engine.connect() as connection, connection.begin():
        assert await cosignatures.become_submitter(connection)
        assert await witness.submit() == 0
        await log.grow(1)  # signing goes on meanwhile
    assert await witness.submit() == 1
    assert (await standing(log)).size == 4


async def test_a_witness_that_is_away_is_noted_and_asked_again(log: LogHouse, witness: WitnessHouse) -> None:
    await log.grow(3)

    def gone(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there")

    assert await witness.submitter(httpx.MockTransport(gone)).step() == 0
    assert (await standing(log)).problem == "unavailable: ConnectError"
    assert await witness.submit() == 1
    assert (await standing(log)).problem is None


async def test_a_sign_of_life_that_failed_is_asked_for_again_at_once(
    log: LogHouse, witness: WitnessHouse
) -> None:
    await log.grow(3)
    await witness.submit()
    log.clock.advance(minutes=11)
    assert await witness.submitter(httpx.MockTransport(lambda _: httpx.Response(500))).step() == 0
    assert await witness.submit() == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(200, content=b"thank you\n"),
        httpx.Response(200, content="— witness.example AAAAAAAA\n".encode()),
        httpx.Response(200, content=b"x" * 100_000),
    ],
)
async def test_an_answer_that_is_no_cosignature_is_not_kept(
    log: LogHouse, witness: WitnessHouse, answer: httpx.Response
) -> None:
    await log.grow(3)
    assert await witness.submitter(httpx.MockTransport(lambda _: answer)).step() == 0
    assert str((await standing(log)).problem).startswith("unavailable")
    assert await log.rows("SELECT 1 FROM cosignature") == []


async def test_a_rewritten_log_is_refused_and_the_proof_of_it_kept(
    log: LogHouse, witness: WitnessHouse, tmp_path: Path
) -> None:
    await log.grow(300)
    await witness.submit()
    await log.rewrite(17)
    await log.grow(10)
    assert await witness.submit() == 0
    assert "refused: status 422" in str((await standing(log)).problem)
    (kept,) = (tmp_path / "witness" / "suspicious").iterdir()
    forged = open_checkpoint(AddCheckpoint.decode(kept.read_bytes()).checkpoint, log.key).checkpoint
    assert forged.size == 310


async def test_a_log_rolled_back_to_an_earlier_size_is_noted(log: LogHouse, witness: WitnessHouse) -> None:
    await log.grow(10)
    await log.grow(10)
    await witness.submit()
    await log.execute(
        "DELETE FROM log_entry WHERE leaf_index >= 10",
        "DELETE FROM checkpoint WHERE size > 10",
        "UPDATE log_head SET size = 10",
    )
    assert await witness.submit() == 0
    assert "rolled back" in str((await standing(log)).problem)


async def test_a_log_that_the_witness_was_not_told_of_gets_no_cosignature(
    log: LogHouse, witness: WitnessHouse
) -> None:
    await log.grow(3)
    stranger = Signer("other.example", b"o" * 32).verifier
    witness.app = create_witness(witness.state, LogKeys((stranger,)), log.clock)
    assert await witness.submit() == 0
    assert "status 404" in str((await standing(log)).problem)


async def test_the_witness_speaks_as_tlog_witness_says(log: LogHouse, witness: WitnessHouse) -> None:
    await log.grow(3)
    async with log.engine.connect() as connection:
        signed = await tree.last_checkpoint(connection, YEAR)
    assert signed is not None
    request = AddCheckpoint(0, (), signed.note.encode())
    transport = httpx.ASGITransport(app=witness.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://witness") as client:
        unseen = await client.get("/checkpoint", params={"origin": ORIGIN})
        taken = await client.post("/add-checkpoint", content=request.encode())
        again = await client.post("/add-checkpoint", content=request.encode())
        seen = await client.get("/checkpoint", params={"origin": ORIGIN})
        who = (await client.get("/")).json()
        large = await client.post("/add-checkpoint", content=b"x" * 70_000)
    assert (unseen.status_code, taken.status_code, large.status_code) == (404, 200, 413)
    assert (again.status_code, again.text, again.headers["content-type"]) == (409, "3\n", "text/x.tlog.size")
    assert seen.content == signed.note.encode() + taken.content
    assert taken.text.startswith("— witness.example ")
    assert who == {"name": "witness.example", "verifier_key": witness.key.encode()}


def test_a_witness_is_configured_with_its_url_and_its_own_key() -> None:
    witness = Signer("witness.example", b"w" * 32, SignatureType.COSIGNATURE_V1).verifier
    assert WitnessSettings(url="https://witness.example/x/", key=witness.encode()).verifier == witness
    for url, key in (
        ("ftp://witness.example", witness.encode()),
        ("https://witness.example", "witness.example+00000000+AA=="),
        ("https://witness.example", Signer("log.example", b"w" * 32).verifier.encode()),
    ):
        with pytest.raises(ValidationError):
            WitnessSettings(url=url, key=key)


async def test_the_age_that_an_auditor_accepts_is_by_the_witness_clock(
    log: LogHouse, witness: WitnessHouse
) -> None:
    await log.grow(3)
    await witness.submit()
    log.clock.advance(hours=2)
    assert await log.checks(witness.demands()) == {"freshness"}
    assert await log.checks(witness.demands(max_age=timedelta(hours=3))) == set()
