"""`recoup demo`: the platform at work on a simulated portfolio."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from recoup.commands.options import (
    DEFAULT_FOLDER,
    DatabaseOption,
    FolderOption,
    JsonOption,
    KafkaOption,
    PortOffsetOption,
    run_async,
)
from recoup.commands.reconciling import show_findings
from recoup.commands.up import forget, introduce, reporter
from recoup.errors import Mistake
from recoup.local.folders import require_folder
from recoup.local.postgres import Postgres
from recoup.local.stack import Stack, StackOptions
from recoup.local.supervisor import Supervisor
from recoup.reconciliation import Finding, reconcile
from recoup.simulation import START, Simulation
from recoup.stores import STACK_FILE, running_in
from recoup.world import World
from shared.calendar.clock import set_file_clock


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How large, how long, and what to print."""

    accounts: int
    days: int
    seed: int
    once: bool
    as_json: bool


def demo(
    accounts: Annotated[int, typer.Option(min=1, max=1_000_000, help="Loan accounts.")] = 500,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days to simulate.")] = 10,
    seed: Annotated[int, typer.Option(help="The same seed gives the same run.")] = 1,
    once: Annotated[bool, typer.Option("--once", help="Stop after the summary.")] = False,
    folder: FolderOption = DEFAULT_FOLDER.parent / "demo",
    kafka: KafkaOption = None,
    database: DatabaseOption = None,
    port_offset: PortOffsetOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Start everything, simulate days of a portfolio, then prove that nothing was lost.

    Borrowers pay, promise, ignore, complain and opt out. Ends with a summary and the reconciliation.
    """
    require_folder(folder)
    _begin_anew(folder)
    clock = folder.absolute() / "clock"
    set_file_clock(clock, START)
    stack = StackOptions(
        folder=folder,
        kafka=kafka,
        database=database,
        clock=f"file:{clock}",
        port_offset=port_offset,
        console=not (once and as_json),
    )
    run_async(_demo(stack, DemoOptions(accounts, days, seed, once, as_json)))


def _begin_anew(folder: Path) -> None:
    """A demo starts with an empty book: the data of the last one in this folder go."""
    if (folder / STACK_FILE).exists() and running_in(folder):
        raise Mistake(f"A platform is running in {folder}. Stop it, or give another folder with --folder.")
    if (folder / "postgres").exists():
        run_async(Postgres(folder / "postgres").discard())


async def _demo(options: StackOptions, wish: DemoOptions) -> None:
    console = Console(stderr=True)
    reconciled = False
    async with Supervisor(reporter(console)) as supervisor:
        stack = Stack(options, supervisor)
        try:
            with console.status("starting …") as status:
                stack.say = lambda part: status.update(f"starting: {part} …")
                await stack.start()
            if not wish.as_json:
                introduce(stack, console)
            happened, findings = await _simulate(stack, wish, console)
            reconciled = all(finding.missing == 0 for finding in findings)
            if wish.as_json:
                typer.echo(json.dumps(_report(happened, reconciled), ensure_ascii=False))
            else:
                _show(console, happened, findings)
            if not wish.once:
                console.print("The platform stays up: look at the console. Ctrl-C stops everything.")
                await supervisor.wait()
        finally:
            forget(options.folder)
    if wish.once and not reconciled:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Happened:
    """What reporting and the outside world counted."""

    stages: list[dict[str, Any]]
    outside: dict[str, Any]


async def _simulate(stack: Stack, wish: DemoOptions, console: Console) -> tuple[Happened, list[Finding]]:
    world = World(stack.addresses.gateway_url, stack.keys.control_token)
    clock = stack.options.folder.absolute() / "clock"
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=wish.as_json) as bar:
        task = bar.add_task(f"{wish.accounts} accounts", total=None)
        simulation = Simulation(stack.stores(), world, clock, wish.accounts, wish.days, wish.seed)
        simulation.on_step = lambda done, total, now: bar.update(
            task, completed=done, total=total, description=f"{now:%Y-%m-%d %H:%M}"
        )
        await simulation.run()
    return Happened(await _stages(stack), await world.summary()), await reconcile(stack.stores())


async def _stages(stack: Stack) -> list[dict[str, Any]]:
    headers = {"X-API-Key": stack.keys.operator_api_key}
    async with httpx.AsyncClient(base_url=stack.addresses.url("reporting"), headers=headers) as client:
        response = await client.get("/figures/funnel", timeout=30)
        response.raise_for_status()
        stages: list[dict[str, Any]] = response.json()["stages"]
        return stages


def _report(happened: Happened, reconciled: bool) -> dict[str, Any]:
    """For machines: each figure of the funnel by its id."""
    rows = [row for stage in happened.stages for row in (stage, *stage["exits"])]
    funnel = {row["metric"]["id"]: row["count"] for row in rows}
    return {"funnel": funnel, "outside_world": happened.outside, "reconciled": reconciled}


def _show(console: Console, happened: Happened, findings: list[Finding]) -> None:
    table = Table("", "", "count", title="What happened 结果")
    for stage in happened.stages:
        table.add_row(stage["metric"]["name_en"], stage["metric"]["name_zh"], str(stage["count"]))
        for left in stage["exits"]:
            names = f"  {left['metric']['name_en']}", left["metric"]["name_zh"]
            table.add_row(*names, str(left["count"]), style="dim")
    console.print(table)
    outside = happened.outside
    console.print(
        f"Outside: {outside['accounts']} accounts, {sum(outside['messages'].values())} messages received, "
        f"{outside['payments']} payments of {outside['paid']} {outside['currency']}, reactions "
        f"{outside['reactions']}",
        highlight=False,
    )
    show_findings(console, findings)
