"""`recoup audit completeness`: was every contact that providers made decided, and is it in the log?"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from recoup.commands.audit_reading import http_client, is_url, local_stores, require_success
from recoup.commands.options import DEFAULT_FOLDER, FolderOption, JsonOption, run_async
from recoup.errors import Mistake

Item = dict[str, Any]
_COLUMNS = ("day", "provider", "state", "records", "permitted", "open_violations", "open_discrepancies")


@dataclass(frozen=True, slots=True)
class _Account:
    """What compliance says of the days: their comparisons, open findings, and days of which it has none."""

    runs: Sequence[Item]
    findings: Sequence[Item]
    missing: Sequence[Item]

    @property
    def violations(self) -> list[Item]:
        return [finding for finding in self.findings if finding["is_violation"]]

    @property
    def not_compared(self) -> list[Item]:
        return [*self.missing, *(run for run in self.runs if run["completed_at"] is None)]

    @property
    def complete(self) -> bool:
        """Whether all was compared and no violation is open."""
        return bool(self.runs) and not self.not_compared and not self.violations


def completeness(
    first: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="The first day.")] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="The last day, inclusive.")
    ] = None,
    api: Annotated[str | None, typer.Option("--api", help="Compliance's URL; else the stack's.")] = None,
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Tell how providers' own records compare with the log, by day. Exit 1 where that shows no completeness.

    That is: a violation is open, a day was not compared, or no day was. Days are the providers' own.
    """
    begin, end = _day(first, "--from"), _day(last, "--to")
    if begin and end and end < begin:
        raise Mistake("--to is before --from.")
    account = run_async(_account(_url(api, folder), folder, begin, end))
    if as_json:
        shown = {"runs": account.runs, "findings": account.findings, "missing": account.missing}
        typer.echo(json.dumps({"complete": account.complete, **shown}))
    else:
        _show(account)
    if not account.complete:
        raise typer.Exit(1)


async def _account(url: str, folder: Path, first: date | None, last: date | None) -> _Account:
    days = {"from": first, "to": last}
    query = {name: str(day) for name, day in days.items() if day is not None}
    async with http_client(url, folder) as client:
        runs = await _items(client, f"{url}/completeness", query)
        found = await _items(client, f"{url}/completeness/findings", {"open": "true"})
    inside = [one for one in found if (str(first or "") <= one["day"] <= str(last or date.max))]
    return _Account(runs, inside, _missing(runs, first, last))


def _missing(runs: Sequence[Item], first: date | None, last: date | None) -> list[Item]:
    """Days asked for, or between those that a provider has, of which there is nothing."""
    known: dict[str, set[date]] = {}
    for run in runs:
        known.setdefault(run["provider"], set()).add(date.fromisoformat(run["day"]))
    return [
        {"provider": provider, "day": str(day)}
        for provider, days in sorted(known.items())
        for day in _between(first or min(days), last or max(days))
        if day not in days
    ]


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


async def _items(client: httpx.AsyncClient, url: str, query: dict[str, str]) -> list[Item]:
    found: list[Item] = []
    cursor: dict[str, str] = {}
    while True:
        try:
            answer = await client.get(url, params={**query, "limit": "200", **cursor})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Mistake(f"{url} does not answer ({type(error).__name__}).") from None
        require_success(answer, url)
        page = answer.json()
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def _url(api: str | None, folder: Path) -> str:
    if api is None:
        stores = local_stores(folder)
        if stores is None:
            raise Mistake("Give compliance's URL with --api, or the folder of a running platform: --folder.")
        api = stores.apis["compliance"]
    if not is_url(api):
        raise Mistake(f"{api} is no URL; it looks like https://compliance.bank.example")
    return api.rstrip("/")


def _day(text: str | None, option: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise Mistake(f"{option} {text} is no day; it looks like 2026-03-02") from None


def _show(account: _Account) -> None:
    console = Console(stderr=True, highlight=False)
    table = Table(*(name.replace("_", " ") for name in _COLUMNS), title="Completeness 完整性核对")
    for run in reversed(account.runs):
        table.add_row(*(str(run[name]) for name in _COLUMNS))
    console.print(table)
    for finding in account.findings:
        what = "violation 违规" if finding["is_violation"] else "discrepancy 差异"
        place = finding["message_id"] or finding["contact_id"]
        line = f"{what}: {finding['rule_id']}: {finding['provider']} {finding['day']} {place}"
        console.print(
            line, style="red" if finding["is_violation"] else "yellow", markup=False, soft_wrap=True
        )
    for day in account.not_compared:
        why = day.get("problem") or "not compared"
        line = f"not compared 未核对: {day['provider']} {day['day']}: {why}"
        console.print(line, style="red", markup=False, soft_wrap=True)
    console.print("✓ complete 完整" if account.complete else "✗ NOT shown complete 未能证明完整")
