"""`recoup audit mirror`: a copy of the log's tiles that only ever grows."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from recoup.commands.audit_options import KeyOption, QuorumOption, WitnessKeyOption
from recoup.commands.audit_reading import (
    FolderResources,
    HttpResources,
    http_client,
    is_url,
    log_keys,
    logs_at,
    quorum_of,
    require_checkpoint,
    witness_keys,
)
from recoup.commands.options import DEFAULT_FOLDER, FolderOption, run_async
from recoup.errors import Mistake
from services.compliance.log.errors import AuditLogError
from services.compliance.log.keys import Verifier
from services.compliance.log.mirror import follow
from services.compliance.log.trust import LogKeys


def mirror(
    url: Annotated[str, typer.Argument(help="A log's prefix, or compliance's /log for every year's log.")],
    into: Annotated[Path, typer.Argument(metavar="DIR", help="The mirror; made where it is not there.")],
    key: KeyOption = None,
    witness_key: WitnessKeyOption = None,
    quorum: QuorumOption = None,
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Bring a mirror of the log up to date, verifying all it takes. Exit 1 if the log did not only grow."""
    if not is_url(url):
        raise Mistake(f"{url} is no URL; it looks like https://bank.example/log/2026")
    witnesses = witness_keys(witness_key or [])
    trust = log_keys(key or [], folder), witnesses, quorum_of(quorum, witnesses)
    try:
        is_sound = run_async(_mirror(url, into, folder, *trust))
    except OSError as error:
        place = error.filename or into
        raise Mistake(f"The mirror cannot be written: {place}: {error.strerror or error}.") from None
    if not is_sound:
        raise typer.Exit(1)


async def _mirror(
    url: str, into: Path, folder: Path, keys: LogKeys, witnesses: tuple[Verifier, ...], quorum: int
) -> bool:
    console = Console(stderr=True, highlight=False)
    sound = True
    async with http_client(url, folder) as client:
        logs = await logs_at(client, url)
        for name, log in logs:
            copy = FolderResources(into if len(logs) == 1 and log.prefix == url.rstrip("/") else into / name)
            try:
                line = await _follow(log, copy, keys, witnesses, quorum)
                console.print(f"✓ {line}", markup=False)
            except AuditLogError as error:
                console.print(f"✗ {log.prefix}: {error}", style="red", markup=False)
                await _keep_refused(log, copy, console)
                sound = False
    if not logs:
        console.print("There is no signed log there yet.")
    return sound


async def _follow(
    log: HttpResources, copy: FolderResources, keys: LogKeys, witnesses: tuple[Verifier, ...], quorum: int
) -> str:
    key = keys.of_checkpoint(await require_checkpoint(log, log.prefix))
    before, now = await follow(log, copy, key, witnesses, quorum)
    return f"{now.origin}: {now.size} entries, {now.size - before.size} new, in {copy.folder}"


async def _keep_refused(log: HttpResources, copy: FolderResources, console: Console) -> None:
    """Keep the checkpoint that does not fit: signed by the log, it proves what the log did."""
    note = await log.read("checkpoint")
    if note is None:
        return
    path = f"refused/{hashlib.sha256(note).hexdigest()}"
    await copy.write(path, note)
    console.print(f"  the checkpoint is kept as evidence: {copy.folder / path}", markup=False)
