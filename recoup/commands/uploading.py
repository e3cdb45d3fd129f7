"""`recoup upload`: a file of accounts, payments or customers, sent to intake and watched."""

import asyncio
import json
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.progress import Progress

from recoup.commands.audit_reading import API_KEY_VARIABLE, api_key_for
from recoup.commands.options import DEFAULT_FOLDER, FolderOption, JsonOption, run_async
from recoup.errors import Mistake
from recoup.stores import find_stores

LOOK_AGAIN_SECONDS = 0.5
MOST_SHOWN = 20
_FINISHED = ("done", "refused", "failed")


class Kind(StrEnum):
    """What the rows of the file are."""

    ACCOUNTS = "accounts"
    PAYMENTS = "payments"
    CUSTOMERS = "customers"


def upload(
    file: Annotated[Path, typer.Argument(help="CSV, JSON lines or XLSX.")],
    kind: Annotated[Kind, typer.Option("--kind", help="What the rows are.")],
    best_effort: Annotated[
        bool, typer.Option("--best-effort", help="Apply the good rows though others are wrong.")
    ] = False,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="JSON: which column is which field; see the handbook.")
    ] = None,
    api: Annotated[
        str | None, typer.Option("--api", help=f"Intake's URL; the key is taken from {API_KEY_VARIABLE}.")
    ] = None,
    wait: Annotated[int, typer.Option(min=0, help="Seconds to wait for the worker; 0: do not wait.")] = 1800,
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Upload a file; exit code 1 where rows were refused."""
    if not file.is_file():
        raise Mistake(f"{file} is not there, or is no file. Nothing was uploaded.")
    mode = "best_effort" if best_effort else "all_or_nothing"
    document = {"kind": kind, "mode": mode, "mapping": _mapping(mapping)}
    url = api or find_stores(folder).apis["intake"]
    found, errors = run_async(_run(url, api_key_for(url, folder), file, document, wait))
    if as_json:
        typer.echo(json.dumps({**found, "errors": errors}))
    else:
        _say(file, found, errors)
    if found["refused"] or found["status"] in ("refused", "failed"):
        raise typer.Exit(1)


def _mapping(path: Path | None) -> Any:
    if path is None:
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise Mistake(f"{path} is no JSON document: {error}. Nothing was uploaded.") from None


async def _run(
    url: str, key: str | None, file: Path, document: dict[str, Any], wait: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    headers = {} if key is None else {"X-API-Key": key}
    limits = httpx.Timeout(60, write=600, read=600)
    try:
        async with httpx.AsyncClient(
            base_url=url, headers=headers, timeout=limits, trust_env=False
        ) as client:
            with file.open("rb") as content:
                fields = {"document": json.dumps(document)}
                sent = await client.post("/uploads", data=fields, files={"file": (file.name, content)})
            found = _answer(sent)
            if wait:
                found = await _watched(client, found, file.name, wait)
            path = f"/uploads/{found['upload_id']}/errors"
            page = _answer(await client.get(path, params={"limit": MOST_SHOWN}))
            return found, page["items"]
    except httpx.HTTPError as error:
        raise Mistake(f"{url} does not answer ({type(error).__name__}). Is the platform running?") from None


async def _watched(client: httpx.AsyncClient, found: dict[str, Any], name: str, wait: int) -> dict[str, Any]:
    deadline = time.monotonic() + wait
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        while found["status"] not in _FINISHED:
            if time.monotonic() > deadline:
                raise Mistake(
                    f"Upload {found['upload_id']} is at line {found['line']} after {wait} seconds. It goes "
                    "on; the same command shows how far it is. Is intake's worker running?"
                )
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            found = _answer(await client.get(f"/uploads/{found['upload_id']}"))
            bar.update(task, completed=found["line"], total=found["lines"])
    return found


def _answer(answer: httpx.Response) -> dict[str, Any]:
    """The body; Mistake with what the API says."""
    if answer.status_code in (401, 403):
        raise Mistake(
            f"Intake answers {answer.status_code}: put an API key that may write into {API_KEY_VARIABLE}."
        )
    try:
        body: dict[str, Any] = answer.json()
    except ValueError:
        raise Mistake(f"Intake answers {answer.status_code} without a document.") from None
    if not answer.is_success:
        lines = [f"{each['field']}: {each['message']}" for each in body.get("errors") or []]
        raise Mistake("\n  ".join([body.get("detail") or body["title"], *lines]))
    return body


def _say(file: Path, found: dict[str, Any], errors: list[dict[str, Any]]) -> None:
    console = Console(stderr=True, highlight=False)
    counts = f"{found['applied']} applied, {found['repeats']} known before, {found['refused']} rows refused"
    console.print(f"{file.name}: {found['status']}, {counts} (upload {found['upload_id']})")
    if found["status"] == "refused":
        console.print("Nothing of the file was applied.", style="red")
    for each in errors:
        where = f"line {each['line']}, {each['field']}"
        console.print(f"  {where}: {each['message']}. {each['remedy']}", markup=False, soft_wrap=True)
    if len(errors) == MOST_SHOWN:
        console.print(f"  all of them: GET /uploads/{found['upload_id']}/errors.csv")
