"""`recoup retention`: what has to be deleted, and deleting it."""

import asyncio
import json
import uuid
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table

from recoup.commands.audit_reading import http_client, local_stores, require_success
from recoup.commands.options import DEFAULT_FOLDER, FolderOption, JsonOption, run_async
from recoup.errors import Mistake
from services.compliance.domain.retention.words import Verdict

app = typer.Typer(help="Delete what is neither kept by law nor needed; count it first.", no_args_is_help=True)
ApiOption = Annotated[str | None, typer.Option("--api", help="Compliance's URL; else the stack's.")]
_DONE, _PAUSE = "done", 0.5
_CONFLICT, _INVALID = 409, 422


@app.command("run")
def run_command(
    *,
    execute: Annotated[
        bool, typer.Option("--execute/--dry-run", help="Really delete, or only count (the default).")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Until the worker is done with it.")] = True,
    api: ApiOption = None,
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Judge all data about persons by the rule packs' duties; with --execute, delete what has to go.

    The worker of compliance does it; deleting needs a dry run of the last seven days. What is deleted cannot
    be brought back; each step leaves a leaf in the audit log.
    """
    url = _url(api, folder)
    found = run_async(_run(url, "execute" if execute else "dry_run", wait, folder))
    if as_json:
        typer.echo(json.dumps(found))
    else:
        _show(found)


@app.command("status")
def status_command(
    run_id: Annotated[str, typer.Argument(help="The run's id.")],
    api: ApiOption = None,
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """How far a run is, and what it found."""
    found = run_async(_status(_url(api, folder), run_id, folder))
    if as_json:
        typer.echo(json.dumps(found))
    else:
        _show(found)


def _url(api: str | None, folder: Path) -> str:
    if api is not None:
        return api.rstrip("/")
    stores = local_stores(folder)
    if stores is None:
        raise Mistake("No running platform was found; give compliance's URL with --api.")
    return stores.apis["compliance"]


async def _run(url: str, mode: str, wait: bool, folder: Path) -> dict[str, Any]:
    async with http_client(url, folder) as client:
        headers = {"Idempotency-Key": f"recoup-retention-{uuid.uuid4()}"}
        request = client.build_request("POST", f"{url}/retention/runs", json={"mode": mode}, headers=headers)
        run = await _answer(client, request)
        while wait and run["state"] != _DONE:
            await asyncio.sleep(_PAUSE)
            run = await _get(client, url, run["run_id"])
        return run


async def _status(url: str, run_id: str, folder: Path) -> dict[str, Any]:
    async with http_client(url, folder) as client:
        return await _get(client, url, run_id)


async def _get(client: httpx.AsyncClient, url: str, run_id: str) -> dict[str, Any]:
    return await _answer(client, client.build_request("GET", f"{url}/retention/runs/{run_id}"))


async def _answer(client: httpx.AsyncClient, request: httpx.Request) -> dict[str, Any]:
    url = str(request.url)
    try:
        answer = await client.send(request)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Mistake(f"{url} does not answer ({type(error).__name__}).") from None
    if answer.status_code in (404, _CONFLICT, _INVALID):
        raise Mistake(str(answer.json().get("detail", f"{url} answers {answer.status_code}.")))
    require_success(answer, url)
    found: dict[str, Any] = answer.json()
    return found


def _show(run: dict[str, Any]) -> None:
    console = Console(highlight=False)
    what = "would be deleted" if run["mode"] == "dry_run" else "deleted"
    console.print(f"{run['run_id']}: {run['mode']}, {run['state']}")
    table = Table("data", *(verdict.value for verdict in Verdict), what)
    for kind, counts in sorted(run["counts"].items()):
        gone = counts.get("due", 0) if run["mode"] == "dry_run" else run["erased"].get(kind, 0)
        table.add_row(kind, *(str(counts.get(verdict.value, 0)) for verdict in Verdict), str(gone))
    console.print(table)
