"""`recoup policy`: check, compare and try out policies before anybody approves them."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
import yaml
from rich.console import Console
from rich.table import Table

from recoup.commands.options import DEFAULT_FOLDER, FolderOption, JsonOption, run_async
from recoup.errors import Mistake
from recoup.policy_simulation import Costs, dry_run
from recoup.stores import find_stores
from services.strategy.domain.policy import Policy
from services.strategy.policies_in_force import Policies
from services.strategy.policy.diff import changes
from services.strategy.policy.problems import PolicyError
from services.strategy.policy_file import SHIPPED, ReadPolicy, read_file
from shared.calendar.clock import clock_from
from shared.contracts.vocabulary import Channel

app = typer.Typer(help="Policies: check, compare, try out on the live book.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(help="The policy's YAML file.")]
_STANDARD = SHIPPED / "standard.yaml"


@app.callback()
def _group() -> None:
    """Policies."""


@app.command()
def check(file: FileArgument, as_machine: JsonOption = False) -> None:
    """Say whether a policy can be used, and everything that is wrong with line, column, field and remedy.

    Nothing is asked of a platform. Exit codes: 0 it can be used; 2 it cannot.
    """
    found = _read(file)
    if as_machine:
        said = {"policy": found.policy.tag, "digest": found.policy.digest, "segments": _segments(found)}
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    typer.echo(f"{found.policy.tag} can be used ({found.policy.digest[:12]}).")
    table = Table("segment", "stage", "owner", "priority", "steps", "end")
    for segment in _segments(found):
        table.add_row(*(str(value) for value in segment.values()))
    Console().print(table)


@app.command()
def diff(
    before: FileArgument,
    after: Annotated[Path, typer.Argument(help="The policy's YAML file that would take its place.")],
    as_machine: JsonOption = False,
) -> None:
    """Say what differs between two policies, field by field."""
    one, other = _read(before), _read(after)
    found = changes(one.document, other.document)
    if as_machine:
        typer.echo(json.dumps([each._asdict() for each in found], ensure_ascii=False))
        return
    table = Table("field", one.policy.tag, other.policy.tag)
    for change in found:
        table.add_row(change.path, _short(change.before), _short(change.after))
    Console().print(table if found else "They say the same.")


@app.command()
def simulate(
    file: FileArgument,
    against: Annotated[
        Path | None, typer.Option(help="Compare with this policy; with the one in force if not given.")
    ] = None,
    costs: Annotated[
        Path | None, typer.Option(help="A YAML file with `currency` and a cost for each channel.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="How far to look ahead.")] = 30,
    folder: FolderOption = DEFAULT_FOLDER,
    as_machine: JsonOption = False,
) -> None:
    """Try a policy on every open case: who would move where, how many contacts, at what cost.

    Reads only. Assumed is that nothing happens but time, so contacts are the most that a policy asks for.
    """
    candidate = _read(file).policy
    base = _read(against or _STANDARD)
    prices = None if costs is None else _costs(costs)
    report = run_async(_simulate(folder, base, against is not None, candidate, days, prices))
    if as_machine:
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        _show(report)


async def _simulate(
    folder: Path, base: ReadPolicy, fixed: bool, candidate: Policy, days: int, costs: Costs | None
) -> dict[str, Any]:
    stores = find_stores(folder)
    now: datetime = clock_from(stores.clock).now()
    engine = stores.engine("strategy")
    policies = Policies(base.policy, base.document)
    try:
        async with engine.connect() as connection:
            if not fixed:
                await policies.follow_latest(connection)
            run = await dry_run(connection, policies.at(now), candidate, now, days)
    finally:
        await engine.dispose()
    return run.report(costs)


def _read(path: Path) -> ReadPolicy:
    try:
        return read_file(path)
    except PolicyError as error:
        raise Mistake(str(error)) from None


def _costs(path: Path) -> Costs:
    try:
        given = yaml.safe_load(path.read_text())
        currency = msgspec.convert(given.pop("currency", None), str)
        return Costs(currency, msgspec.convert(given, dict[Channel, Decimal]))
    except (OSError, AttributeError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise Mistake(f"{path}: {error}. Write `currency: CNY` and lines such as `sms: 0.05`.") from None


def _segments(found: ReadPolicy) -> list[dict[str, Any]]:
    return [
        {
            "segment": segment.name,
            "stage": segment.stage,
            "owner": segment.owner,
            "priority": segment.priority,
            "steps": len(segment.ladder.steps),
            "end": segment.ladder.end,
        }
        for segment in found.policy.segments.values()
    ]


def _short(value: Any) -> str:
    if value is None:
        return "—"
    said = json.dumps(value, ensure_ascii=False)
    return said if len(said) <= 80 else f"{said[:77]}…"


def _show(report: dict[str, Any]) -> None:
    console = Console()
    console.print(
        f"{report['cases']} open cases: {report['moved']} would move from {report['running']} "
        f"to {report['candidate']}."
    )
    moves = Table("from", "to", "cases", title="Segments")
    for move in report["moves"]:
        moves.add_row(move["from"], move["to"], str(move["cases"]))
    console.print(moves)
    volumes = Table("channel", "running", "candidate", title=f"Contacts in {len(report['days'])} days")
    running, candidate = (report["contacts"].get(name, {}) for name in ("running", "candidate"))
    for channel in sorted({**running, **candidate}):
        counts = (str(volume.get(channel, {}).get("total", 0)) for volume in (running, candidate))
        volumes.add_row(channel, *counts)
    console.print(volumes)
    for name in ("cost", "expected_recovery"):
        if report[name] is not None:
            console.print_json(json.dumps({name: report[name]}, ensure_ascii=False))
