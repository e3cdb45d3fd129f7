"""`recoup audit export` and `check-export`: the evidence of a case for a court or a regulator."""

import json
import os
import uuid
from dataclasses import asdict
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from recoup.commands.audit_evidence import Platform, collect
from recoup.commands.audit_offline import read_input
from recoup.commands.audit_options import KeyOption, QuorumOption, WitnessKeyOption
from recoup.commands.audit_reading import is_url, local_stores, log_keys, quorum_of, witness_keys
from recoup.commands.options import DEFAULT_FOLDER, FolderOption, JsonOption, run_async
from recoup.errors import Mistake
from services.compliance.log.evidence import bundle as bundles
from services.compliance.log.evidence.checking import BundleReport, check_bundle
from services.compliance.log.evidence.words import Language


class Pages(StrEnum):
    """In which languages the bundle has an index."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


def export(
    case: Annotated[str, typer.Option("--case", help="The case's id.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.zip", help="The bundle; never overwritten.")],
    reason: Annotated[
        str, typer.Option("--reason", help="For whom, as a file number; goes into the log. No personal data.")
    ] = "not stated",
    lang: Annotated[Pages, typer.Option("--lang", help="Of the index.")] = Pages.BOTH,
    with_facts: Annotated[
        bool,
        typer.Option("--with-facts", help="With all that was on file about the persons at each decision."),
    ] = False,
    api: Annotated[str | None, typer.Option("--api", help="Compliance's URL; else the stack's.")] = None,
    outreach: Annotated[
        str | None, typer.Option("--outreach", help="Outreach's URL, for the digests of messages.")
    ] = None,
    key: KeyOption = None,
    witness_key: WitnessKeyOption = None,
    quorum: QuorumOption = None,
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Write the evidence of a case: records, proofs, checkpoints, keys, a guide and an index.

    The export itself becomes a record of the log. Every proof is checked before the file is written.
    """
    _require_place(out)
    witnesses = witness_keys(witness_key or [])
    platform = _platform(api, outreach, folder)
    keys, wanted = log_keys(key or [], folder), quorum_of(quorum, witnesses)
    found, proofs = run_async(collect(platform, case, reason, with_facts, str(uuid.uuid4())))
    found = found.with_witnesses(tuple(witness.encode() for witness in witnesses))
    verifier = resources.files("services.compliance.log.evidence").joinpath("verify.py").read_bytes()
    languages = [*Language] if lang is Pages.BOTH else [Language(lang.value)]
    data = bundles.make_bundle(found, proofs, verifier, languages)
    report = check_bundle(data, keys, witnesses, wanted)
    _show(report, what=str(out))
    if report.problems:
        raise typer.Exit(1)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise Mistake(f"{out} cannot be written: {error.strerror}.") from None


def check_export(
    file: Annotated[str, typer.Argument(metavar="FILE.zip", help="A bundle that `export` wrote.")],
    key: KeyOption = None,
    witness_key: WitnessKeyOption = None,
    quorum: QuorumOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check an evidence bundle offline with the public keys alone. Exit 1 if anything in it is not sound."""
    witnesses = witness_keys(witness_key or [])
    keys = log_keys(key or [], DEFAULT_FOLDER)
    report = check_bundle(read_input(file), keys, witnesses, quorum_of(quorum, witnesses))
    if as_json:
        typer.echo(json.dumps({"sound": not report.problems, **asdict(report)}, ensure_ascii=False))
    else:
        _show(report, what=file)
    if report.problems:
        raise typer.Exit(1)


def _require_place(out: Path) -> None:
    """Raise Mistake where the bundle could not be written, before the log has it that it was handed out."""
    if out.exists():
        raise Mistake(f"{out} is there already; evidence is not overwritten.")
    if not out.parent.is_dir():
        raise Mistake(f"{out.parent} is no folder; make it first.")
    if not os.access(out.parent, os.W_OK):
        raise Mistake(f"{out} cannot be written: you may not write in {out.parent}.")


def _platform(api: str | None, outreach: str | None, folder: Path) -> Platform:
    stores = local_stores(folder)
    if api is None:
        if stores is None:
            raise Mistake("Give compliance's URL with --api, or the folder of a running platform: --folder.")
        api, outreach = stores.apis["compliance"], outreach or stores.apis["outreach"]
    for url in filter(None, (api, outreach)):
        if not is_url(url):
            raise Mistake(f"{url} is no URL; it looks like https://compliance.bank.example")
    return Platform(api.rstrip("/"), outreach.rstrip("/") if outreach else None, folder)


def _show(report: BundleReport, what: str) -> None:
    console = Console(stderr=True, highlight=False)
    for problem in report.problems:
        console.print(f"✗ {problem}", style="red", markup=False)
    cosigned = f", cosigned by {', '.join(report.witnesses)}" if report.witnesses else ""
    line = f"{what}: case {report.case}, {report.proofs} records proven, {report.payloads} payloads{cosigned}"
    said = f"✗ NOT sound 不可信: {line}" if report.problems else f"✓ sound 可信: {line}"
    console.print(said, markup=False, soft_wrap=True)
