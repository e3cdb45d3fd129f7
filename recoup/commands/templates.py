"""`recoup templates`: the bank's texts, submitted by one person and approved by another."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from recoup.commands.audit_reading import API_KEY_VARIABLE
from recoup.commands.options import DEFAULT_FOLDER, FolderOption, run_async
from recoup.errors import Mistake
from recoup.local.keys import local_keys
from recoup.local.templates import APPROVER, AUTHOR, bearer
from recoup.stores import find_stores
from recoup.templates import TemplatesApi, Version
from services.outreach.domain.wording import WordingError
from services.outreach.texts import SHIPPED, Proposal, proposals
from shared.security.principals import Principal

app = typer.Typer(help="The texts of messages: submit, look, approve.", no_args_is_help=True)

ApiOption = Annotated[
    str | None,
    typer.Option("--api", help=f"Compliance's URL; the key is taken from {API_KEY_VARIABLE}."),
]


@app.callback()
def _group() -> None:
    """The texts of messages."""


@app.command()
def submit(
    file: Annotated[Path, typer.Argument(help="The texts; those that are shipped if not given.")] = SHIPPED,
    api: ApiOption = None,
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Submit the texts of a file that no version says yet; somebody else approves them."""
    try:
        texts = proposals(file)
    except (WordingError, OSError) as error:
        raise Mistake(str(error)) from None
    run_async(_submit(_api(api, folder, AUTHOR), texts))


@app.command()
def approve(
    ids: Annotated[list[str] | None, typer.Argument(help="Only these templates.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask after showing them.")] = False,
    api: ApiOption = None,
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Show the texts that wait for approval and, if you say so, approve them all. Not those of your own."""
    run_async(_approve(_api(api, folder, APPROVER), frozenset(ids or ()), yes))


@app.command("list")
def list_templates(
    state: Annotated[str | None, typer.Option(help="draft, submitted, approved, rejected, retired")] = None,
    api: ApiOption = None,
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """List versions and how far they have come."""
    filters = {"state": state} if state else {}
    _show(run_async(_api(api, folder, APPROVER).versions(**filters)))


async def _submit(api: TemplatesApi, texts: list[Proposal]) -> None:
    console = Console(stderr=True)
    missing = await api.unknown(texts)
    if not missing:
        console.print("Every text of the file is known already; nothing was submitted.")
        return
    submitted = await api.submit(missing)
    console.print(f"{len(submitted)} submitted, {len(texts) - len(missing)} known already. Now: approve.")


async def _approve(api: TemplatesApi, ids: frozenset[str], yes: bool) -> None:
    waiting = [one for one in await api.versions(state="submitted") if not ids or one["template_id"] in ids]
    if not waiting:
        raise Mistake("No text waits for approval.")
    _show(waiting)
    if not yes and not typer.confirm(f"Approve these {len(waiting)}?"):
        raise typer.Exit(1)
    approved = await api.approve(waiting)
    Console(stderr=True).print(f"{len(approved)} approved")


def _api(url: str | None, folder: Path, local: Principal) -> TemplatesApi:
    """With the caller's own key; without one, as the author or approver of the local stack."""
    key = os.environ.get(API_KEY_VARIABLE)
    if url is not None and key is None:
        raise Mistake(f"Put your own API key into {API_KEY_VARIABLE}: who submits does not approve.")
    where = url or find_stores(folder).apis["compliance"]
    return TemplatesApi(where, {"X-API-Key": key} if key else bearer(local_keys(folder), local))


def _show(versions: list[Version]) -> None:
    table = Table("template", "version", "language", "channel", "state", "countries", "roles", "says")
    for one in versions:
        said = "\n".join(text for text in (one["subject"], one["body"]) if text)
        table.add_row(
            one["template_id"],
            str(one["version"]),
            one["language"],
            one["channel"],
            one["state"],
            " ".join(one["countries"]) or "any",
            " ".join(one["roles"]),
            escape(said),
        )
    Console().print(table)
