"""`recoup dlq`: dead letters: look, correct, replay."""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from recoup.commands.options import DEFAULT_FOLDER, FolderOption, JsonOption, run_async
from recoup.errors import Mistake
from recoup.local.keys import local_cipher
from recoup.services import SERVICES
from recoup.stores import Stores, find_stores
from shared.stream.dead_letters import payload_context

app = typer.Typer(help="Dead letters: records that could not be applied.", no_args_is_help=True)
_COLUMNS = (
    "dead_letter_id, topic, partition, record_offset, key, status, reason, explanation, behind, failed_at"
)
_OPEN = "settled_at IS NULL"

ServiceOption = Annotated[str | None, typer.Option("--service", help="Only this service's.")]


@app.callback()
def _group() -> None:
    """Dead letters."""


@app.command("list")
def list_letters(
    service: ServiceOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """List dead letters and what is parked behind them."""
    rows = run_async(_list(find_stores(folder), _services(service), everything, limit))
    if as_json:
        typer.echo(json.dumps(rows, default=str, ensure_ascii=False))
        return
    table = Table("service", "id", "topic", "status", "reason", "explanation", "failed at")
    for row in rows:
        table.add_row(
            row["service"],
            str(row["dead_letter_id"]),
            row["topic"],
            row["status"],
            row["reason"],
            row["explanation"],
            f"{row['failed_at']:%Y-%m-%d %H:%M:%S}",
        )
    Console().print(table)
    Console(stderr=True).print(f"{len(rows)} shown")


@app.command()
def show(
    service: Annotated[str, typer.Argument()],
    dead_letter_id: Annotated[int, typer.Argument()],
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Print one dead letter with its payload, opened. It may hold personal data."""
    typer.echo(run_async(_show(folder, _services(service)[0], dead_letter_id)))


@app.command()
def replay(
    service: Annotated[str, typer.Argument()],
    ids: Annotated[list[int] | None, typer.Argument(help="Which; or --all.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are dead.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 1000,
    corrected: Annotated[
        Path | None,
        typer.Option("--corrected", help='JSONL: {"dead_letter_id": 7, "payload": {...}, "type": "..."}'),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run/--go", help="Only say what would be replayed.")] = True,
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Apply dead letters again, with all that waits behind them. A dry run unless --go is given."""
    name = _services(service)[0]
    if not ids and not everything and corrected is None:
        raise Mistake("Name dead letters, give a file of corrected ones, or use --all.")
    corrections = _read_corrections(corrected) if corrected else {}
    wanted = sorted({*(ids or ()), *corrections}) or None
    marked = run_async(_replay(folder, name, wanted, corrections, limit, dry_run))
    verb = "would be replayed" if dry_run else "will be replayed by the worker now"
    Console(stderr=True).print(f"{marked} dead letters of {name} {verb}")


def _services(named: str | None) -> list[str]:
    if named is not None and named not in SERVICES:
        raise Mistake(f"{named}: no such service; there are {', '.join(SERVICES)}.")
    return [named] if named else list(SERVICES)


async def _list(stores: Stores, names: Sequence[str], everything: bool, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name in names:
        engine = stores.engine(name)
        async with engine.connect() as connection:
            rows = await connection.execute(
                text(
                    f"SELECT {_COLUMNS} FROM dead_letter WHERE :everything OR {_OPEN}"  # noqa: S608
                    " ORDER BY dead_letter_id LIMIT :limit"
                ),
                {"everything": everything, "limit": limit},
            )
            found += [{"service": name, **row} for row in rows.mappings()]
        await engine.dispose()
    return found


async def _show(folder: Path, name: str, identity: int) -> str:
    engine = find_stores(folder).engine(name)
    async with engine.connect() as connection:
        row = (
            (
                await connection.execute(
                    text(f"SELECT {_COLUMNS}, sealed_payload FROM dead_letter WHERE dead_letter_id = :id"),  # noqa: S608
                    {"id": identity},
                )
            )
            .mappings()
            .first()
        )
    await engine.dispose()
    if row is None:
        raise Mistake(f"{name} has no dead letter {identity}.")
    shown = dict(row)
    payload = local_cipher(folder).open_bytes(shown.pop("sealed_payload"), payload_context(name))
    shown["payload"] = payload.decode(errors="replace")
    return json.dumps(shown, default=str, ensure_ascii=False, indent=1)


def _read_corrections(path: Path) -> dict[int, dict[str, Any]]:
    if not path.is_file():
        raise Mistake(f"{path} is not there.")
    corrections: dict[int, dict[str, Any]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            corrections[int(entry["dead_letter_id"])] = {
                "payload": entry["payload"],
                "type": entry.get("type"),
            }
        except (ValueError, KeyError, TypeError):
            raise Mistake(
                f'{path}, line {number}: expected {{"dead_letter_id": 7, "payload": {{...}}}}. '
                "Nothing was replayed."
            ) from None
    return corrections


async def _replay(
    folder: Path,
    name: str,
    ids: list[int] | None,
    corrections: dict[int, dict[str, Any]],
    limit: int,
    dry_run: bool,
) -> int:
    engine = find_stores(folder).engine(name)
    chosen = "AND dead_letter_id = ANY(CAST(:ids AS bigint[]))" if ids is not None else ""
    async with engine.begin() as connection:
        rows = await connection.execute(
            text(
                f"SELECT dead_letter_id, headers FROM dead_letter WHERE status = 'dead' AND {_OPEN} {chosen}"  # noqa: S608
                " ORDER BY dead_letter_id LIMIT :limit FOR UPDATE"
            ),
            {"limit": limit, **({"ids": ids} if ids is not None else {})},
        )
        found = {row.dead_letter_id: row.headers for row in rows}
        if not dry_run:
            for identity, headers in found.items():
                await _mark(connection, folder, name, identity, headers, corrections.get(identity))
    await engine.dispose()
    return len(found)


_MARK = text(
    "UPDATE dead_letter SET status = 'replaying', sealed_payload = COALESCE(:sealed, sealed_payload),"
    " headers = CAST(:headers AS jsonb), explanation = explanation || :note"
    " WHERE dead_letter_id = :id"
)


async def _mark(
    connection: Any, folder: Path, name: str, identity: int, headers: Any, correction: dict[str, Any] | None
) -> None:
    sealed = None
    if correction is not None:
        raw = json.dumps(correction["payload"], ensure_ascii=False).encode()
        sealed = local_cipher(folder).seal_bytes(raw, payload_context(name))
        headers = corrected_headers(headers, identity, correction["type"])
    asked = f"replay asked {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    note = f" [{asked}, corrected]" if sealed else f" [{asked}]"
    values = {"id": identity, "sealed": sealed, "headers": json.dumps(headers), "note": note}
    await connection.execute(_MARK, values)


def corrected_headers(headers: Any, identity: int, type_: str | None) -> list[list[str]]:
    """The headers of a corrected record: those that were given and can be read, and those that it lacked."""
    given = {name: value for name, value in headers if name != "ce_time" and _is_text(value)}
    if type_ is not None:
        given["ce_type"] = _encoded(type_)
    given.setdefault("ce_id", _encoded(f"corrected-{identity}"))
    given.setdefault("ce_source", _encoded("/recoup/dlq"))
    return [[name, value] for name, value in given.items()]


def _encoded(value: str) -> str:
    return b64encode(value.encode()).decode()


def _is_text(value: str) -> bool:
    try:
        b64decode(value).decode()
    except ValueError:
        return False
    return True
