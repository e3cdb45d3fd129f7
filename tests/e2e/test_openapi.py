"""Every endpoint of every service, by what its OpenAPI document promises: no 5xx on any input."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from recoup.local.stack import Stack
from recoup.services import SERVICES

_SECONDS = 400.0
_LONG_SECONDS = 1800.0
_QUICK = ("--phases", "examples,fuzzing", "--max-examples", "8")
_THOROUGH = ("--phases", "examples,coverage,fuzzing", "--max-examples", "25")
"""Every boundary of every parameter as well; for `make chaos`, where there is time."""

Runs = Mapping[str, "asyncio.Task[tuple[int, str]]"]


@pytest_asyncio.fixture(scope="module")
async def runs(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runs]:
    """A run against each service, side by side: each waits for its own answers much of the time."""
    if stack.broker is None:
        pytest.skip("the broker does not matter here: done on the embedded one")
    folder = tmp_path_factory.mktemp("schemathesis")
    tasks = {name: asyncio.create_task(_run(stack, name, folder / name, _QUICK)) for name in SERVICES}
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


@pytest.mark.timeout(_SECONDS + 50)
@pytest.mark.parametrize("service", list(SERVICES))
async def test_no_input_makes_an_api_fail(runs: Runs, service: str) -> None:
    code, output = await runs[service]
    assert code == 0, output[-6000:]


@pytest.mark.slow
@pytest.mark.timeout(_LONG_SECONDS + 50)
@pytest.mark.parametrize("service", list(SERVICES))
async def test_no_boundary_of_any_parameter_makes_an_api_fail(
    stack: Stack, tmp_path: Path, service: str
) -> None:
    if stack.broker is None:
        pytest.skip("the broker does not matter here: done on the embedded one")
    code, output = await _run(stack, service, tmp_path / service, _THOROUGH, _LONG_SECONDS)
    assert code == 0, output[-6000:]


async def _run(
    stack: Stack, service: str, folder: Path, extent: Sequence[str], seconds: float = _SECONDS
) -> tuple[int, str]:
    folder.mkdir()
    words = [
        *("run", f"{stack.addresses.url(service)}/openapi.json"),
        *("-H", f"X-API-Key: {stack.keys.operator_api_key}"),
        *("--checks", "not_a_server_error,response_schema_conformance,content_type_conformance"),
        *extent,
        *("--seed", "1", "--request-timeout", "10"),
    ]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", *words),
        stdout=asyncio.subprocess.PIPE,
        cwd=folder,  # it keeps what it found where it runs
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), seconds)
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode or 0, output.decode()
