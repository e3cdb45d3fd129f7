"""Real card accounts, six months of them, through all services."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import text

from recoup.local.stack import Stack

ACCOUNTS = 3000


async def recoup(stack: Stack, *words: str) -> tuple[int, str]:
    """Run the command against the stack; returns its exit code and standard output."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "recoup.main",
        *words,
        "--folder",
        str(stack.options.folder),
        stdout=asyncio.subprocess.PIPE,
        cwd=stack.options.folder,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_three_thousand_real_accounts_go_through_all_services_and_reconcile(
    stack: Stack, real_data: Path
) -> None:
    file = real_data / "uci-credit-default-labelled.csv.gz"
    words = ["import", str(file), "--format", "uci-credit", "--limit", str(ACCOUNTS), "--json"]
    code, output = await recoup(stack, *words)
    report: dict[str, Any] = json.loads(output)[0]
    assert (code, report["rejected"]) == (0, 0)
    assert report["by_type"]["corebank.account.snapshot.v1"] == ACCOUNTS * 6
    assert report["by_type"]["corebank.customer.changed.v1"] == ACCOUNTS
    code, output = await recoup(stack, "reconcile", "--json")
    reconciliation = json.loads(output)
    broken = [finding for finding in reconciliation["findings"] if finding["missing"]]
    assert (code, broken) == (0, [])
    assert await _overdue(stack) == _late_in_september(file)


async def _overdue(stack: Stack) -> int:
    engine = stack.stores().engine("intake")
    async with engine.connect() as connection:
        count: int = (
            await connection.execute(
                text("SELECT count(*) FROM account WHERE overdue AND account_id LIKE 'card-%'")
            )
        ).scalar_one()
    await engine.dispose()
    return count


def _late_in_september(file: Path) -> int:
    """A plain reading of the file: a status of 1 or more in September and something on the statement."""
    import csv
    import gzip

    with gzip.open(file, "rt") as rows:
        first = [row for _, row in zip(range(ACCOUNTS), csv.DictReader(rows), strict=False)]
    return sum(int(row["PAY_0"]) >= 1 and float(row["BILL_AMT1"]) > 0 for row in first)
