"""`recoup gate`: why the gate decides as it does, offline."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from recoup.commands.options import JsonOption
from recoup.errors import Mistake
from services.compliance.domain.gate.explaining import explain
from services.compliance.domain.packs.problems import PackError
from services.compliance.explaining.expecting import differences
from services.compliance.explaining.reading import Question, read_question
from services.compliance.explaining.rendering import as_json, as_text
from services.compliance.explaining.words import word
from services.compliance.explaining.wrong import WrongFile
from services.compliance.pack_files import PACKS, release

app = typer.Typer(help="The gate: may a contact be made, and why not?", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The gate."""


@app.command("explain")
def explain_command(
    request: Annotated[str, typer.Argument(help="A request file (JSON), or - for standard input.")],
    at: Annotated[str | None, typer.Option(help="Decide at this instant, not the file's.")] = None,
    pack: Annotated[
        list[str] | None, typer.Option(help="Id or file of a pack, in place of the file's; may be repeated.")
    ] = None,
    as_machine: JsonOption = False,
    lang: Annotated[Literal["en", "zh"], typer.Option(help="The language of the labels.")] = "en",
) -> None:
    """Decide one request offline and print every rule that was looked at. No database is needed.

    Exit codes: 0 decided, whatever the decision; 1 decided, but not as the file's `expected` says; 2 the file
    or a pack is wrong, and the message says where. docs/compliance/gate.md describes the file.
    """
    question = _read(request, at, pack)
    explained = explain(question.request, question.facts, question.library, question.at)
    expected = question.expected
    differing = list(differences(expected, explained.decision)) if expected is not None else []
    if as_machine:
        typer.echo(as_json(question, explained, differing))
    else:
        for line in as_text(question, explained, lang):
            typer.echo(line)
        if expected is not None and not differing:
            typer.echo(word("as_expected", lang))
        for difference in differing:
            typer.echo(f"{word('expected', lang)}: {difference}", err=True)
    if differing:
        raise typer.Exit(1)


@app.command("lock")
def lock_command(
    folder: Annotated[Path, typer.Argument(help="A folder of rule packs.")] = PACKS,
) -> None:
    """Release a folder's new pack versions: append their digests to its packs.lock, from which they load."""
    try:
        added = release(folder, beside=() if folder.resolve() == PACKS.resolve() else (PACKS,))
    except PackError as error:
        raise Mistake(str(error)) from None
    typer.echo("\n".join(added) if added else "nothing new")


def _read(request: str, at: str | None, packs: list[str] | None) -> Question:
    try:
        text = sys.stdin.read() if request == "-" else Path(request).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Mistake(f"{request} cannot be read: {error}") from None
    folder = Path() if request == "-" or packs else Path(request).parent
    try:
        return read_question(text, folder, at=at, packs=packs or None)
    except (WrongFile, PackError) as error:
        raise Mistake(f"{request}: {error}") from None
