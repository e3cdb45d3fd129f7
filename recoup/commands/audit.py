"""`recoup audit`: verify logs, prove contacts, check proofs, witness, mirror, export."""

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from recoup.commands import (
    audit_completeness,
    audit_export,
    audit_keys,
    audit_mirror,
    audit_offline,
    audit_witness,
)
from recoup.commands.audit_options import KeyOption, QuorumOption, WitnessKeyOption
from recoup.commands.audit_reading import log_keys, quorum_of, stack_witnesses, verifier_of, witness_keys
from recoup.commands.audit_verifying import Wish, fresh_within, verify_target
from recoup.commands.options import DEFAULT_FOLDER, FolderOption, JsonOption, run_async
from recoup.errors import Mistake
from recoup.stores import Stores, find_stores
from services.compliance.log.audit import AuditReport
from services.compliance.log.proof import LogProof
from services.compliance.store import catalogue, proofs
from services.compliance.store.proofs import ContactFact

app = typer.Typer(help="The audit log.", no_args_is_help=True)
app.command("check-proof")(audit_offline.check_proof)
app.command("check-vectors")(audit_offline.check_vectors)
app.command("check-export")(audit_export.check_export)
app.command("completeness")(audit_completeness.completeness)
app.command("export")(audit_export.export)
app.command("mirror")(audit_mirror.mirror)
app.command("new-key")(audit_keys.new_key)
app.command("witness")(audit_witness.witness)

__all__ = ["app", "verifier_of"]


@app.callback()
def _group() -> None:
    """The audit log."""


@app.command()
def verify(
    target: Annotated[
        str | None,
        typer.Argument(metavar="[URL|DIR]", help="A log's prefix, /log, or a mirror; else the store."),
    ] = None,
    key: KeyOption = None,
    witness_key: WitnessKeyOption = None,
    quorum: QuorumOption = None,
    witness: Annotated[
        list[str] | None,
        typer.Option("--witness", help="URL of a witness to ask what it cosigned last. Repeatable."),
    ] = None,
    max_age: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Seconds since the last cosignature, at most; an hour by default where witnesses are asked"
            " for and the log is live.",
        ),
    ] = None,
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Recompute every log from its entries; check checkpoints, tiles, payloads. Exit 1 if not sound."""
    if target is None:
        find_stores(folder)  # says what to do where there is none
    witnesses = witness_keys(witness_key or [])
    wish = Wish(
        folder,
        log_keys(key or [], folder),
        # Cosignatures of the platform's own witnesses are told, those of given ones are asked for.
        witnesses or stack_witnesses(folder),
        quorum_of(quorum, witnesses),
        tuple(witness or ()),
    )
    reports = run_async(verify_target(target, fresh_within(wish, max_age, target)))
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
    sys.stdout.buffer.write(proof.encode())
    console = Console(stderr=True, highlight=False)
    for known in facts:
        console.print(f"fact 事项: {known.event_id} ({known.kind})", soft_wrap=True, markup=False)
    key = log_keys([], folder).of_checkpoint(proof.checkpoint)
    console.print(f"public key 公钥: {key.encode()}", soft_wrap=True, markup=False)
    console.print(
        "check anywhere 核验: recoup audit check-proof FILE --key PUBLIC-KEY", soft_wrap=True, markup=False
    )


async def _prove(stores: Stores, contact_id: str, fact: str | None) -> tuple[list[ContactFact], LogProof]:
    engine = stores.engine("compliance")
    try:
        await catalogue.catch_up(engine)
        async with engine.connect() as connection:
            facts = await proofs.facts_of_contact(connection, contact_id)
            if not facts:
                raise Mistake(f"{contact_id}: compliance knows no such contact.")
            proof = await proofs.proof_of(connection, fact or _last_decision(facts))
            if proof is None or fact not in (None, *(known.event_id for known in facts)):
                names = ", ".join(known.event_id for known in facts)
                raise Mistake(f"{fact} is no fact of this contact; there are {names}.")
    except proofs.NotSignedYetError:
        raise Mistake("The fact is in the log, but no checkpoint covers it yet; try again shortly.") from None
    finally:
        await engine.dispose()
    return facts, proof


def _last_decision(facts: list[ContactFact]) -> str:
    decided = [fact.event_id for fact in facts if fact.kind == "decision"]
    return decided[-1] if decided else facts[-1].event_id


def _show(reports: list[AuditReport]) -> None:
    console = Console(stderr=True)
    if not reports:
        console.print("There is no log yet.")
    for report in reports:
        table = Table(title=f"Audit log {report.origin} 存证日志", show_header=False)
        table.add_column()
        table.add_column(overflow="fold")
        for name, value in asdict(report).items():
            if name not in ("origin", "first_findings"):
                table.add_row(name.replace("_", " "), ", ".join(value) if name == "witnesses" else str(value))
        console.print(table)
        for finding in report.first_findings:
            line = f"{finding.check}: {finding.where}: {finding.detail}"
            console.print(line, style="red", highlight=False, markup=False)
        console.print(_cosigned(report), markup=False, soft_wrap=True)
        console.print("✓ holds 验证通过" if report.holds else "✗ does NOT hold 验证未通过")


def _cosigned(report: AuditReport) -> str:
    if not report.witnessed_size:
        return "cosigned 见证 by nobody whose key is known here: the log's own key alone stands for it"
    names, place = ", ".join(report.witnesses), f"{report.witnessed_size} of {report.entries}"
    return f"cosigned 见证 by {names}: {place} entries, last at {report.witnessed_at}"
