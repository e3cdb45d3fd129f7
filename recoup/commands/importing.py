"""`recoup import`: core-bank events from files."""

import json
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress as Bar

from recoup.commands.options import DEFAULT_FOLDER, FolderOption, JsonOption, run_async
from recoup.errors import Mistake
from recoup.imports.lines import EventLines
from recoup.imports.publishing import Published, Publisher
from recoup.imports.rows import Reader
from recoup.imports.tabular import SnapshotCsv
from recoup.imports.uci_credit import UciCredit
from recoup.settled import LogReader, settle
from recoup.stores import Stores, find_stores
from shared.calendar.clock import clock_from
from shared.stream.broker import BrokerError
from shared.stream.kafka import KafkaBroker


class Format(StrEnum):
    """Formats that can be imported."""

    UCI_CREDIT = "uci-credit"
    JSONL = "jsonl"
    CSV = "csv"


def import_file(
    files: Annotated[list[Path], typer.Argument(help="One or more files, plain or .gz.")],
    format: Annotated[Format, typer.Option("--format", help="What the files hold.")],
    folder: FolderOption = DEFAULT_FOLDER,
    limit: Annotated[
        int | None, typer.Option(min=1, help="uci-credit: only so many accounts a file.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="uci-credit: day of the last statement; yesterday by default.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Wait until all services have worked it off.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Publish core-bank events from files; rejected rows are kept in rejected-FILE.jsonl."""
    for path in files:
        if not path.is_file():
            raise Mistake(f"{path} is not there, or is no file. Nothing was published.")
    stores = find_stores(folder)
    reader = _reader(format, stores, until, limit)
    results = [run_async(_import(stores, path, reader)) for path in files]
    if wait:
        _wait(stores)
    _say(files, results, as_json)


def _reader(format: Format, stores: Stores, until: str | None, limit: int | None) -> Reader:
    if format is Format.JSONL:
        return EventLines()
    if format is Format.CSV:
        return SnapshotCsv()
    try:
        last = date.fromisoformat(until) if until else _today(stores) - timedelta(days=1)
    except ValueError:
        raise Mistake(f"--until {until} is no date; write it as 2026-03-31.") from None
    return UciCredit(last, limit=limit)


def _today(stores: Stores) -> date:
    return clock_from(stores.clock).now().date()


async def _import(stores: Stores, path: Path, reader: Reader) -> Published:
    broker = KafkaBroker(stores.kafka, "recoup-import", idempotence=stores.kafka_idempotence)
    rejects = Path(f"rejected-{path.name}.jsonl")
    console = Console(stderr=True)
    try:
        with Bar(console=console, transient=True) as bar:
            task = bar.add_task(path.name, total=path.stat().st_size * reader.passes)
            publisher = Publisher(
                broker, stores.partitions, rejects, lambda done: bar.update(task, completed=done)
            )
            return await _publish(stores, publisher, path, reader)
    except BrokerError as error:
        raise Mistake(f"The broker at {stores.kafka} does not answer: {error}") from None


async def _publish(stores: Stores, publisher: Publisher, path: Path, reader: Reader) -> Published:
    """Publish; again, if the broker lost its log meanwhile: repeats are dropped by their event ids."""
    while True:
        before = await _log_id(stores)
        done = await publisher.publish(reader.read(path))
        if await _log_id(stores) == before:
            return done


async def _log_id(stores: Stores) -> str:
    async with LogReader(stores) as reader:
        look = await reader.look()
    if look is None:
        raise BrokerError("it has no topics yet; is the platform running?")
    return look.log_id


def _wait(stores: Stores) -> None:
    with Console(stderr=True).status("waiting until all services have worked it off …"):
        left = run_async(settle(stores, clock_from(stores.clock).now(), 1800))
    if left.total:
        raise Mistake(f"{left.total} things are still under way after half an hour: see `recoup reconcile`.")


def _say(files: list[Path], results: list[Published], as_json: bool) -> None:
    report: list[dict[str, Any]] = [
        {
            "file": path.name,
            "events": done.events,
            "by_type": done.by_type,
            "rejected": done.rejected,
            "rejected_file": f"rejected-{path.name}.jsonl" if done.rejected else None,
        }
        for path, done in zip(files, results, strict=True)
    ]
    if as_json:
        typer.echo(json.dumps(report))
        return
    console = Console(stderr=True)
    for entry in report:
        console.print(
            f"{entry['file']}: {entry['events']} events published, {entry['rejected']} rows rejected"
        )
        if entry["rejected"]:
            console.print(f"  rejected rows, with field and reason: {entry['rejected_file']}")
