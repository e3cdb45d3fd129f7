"""`recoup lanes`: look at lanes, and decide about one that has lost events for good."""

from typing import Annotated

import typer
from rich.console import Console
from rich.prompt import Confirm
from sqlalchemy import text

from recoup.commands.options import DEFAULT_FOLDER, FolderOption, run_async
from recoup.errors import Mistake
from recoup.stores import find_stores

app = typer.Typer(help="Lanes between services.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Lanes between services."""


@app.command("accept-loss")
def accept_loss(
    consumer: Annotated[str, typer.Argument(help="The service whose lane is stopped.")],
    topic: Annotated[str, typer.Argument()],
    partition: Annotated[int, typer.Argument()],
    lane: Annotated[str, typer.Argument(help="SENDER/NUMBER, as the log names it.")],
    go_on_from: Annotated[int, typer.Argument(help="The oldest sequence that the sender still keeps.")],
    folder: FolderOption = DEFAULT_FOLDER,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give up the events that a stopped lane misses, and go on after them.

    Restore the sender's outbox from a backup instead if you can: what is given up here is lost.
    """
    sender, _, number = lane.partition("/")
    if not number.isdecimal():
        raise Mistake("LANE looks like strategy/5.")
    if not yes and not Confirm.ask(f"Give up events of {lane} before {go_on_from} for good?"):
        raise Mistake("Nothing was changed.")
    values = {
        "c": consumer,
        "t": topic,
        "p": partition,
        "s": sender,
        "l": int(number),
        "last": go_on_from - 1,
    }
    run_async(_accept(folder, consumer, values))


async def _accept(folder: FolderOption, consumer: str, values: dict[str, object]) -> None:
    engine = find_stores(folder).engine(consumer)
    try:
        async with engine.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO lane_received AS r (consumer, topic, partition, sender, lane, last_sequence)"
                    " VALUES (:c, :t, :p, :s, :l, :last)"
                    " ON CONFLICT (consumer, topic, partition, sender, lane)"
                    " DO UPDATE SET last_sequence = GREATEST(r.last_sequence, excluded.last_sequence)"
                ),
                values,
            )
    finally:
        await engine.dispose()
    Console(stderr=True).print("The lane goes on within a few seconds.")
