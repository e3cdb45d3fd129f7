"""`recoup demo`, as a person runs it."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest_asyncio

from recoup.local.postgres import Postgres
from tests.support.platform import own_port_offset


@pytest_asyncio.fixture
async def folder(tmp_path: Path) -> AsyncIterator[Path]:
    """Where the demo works; its database, which it keeps to be looked at, goes with the test."""
    yield tmp_path / "demo"
    await Postgres(tmp_path / "demo" / "postgres").discard()


def test_the_demo_runs_once_reconciles_and_leaves_nothing_behind(folder: Path) -> None:
    words = ["demo", "--accounts", "120", "--days", "2", "--once", "--json", "--folder", str(folder)]
    with own_port_offset() as offset:
        finished = subprocess.run(
            [sys.executable, "-m", "recoup.main", *words, "--port-offset", str(offset)],
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            cwd=folder.parent,
        )
    assert finished.returncode == 0, finished.stderr[-3000:]
    report = json.loads(finished.stdout)
    assert report["reconciled"] is True
    assert report["outside_world"]["messages"]["sms"] > 0
    assert report["funnel"]["contacts_dispatched"] > 0
    left = [
        process.info["cmdline"]
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or ())
    ]
    assert left == []
