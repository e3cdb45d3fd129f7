"""Every endpoint of every service, by what its OpenAPI document promises: no 5xx on any input."""

import asyncio
import sys
from pathlib import Path

import pytest

from recoup.local.stack import Stack
from recoup.services import SERVICES


@pytest.mark.usefixtures("only_embedded")
@pytest.mark.parametrize("service", list(SERVICES))
async def test_no_input_makes_an_api_fail(stack: Stack, service: str, tmp_path: Path) -> None:
    words = [
        *("run", f"{stack.addresses.url(service)}/openapi.json"),
        *("-H", f"X-API-Key: {stack.keys.operator_api_key}"),
        *("--checks", "not_a_server_error,response_schema_conformance,content_type_conformance"),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", "15"),
        *("--seed", "1", "--request-timeout", "10"),
    ]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", *words),
        stdout=asyncio.subprocess.PIPE,
        cwd=tmp_path,  # it keeps what it found where it runs
    )
    output, _ = await asyncio.wait_for(process.communicate(), 250)
    assert process.returncode == 0, output.decode()[-6000:]
