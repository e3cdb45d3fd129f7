"""`recoup contracts`: the events as documents."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shared.contracts.export import asyncapi_document, event_schemas, write_documents

app = typer.Typer(help="Event contracts.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Event contracts."""


@app.command()
def export(
    folder: Annotated[Path, typer.Option("--folder", help="Where to write.")] = Path("docs/contracts"),
) -> None:
    """Write a JSON Schema for each event type and one AsyncAPI 3 document."""
    written = write_documents(folder, event_schemas(), asyncapi_document())
    Console(stderr=True).print(f"{written} documents in {folder}")
