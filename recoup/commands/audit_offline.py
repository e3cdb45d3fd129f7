"""`recoup audit check-proof` and `check-vectors`: files alone, no platform, no network."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from recoup.commands.audit_options import KeyOption, QuorumOption, WitnessKeyOption
from recoup.commands.audit_reading import log_keys, quorum_of, witness_keys
from recoup.commands.options import DEFAULT_FOLDER, JsonOption
from recoup.errors import Mistake
from services.compliance.log.checkpoint import require_fresh
from services.compliance.log.errors import AuditLogError
from services.compliance.log.proof import LogProof, ProvenEntry, verify_proof
from services.compliance.log.vectors import run_vectors

_LARGEST_FILE = 64 << 20


def check_proof(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A tlog-proof file; - reads standard input.")],
    key: KeyOption = None,
    witness_key: WitnessKeyOption = None,
    quorum: QuorumOption = None,
    max_age: Annotated[
        int | None, typer.Option(min=1, help="Seconds; a witness must have cosigned no longer ago.")
    ] = None,
    entry: Annotated[
        str | None, typer.Option(metavar="FILE", help="The entry that it should prove, if not in the proof.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a proof offline with the log's public key alone. Exit 1 if it proves nothing."""
    keys = log_keys(key or [], DEFAULT_FOLDER)
    witnesses = witness_keys(witness_key or [])
    wanted = quorum_of(quorum, witnesses)
    data, expected = read_input(file), read_input(entry) if entry else None
    try:
        log_key = keys.of_checkpoint(LogProof.decode(data).checkpoint)
        proven = verify_proof(data, log_key, witnesses, wanted, expected)
        if max_age is not None:
            require_fresh(proven.opened, datetime.now(UTC), timedelta(seconds=max_age))
    except AuditLogError as error:
        if as_json:
            typer.echo(json.dumps({"proven": False, "reason": str(error)}))
        Console(stderr=True, highlight=False).print(
            f"✗ NOT proven 未证明: {error}", style="red", markup=False
        )
        raise typer.Exit(1) from None
    _show(proven, as_json)


def check_vectors(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Merkle proof test vectors; - for stdin.")],
    as_json: JsonOption = False,
) -> None:
    """Run Merkle inclusion and consistency test vectors. Exit 1 if any comes out otherwise than it says."""
    try:
        report = run_vectors(read_input(file))
    except (ValueError, RecursionError) as error:
        raise Mistake(f"{file} is no file of test vectors: {error}") from None
    if as_json:
        failures = [{"name": name, "reason": reason} for name, reason in report.failures]
        typer.echo(json.dumps({"passed": report.passed, "failed": report.failed, "failures": failures}))
    else:
        for name, reason in report.failures:
            typer.echo(f"FAILED {name}: {reason}")
        typer.echo(f"passed 通过: {report.passed}, failed 失败: {report.failed}")
    if report.failed:
        raise typer.Exit(1)


def read_input(file: str) -> bytes:
    """A file's bytes, or those of standard input. Raises Mistake where they cannot be read."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(_LARGEST_FILE)
        path = Path(file)
        if path.stat().st_size > _LARGEST_FILE:
            raise Mistake(f"{file} is larger than {_LARGEST_FILE >> 20} MiB.")
        return path.read_bytes()
    except OSError as error:
        raise Mistake(f"{file} cannot be read: {error.strerror}.") from None


def _show(proven: ProvenEntry, as_json: bool) -> None:
    state, record = proven.opened.checkpoint, _record(proven.entry)
    witnesses = [
        {"witness": one.name, "cosigned_at": datetime.fromtimestamp(one.seconds, UTC).isoformat()}
        for one in proven.opened.cosignatures
    ]
    if as_json:
        told = {
            "proven": True,
            "origin": state.origin,
            "index": proven.index,
            "size": state.size,
            "root": state.root.hex(),
            "witnesses": witnesses,
            "entry": record,
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    console = Console(stderr=True, highlight=False)
    console.print(
        f"✓ proven 已证明: entry {proven.index} of {state.size} of the log {state.origin}", style="green"
    )
    for one in witnesses:
        console.print(f"  cosigned 见证 by {one['witness']} at {one['cosigned_at']}", markup=False)
    if not witnesses:
        console.print("  no witness was asked for: the log's own signature alone stands for it")
    typer.echo(json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True))


def _record(entry: bytes) -> Any:
    try:
        return json.loads(entry)
    except ValueError:
        return entry.decode("utf-8", "replace")
