"""`recoup reconcile`: proof from the stores that nothing was lost, doubled or sent without a permit."""

import json
from dataclasses import asdict

import typer
from rich.console import Console
from rich.table import Table

from recoup.commands.options import DEFAULT_FOLDER, FolderOption, JsonOption, run_async
from recoup.reconciliation import Finding, reconcile
from recoup.stores import find_stores


def reconcile_command(folder: FolderOption = DEFAULT_FOLDER, as_json: JsonOption = False) -> None:
    """Check conservation over all stores. Exit code 1 and a table of what is missing otherwise."""
    findings = run_async(reconcile(find_stores(folder)))
    good = all(finding.missing == 0 for finding in findings)
    if as_json:
        report = {"reconciled": good, "findings": [asdict(finding) for finding in findings]}
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        show_findings(Console(stderr=True), findings)
    if not good:
        raise typer.Exit(1)


def show_findings(console: Console, findings: list[Finding]) -> None:
    """Print each law of conservation with what it counted."""
    table = Table("law", "counted", "missing", "for example", title="Reconciliation 对账")
    for finding in findings:
        style = "" if finding.missing == 0 else "red"
        examples = ", ".join(finding.examples)
        table.add_row(finding.law, str(finding.counted), str(finding.missing), examples, style=style)
    console.print(table)
    good = all(finding.missing == 0 for finding in findings)
    console.print("reconciled 账平" if good else "NOT reconciled 账不平", style="green" if good else "red")
