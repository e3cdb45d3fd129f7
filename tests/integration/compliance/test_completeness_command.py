"""`recoup audit completeness` against a served API."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from services.compliance.main import api
from tests.conftest import EngineFor
from tests.integration.compliance.commands import recoup, serving
from tests.integration.compliance.completeness_house import DAY, NEXT_DAY, Books, books

ONE_DAY = timedelta(days=1)


@pytest_asyncio.fixture
async def both(engine_for: EngineFor, tmp_path: Path) -> AsyncIterator[Books]:
    async with books(engine_for, tmp_path / "journal") as made:
        yield made


def answer(output: str) -> Any:
    """The JSON among the lines that the server in this process logs."""
    (line,) = (line for line in output.splitlines() if line.startswith('{"complete"'))
    return json.loads(line)


async def test_the_command_says_whether_days_are_shown_complete(both: Books, tmp_path: Path) -> None:
    async with serving(api(both.house.runtime())) as url:
        words = ["completeness", "--api", url, "--folder", str(tmp_path)]
        code, _, said = await recoup(*words)
        assert (code, "NOT shown complete" in said) == (1, True), "nothing was compared"
        await both.sent()
        await both.compared()
        code, output, _ = await recoup(*words, "--json")
        assert (code, answer(output)["complete"]) == (0, True)
        await both.sms("rogue-1")
        await both.compared(NEXT_DAY + ONE_DAY)
        code, output, _ = await recoup(*words, "--json")
        (finding,) = answer(output)["findings"]
        assert (code, finding["rule_id"]) == (1, "CONTACT-WITHOUT-DECISION")
        code, _, said = await recoup(*words)
        assert (code, f"CONTACT-WITHOUT-DECISION: sms {DAY + ONE_DAY}" in said) == (1, True)
        code, _, _ = await recoup(*words, "--to", str(DAY))
        assert code == 0, "the day before is complete"
        code, output, _ = await recoup(*words, "--from", str(DAY - ONE_DAY), "--to", str(DAY), "--json")
        assert code == 1
        assert answer(output)["missing"] == [{"provider": "sms", "day": str(DAY - ONE_DAY)}]
        code, output, _ = await recoup(*words, "--to", str(DAY + 2 * ONE_DAY), "--json")
        assert answer(output)["missing"] == [{"provider": "sms", "day": str(DAY + 2 * ONE_DAY)}]


async def test_what_cannot_be_asked_is_said_in_a_sentence(tmp_path: Path) -> None:
    words = ["completeness", "--folder", str(tmp_path)]
    for more in (
        ["--api", "nowhere"],
        ["--api", "http://127.0.0.1:1"],
        ["--from", "yesterday"],
        ["--from", "2026-03-02", "--to", "2026-03-01"],
        [],
    ):
        code, _, said = await recoup(*words, *more)
        assert code == 2 and said, more
