"""`recoup audit` against a running log and a running witness: processes, sockets, files."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest_asyncio

from recoup.local.ports import free_port
from services.compliance.log.keys import Verifier
from services.compliance.witness.client import WitnessClient
from services.compliance.witness.settings import WitnessSettings
from services.compliance.witness.submitter import Submitter
from shared.calendar.clock import SystemClock
from shared.stream.transaction import Transactions
from tests.conftest import EngineFor
from tests.integration.compliance.commands import HOST, answering, recoup, reports, serving
from tests.integration.compliance.log_house import LogHouse, app_of, log_house


@pytest_asyncio.fixture
async def log(engine_for: EngineFor) -> LogHouse:
    house = await log_house(engine_for)
    house.transactions = Transactions(house.engine, SystemClock(), 4)
    await house.grow(300)
    return house


@asynccontextmanager
async def witnessing(log: LogHouse, folder: Path) -> AsyncIterator[tuple[str, str]]:
    """A witness process; gives its URL and key."""
    port = free_port()
    words = [
        "witness",
        "--listen",
        f"{HOST}:{port}",
        "--log-key",
        log.key.encode(),
        "--state",
        state_of(folder),
    ]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "recoup.main", "audit", *words, "--name", "witness.example"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    url = f"http://{HOST}:{port}"
    try:
        await answering(url)
        yield url, (folder / "state" / "witness.vkey").read_text().strip()
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        assert re.search(r"public key: witness\.example\+", errors.decode())


def state_of(folder: Path) -> str:
    return str(folder / "state")


def submitter(log: LogHouse, url: str, key: str) -> Submitter:
    return Submitter(log.transactions, [WitnessClient(WitnessSettings(url=url, key=key))])


async def test_a_log_is_verified_and_mirrored_over_http(log: LogHouse, tmp_path: Path) -> None:
    key, copy = ["--key", log.key.encode()], str(tmp_path / "copy")
    async with serving(app_of(log)) as url:
        code, output, errors = await recoup("verify", f"{url}/log", *key, "--json")
        assert code == 0, errors
        (told,) = reports(output)
        assert (told["holds"], told["entries"], told["origin"]) == (True, 300, log.key.name)
        assert (await recoup("verify", f"{url}/log/2026", *key))[0] == 0
        code, _, errors = await recoup("mirror", f"{url}/log", copy, *key)
        assert (code, "300 new" in errors) == (0, True), errors
        await log.grow(500)
        code, _, errors = await recoup("mirror", f"{url}/log", copy, *key)
        assert (code, "500 new" in errors) == (0, True), errors
        await log.rewrite(17)
        code, _, errors = await recoup("mirror", f"{url}/log", copy, *key)
        assert (code, "rewritten" in errors or "not those" in errors) == (1, True), errors
        assert len(list((tmp_path / "copy" / "2026" / "refused").iterdir())) == 1
        refused = await recoup("verify", f"{url}/log", *key, api_key="wrong")
        nothing = await recoup("verify", f"{url}/nowhere", *key)
    assert (refused[0], "RECOUP_API_KEY" in refused[2]) == (2, True)
    assert (nothing[0], "no checkpoint" in nothing[2]) == (2, True)
    code, _, errors = await recoup("verify", copy, *key)
    assert code == 0, errors


async def test_a_witness_process_holds_the_log_to_what_it_saw(log: LogHouse, tmp_path: Path) -> None:
    key = ["--key", log.key.encode()]
    async with serving(app_of(log)) as url:
        async with witnessing(log, tmp_path) as (witness_url, witness_key):
            demands = ["--witness-key", witness_key, "--witness", witness_url]
            code, _, errors = await recoup("verify", f"{url}/log", *key, *demands)
            assert (code, "cosigned nothing" in errors) == (1, True), errors
            assert await submitter(log, witness_url, witness_key).step() == 1
            code, _, errors = await recoup("verify", f"{url}/log", *key, *demands)
            assert code == 0, errors
        async with witnessing(log, tmp_path) as (witness_url, again):
            assert again == witness_key, "a restarted witness is the same one"
            await log.grow(100)
            assert await submitter(log, witness_url, again).step() == 1
            await log.execute(
                "DELETE FROM log_entry WHERE leaf_index >= 300",
                "DELETE FROM checkpoint WHERE size > 300",
                "DELETE FROM cosignature WHERE size > 300",
                "UPDATE log_head SET size = 300",
            )
            demands = ["--witness-key", witness_key, "--witness", witness_url, "--json"]
            code, output, errors = await recoup("verify", f"{url}/log", *key, *demands)
            assert code == 1, errors
            (told,) = reports(output)
            assert {finding["check"] for finding in told["first_findings"]} == {"witness"}


async def test_a_second_witness_process_on_the_same_memory_does_not_start(
    log: LogHouse, tmp_path: Path
) -> None:
    async with witnessing(log, tmp_path) as (_, witness_key):
        Verifier.parse(witness_key)
        words = [
            "witness",
            "--log-key",
            log.key.encode(),
            "--state",
            state_of(tmp_path),
            "--name",
            "witness.example",
        ]
        code, _, errors = await recoup(*words, "--listen", f"{HOST}:{free_port()}")
    assert (code, "in use" in errors) == (2, True), errors


async def test_a_killed_witness_remembers(log: LogHouse, tmp_path: Path) -> None:
    port = free_port()
    words = [
        "witness",
        "--listen",
        f"{HOST}:{port}",
        "--log-key",
        log.key.encode(),
        "--state",
        state_of(tmp_path),
    ]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "recoup.main", "audit", *words, "--name", "witness.example"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    url = f"http://{HOST}:{port}"
    await answering(url)
    witness_key = (tmp_path / "state" / "witness.vkey").read_text().strip()
    assert await submitter(log, url, witness_key).step() == 1
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await log.rewrite(17)
    await log.grow(1)
    async with witnessing(log, tmp_path) as (url, again):
        assert await submitter(log, url, again).step() == 0
