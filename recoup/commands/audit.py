"""`recoup audit`: verify the whole log from the store; prove one contact to somebody else."""

import json
import sys
from base64 import b64decode
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from recoup.commands.options import DEFAULT_FOLDER, FolderOption, JsonOption, run_async
from recoup.errors import Mistake
from recoup.stores import Stores, find_stores
from services.compliance.log.audit import AuditReport
from services.compliance.log.keys import SignatureType, Verifier
from services.compliance.store import proofs
from services.compliance.store.audit import audit_log, years

app = typer.Typer(help="The audit log.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The audit log."""


@app.command()
def verify(folder: FolderOption = DEFAULT_FOLDER, as_json: JsonOption = False) -> None:
    """Recompute every log from its entries; check checkpoints, tiles, payloads. Exit 1 if not sound."""
    reports = run_async(_verify(find_stores(folder)))
    if as_json:
        typer.echo(json.dumps([{"holds": report.holds, **asdict(report)} for report in reports]))
    else:
        _show(reports)
    if not all(report.holds for report in reports):
        raise typer.Exit(1)


@app.command()
def prove(
    contact_id: Annotated[str, typer.Argument(help="The contact to prove.")],
    fact: Annotated[
        str | None, typer.Option(help="Which fact of the contact; its latest decision by default.")
    ] = None,
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Print a C2SP tlog-proof of one fact of a contact; it verifies offline with the log's public key."""
    stores = find_stores(folder)
    facts, proof = run_async(_prove(stores, contact_id, fact))
    sys.stdout.buffer.write(proof)
    console = Console(stderr=True)
    console.print(f"facts of this contact: {', '.join(facts)}", highlight=False)
    for year in run_async(_years(stores)):
        console.print(f"public key: {verifier_of(stores, year).encode()}", highlight=False, soft_wrap=True)


def verifier_of(stores: Stores, year: int) -> Verifier:
    """The public key of a year's log; its name is the log's origin."""
    return Verifier(f"{stores.log_origin}/{year}", SignatureType.ED25519, b64decode(stores.log_public_key))


async def _years(stores: Stores) -> list[int]:
    engine = stores.engine("compliance")
    try:
        return await years(engine)
    finally:
        await engine.dispose()


async def _verify(stores: Stores) -> list[AuditReport]:
    engine = stores.engine("compliance")
    try:
        return [await audit_log(engine, year, verifier_of(stores, year)) for year in await years(engine)]
    finally:
        await engine.dispose()


async def _prove(stores: Stores, contact_id: str, fact: str | None) -> tuple[list[str], bytes]:
    engine = stores.engine("compliance")
    try:
        async with engine.connect() as connection:
            facts = await proofs.facts_of_contact(connection, contact_id)
            if not facts:
                raise Mistake(f"{contact_id}: compliance knows no such contact.")
            if fact is not None and fact not in facts:
                raise Mistake(f"{fact} is no fact of this contact; there are {', '.join(facts)}.")
            proof = await proofs.proof_of(connection, fact or facts[-1])
    except proofs.NotSignedYetError:
        raise Mistake("The fact is in the log, but no checkpoint covers it yet; try again shortly.") from None
    finally:
        await engine.dispose()
    assert proof is not None  # the fact is one of those that have a leaf
    return facts, proof.encode()


def _show(reports: list[AuditReport]) -> None:
    console = Console(stderr=True)
    if not reports:
        console.print("There is no log yet.")
    for report in reports:
        table = Table("", "", title=f"Audit log {report.origin} 存证日志", show_header=False)
        for name, value in asdict(report).items():
            if name not in ("origin", "first_findings"):
                table.add_row(name.replace("_", " "), str(value))
        console.print(table)
        for finding in report.first_findings:
            console.print(f"{finding.check}: {finding.where}: {finding.detail}", style="red", highlight=False)
        console.print("✓ holds 验证通过" if report.holds else "✗ does NOT hold 验证未通过")
