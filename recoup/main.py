"""The `recoup` command."""

import sys

import typer
from rich.console import Console

from recoup.commands import (
    audit,
    contracts,
    demo,
    dlq,
    gate,
    gate_replay,
    importing,
    lanes,
    migrating,
    policy,
    reconciling,
    retention,
    running,
    scoring,
    templates,
    up,
    uploading,
)
from recoup.errors import Mistake
from recoup.local.errors import LocalStackError

app = typer.Typer(
    name="recoup",
    help="Recoup: event-driven debt collections for banks. 贷后催收平台。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("up")(up.up)
app.command("demo")(demo.demo)
app.command("import")(importing.import_file)
app.command("upload")(uploading.upload)
app.command("reconcile")(reconciling.reconcile_command)
app.command("run")(running.run)
app.command("migrate")(migrating.migrate_command)
app.add_typer(dlq.app, name="dlq")
app.add_typer(audit.app, name="audit")
gate.app.command("replay")(gate_replay.replay_command)
app.add_typer(gate.app, name="gate")
app.add_typer(contracts.app, name="contracts")
app.add_typer(lanes.app, name="lanes")
app.add_typer(retention.app, name="retention")
app.add_typer(policy.app, name="policy")
app.add_typer(scoring.app, name="score")
app.add_typer(templates.app, name="templates")


def main() -> None:
    """Run the command; what a person did wrong is told in a sentence, with exit code 2."""
    try:
        app()
    except (Mistake, LocalStackError) as mistake:
        Console(stderr=True, highlight=False).print(str(mistake), markup=False, style="red", soft_wrap=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
