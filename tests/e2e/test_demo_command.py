"""`recoup demo`, as a person runs it."""

import json
import subprocess
import sys
from pathlib import Path

import psutil


def test_the_demo_runs_once_reconciles_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    words = ["demo", "--accounts", "150", "--days", "4", "--once", "--json", "--folder", str(folder)]
    finished = subprocess.run(
        [sys.executable, "-m", "recoup.main", *words, "--port-offset", "25000"],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        cwd=tmp_path,
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
