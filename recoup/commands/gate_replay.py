"""`recoup gate replay`: what would have been decided under another rule pack."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from recoup.commands.options import DEFAULT_FOLDER, FolderOption, JsonOption, run_async
from recoup.errors import Mistake
from recoup.stores import Stores, find_stores
from services.compliance.domain.packs.library import Library
from services.compliance.domain.packs.problems import PackError
from services.compliance.domain.replaying import MOST_SHOWN, Answer, Replay
from services.compliance.enforcing import tried
from services.compliance.replaying_decisions import replay
from services.compliance.settings import PackSettings
from shared.contracts.decisions import Effect

_LISTED = 20


def replay_command(
    first: Annotated[
        str, typer.Option("--from", help="From this instant on (ISO 8601; UTC without offset).")
    ],
    last: Annotated[str, typer.Option("--to", help="Before this instant.")],
    pack: Annotated[
        list[Path],
        typer.Option(
            help="A pack file that takes the place of the enforced pack of its id; may be repeated."
        ),
    ],
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Decide recorded decisions again under another pack and show what would have changed.

    Nothing is written. Each decision is made on the facts recorded with it; those whose evidence was erased
    are counted. The packs are those of this machine's configuration (RECOUP_PACKS, RECOUP_BANK_PACKS).
    """
    began, ended = _instant(first, "--from"), _instant(last, "--to")
    if began >= ended:
        raise Mistake("--from lies before --to.")
    library = _library(pack)
    found = run_async(_replay(find_stores(folder), began, ended, library))
    if as_json:
        typer.echo(json.dumps(_plain(found)))
    else:
        _show(found)


async def _replay(stores: Stores, first: datetime, last: datetime, library: Library) -> Replay:
    engine = stores.engine("compliance")
    try:
        return await replay(engine, first, last, library)
    finally:
        await engine.dispose()


def _instant(text: str, option: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Mistake(f"{option} {text} is no instant; write 2026-03-01 or 2026-03-01T08:00:00Z.") from None


def _library(drafts: list[Path]) -> Library:
    try:
        return tried(PackSettings().enforced_packs, drafts)
    except PackError as error:
        raise Mistake(str(error)) from None


def _plain(found: Replay) -> dict[str, Any]:
    """The result as one JSON object."""
    return {
        "replayed": found.replayed,
        "erased": found.erased,
        "short": found.short,
        "changed": found.changed,
        "effects": {f"{before} → {after}": count for (before, after), count in found.effects.most_common()},
        "rules_added": _counted(found.rules_added),
        "rules_gone": _counted(found.rules_gone),
        "differences": msgspec.to_builtins(found.differences),
    }


def _counted(rules: Mapping[tuple[str, Effect], int]) -> list[dict[str, Any]]:
    ordered = sorted(rules.items(), key=lambda item: (-item[1], item[0]))
    return [{"rule": rule, "effect": str(effect), "count": count} for (rule, effect), count in ordered]


def _show(found: Replay) -> None:
    console = Console(stderr=True, highlight=False)
    console.print(
        f"{found.replayed} decisions made again, {found.changed} would have been others"
        f" ({found.erased} erased, {found.short} with facts that do not reach back far enough)"
    )
    for (before, after), count in found.effects.most_common():
        console.print(f"  {before} → {after}: {count}")
    rules = Table("rule", "effect", "count", "", title="Rules 规则")
    for title, counted in (("added", found.rules_added), ("gone", found.rules_gone)):
        for row in _counted(counted):
            rules.add_row(row["rule"], row["effect"], str(row["count"]), title)
    if rules.row_count:
        console.print(rules)
    for one in found.differences[:_LISTED]:
        console.print(
            f"{one.decided_at.isoformat()} {one.contact_id}: {_said(one.before)} → {_said(one.after)}"
        )
    hidden = found.changed - min(len(found.differences), _LISTED)
    if hidden:
        console.print(f"… and {hidden} more (--json lists up to {MOST_SHOWN})")


def _said(answer: Answer) -> str:
    return f"{answer.effect} ({', '.join(rule for rule, _ in answer.rules) or 'no rule'})"
