"""`recoup up`: the whole platform on this machine, until Ctrl-C."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.table import Table

from recoup.commands.options import (
    DEFAULT_FOLDER,
    DatabaseOption,
    FolderOption,
    KafkaOption,
    PortOffsetOption,
    run_async,
)
from recoup.local.stack import Stack, StackOptions
from recoup.local.supervisor import Happening, Supervisor, What
from recoup.services import SERVICES, Process
from recoup.stores import STACK_FILE


def up(
    folder: FolderOption = DEFAULT_FOLDER,
    kafka: KafkaOption = None,
    database: DatabaseOption = None,
    port_offset: PortOffsetOption = 0,
) -> None:
    """Start database, broker, all services and a simulated outside world; Ctrl-C stops all.

    The embedded broker keeps its log in memory: when it dies it is started anew and refilled.
    """
    options = StackOptions(folder=folder, kafka=kafka, database=database, port_offset=port_offset)
    run_async(_up(options))


async def _up(options: StackOptions) -> None:
    console = Console(stderr=True)
    async with Supervisor(reporter(console)) as supervisor:
        stack = Stack(options, supervisor)
        try:
            with console.status("starting …") as status:
                stack.say = lambda part: status.update(f"starting: {part} …")
                await stack.start()
            introduce(stack, console)
            await supervisor.wait()
        finally:
            forget(options.folder)
    console.print("stopped")


def forget(folder: Path) -> None:
    """The stack no longer runs: other commands must not look for it."""
    with suppress(OSError):
        (folder / STACK_FILE).unlink(missing_ok=True)


def reporter(console: Console, *, quiet: bool = False) -> Callable[[Happening], None]:
    """Says what happens to processes; when quiet, only what goes wrong."""

    def report(happening: Happening) -> None:
        bad = happening.what in (What.DIED, What.NOT_RESTARTED)
        if bad or (not quiet and happening.what is What.RESTARTING):
            console.print(f"{happening.process}: {happening.what} {happening.detail}", highlight=False)

    return report


def introduce(stack: Stack, console: Console) -> None:
    """Print where everything is and how to authenticate."""
    table = Table(title="Recoup", show_header=True)
    table.add_column("part")
    table.add_column("where", overflow="fold")
    if stack.options.console:
        table.add_row("console 控制台", stack.addresses.url("reporting", Process.CONSOLE))
    for name in SERVICES:
        table.add_row(f"{name} API", f"{stack.addresses.url(name)}/openapi.json")
    table.add_row("Kafka", stack.addresses.kafka)
    table.add_row("logs 日志", str((stack.options.folder / "logs").absolute()))
    console.print(table)
    console.print(
        f"Authenticate with the header  X-API-Key: {stack.keys.operator_api_key}\n"
        f"(in the console, log in with the same key; it is kept in {stack.options.folder}/keys.json)\n"
        f"What takes two persons, the second does with {stack.keys.second_api_key}",
        highlight=False,
        soft_wrap=True,
    )
    console.print("Ctrl-C stops everything. 按 Ctrl-C 停止。")
