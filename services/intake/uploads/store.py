"""Uploads, their sealed content and their errors as rows."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import IO, Any, Protocol

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.doors.findings import Finding
from services.intake.tables_doors import upload, upload_chunk, upload_error
from services.intake.uploads.forms import Format, Kind, Mode
from services.intake.uploads.mapping import Mapping
from shared.database import sets

CHUNK = 256 * 1024
MOST_ERRORS = 10_000
"""Errors kept of an upload; further ones are counted only."""


class Status(StrEnum):
    """How far an upload is."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    REFUSED = "refused"  # nothing of it was applied
    FAILED = "failed"  # stopped by a defect; what was applied stays, uploading it again goes on


class Sealer(Protocol):
    """Encrypts the content of files: it holds personal data."""

    def seal_bytes(self, plaintext: bytes, context: str) -> str: ...

    def open_bytes(self, sealed: str, context: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Upload:
    """A row of `upload`."""

    upload_id: str
    kind: str
    format: str
    mode: str
    mapping: dict[str, Any]
    digest: str
    bytes: int
    uploaded_by: str
    uploaded_at: datetime
    status: str = Status.WAITING
    position: int = 0
    lines: int | None = None
    applied: int = 0
    repeats: int = 0
    refused: int = 0
    finished_at: datetime | None = None

    @property
    def how(self) -> tuple[Kind, Format, Mode, Mapping]:
        """What the file is and how it is read."""
        return Kind(self.kind), Format(self.format), Mode(self.mode), Mapping.model_validate(self.mapping)


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """A row of `upload_error`."""

    upload_id: str
    line: int
    number: int
    field: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Chunk:
    upload_id: str
    number: int
    sealed: str


_COLUMNS = ", ".join(column.name for column in upload.columns)
_GET = text(
    f"SELECT {_COLUMNS} FROM upload WHERE upload_id = :id"  # noqa: S608  # our columns
).columns(*upload.columns)
_LIST = text(
    f"SELECT {_COLUMNS} FROM upload WHERE CAST(:at AS timestamptz) IS NULL"  # noqa: S608  # our columns
    " OR (uploaded_at, upload_id) < (:at, :id) ORDER BY uploaded_at DESC, upload_id DESC LIMIT :limit"
).columns(*upload.columns)
_OPEN = text("SELECT upload_id FROM upload WHERE finished_at IS NULL ORDER BY uploaded_at, upload_id")
_CHUNKS = text("SELECT sealed FROM upload_chunk WHERE upload_id = :id AND number = :number")
_FORGET = [text(f"DELETE FROM {table} WHERE upload_id = :id") for table in ("upload_chunk", "upload_error")]  # noqa: S608
_FORGET_UPLOAD = text("DELETE FROM upload WHERE upload_id = :id")
_ERRORS = text(
    "SELECT line, number, field, message, remedy FROM upload_error WHERE upload_id = :id"
    " AND (line, number) > (:line, :number) ORDER BY line, number LIMIT :limit"
)
_COUNT_ERRORS = text("SELECT count(*) FROM upload_error WHERE upload_id = :id")
_ADVANCE = text(
    "UPDATE upload SET position = :to, status = 'working', lines = :lines, applied = applied + :applied,"
    " repeats = repeats + :repeats, refused = refused + :refused"
    " WHERE upload_id = :id AND position = :from AND finished_at IS NULL"
)
_FINISH = text(
    "UPDATE upload SET status = :status, finished_at = :now, refused = greatest(refused, :refused),"
    " lines = coalesce(:lines, lines) WHERE upload_id = :id AND finished_at IS NULL"
)
_ONE_AT_A_TIME = "hashtextextended(current_schema() || '.upload.' || :id, 0)"
TRY_LOCK = text(f"SELECT pg_try_advisory_lock({_ONE_AT_A_TIME})")
UNLOCK = text(f"SELECT pg_advisory_unlock({_ONE_AT_A_TIME})")
_WAIT_LOCK = text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")


async def get(connection: AsyncConnection, upload_id: str) -> Upload | None:
    """An upload by its id."""
    row = (await connection.execute(_GET, {"id": upload_id})).one_or_none()
    return None if row is None else Upload(*row)


async def page(connection: AsyncConnection, after: tuple[datetime, str] | None, limit: int) -> list[Upload]:
    """Uploads, the latest first."""
    at, upload_id = after or (None, "")
    rows = await connection.execute(_LIST, {"at": at, "id": upload_id, "limit": limit})
    return [Upload(*row) for row in rows]


async def keep(connection: AsyncConnection, new: Upload, file: IO[bytes], sealer: Sealer) -> Upload:
    """Put an upload on file with its content, or return the same one that is there.

    One that was refused or failed is begun anew: what stood against it may have been put right.
    """
    await connection.execute(_WAIT_LOCK, {"id": new.upload_id})
    known = await get(connection, new.upload_id)
    if known is not None and known.status not in (Status.REFUSED, Status.FAILED):
        return known
    if known is not None:
        await forget_content(connection, new.upload_id)
        await connection.execute(_FORGET_UPLOAD, {"id": new.upload_id})
    await sets.insert(connection, upload, [new])
    file.seek(0)
    number = 0
    while block := file.read(CHUNK):
        sealed = sealer.seal_bytes(block, _context(new.upload_id, number))
        await sets.insert(connection, upload_chunk, [_Chunk(new.upload_id, number, sealed)])
        number += 1
    return new


async def content(connection: AsyncConnection, upload_id: str, sealer: Sealer) -> AsyncIterator[bytes]:
    """The content, a chunk at a time."""
    number = 0
    while True:
        found = await connection.execute(_CHUNKS, {"id": upload_id, "number": number})
        sealed = found.scalar_one_or_none()
        if sealed is None:
            return
        yield sealer.open_bytes(sealed, _context(upload_id, number))
        number += 1


async def forget_content(connection: AsyncConnection, upload_id: str) -> None:
    """Drop content and errors."""
    for statement in _FORGET:
        await connection.execute(statement, {"id": upload_id})


async def unfinished(connection: AsyncConnection) -> list[str]:
    """The ids of uploads that are not worked off, oldest first."""
    return list((await connection.execute(_OPEN)).scalars())


@dataclass(frozen=True, slots=True)
class Step:
    """How far a batch of rows brings an upload."""

    start: int
    end: int
    lines: int
    applied: int
    repeats: int
    refused: int


async def advance(connection: AsyncConnection, upload_id: str, step: Step) -> bool:
    """Note the position in the transaction that applies the rows; False where another worker was faster."""
    values = {
        "id": upload_id,
        "from": step.start,
        "to": step.end,
        "lines": step.lines,
        "applied": step.applied,
        "repeats": step.repeats,
        "refused": step.refused,
    }
    return (await connection.execute(_ADVANCE, values)).rowcount == 1


async def finish(
    connection: AsyncConnection,
    upload_id: str,
    status: Status,
    now: datetime,
    refused: int = 0,
    lines: int | None = None,
) -> None:
    """Note the end, and drop the content: it is not needed any more."""
    values = {"id": upload_id, "status": status, "now": now, "refused": refused, "lines": lines}
    await connection.execute(_FINISH, values)
    await connection.execute(_FORGET[0], {"id": upload_id})


async def add_errors(
    connection: AsyncConnection, upload_id: str, findings: Iterable[tuple[int, Finding]]
) -> None:
    """Keep what is wrong, up to MOST_ERRORS of an upload. Lines must not have been added before."""
    known = int((await connection.execute(_COUNT_ERRORS, {"id": upload_id})).scalar_one())
    rows: list[ErrorRow] = []
    numbers: dict[int, int] = {}
    for line, finding in findings:
        if known + len(rows) >= MOST_ERRORS:
            break
        numbers[line] = numbers.get(line, 0) + 1
        said = (finding.field, finding.message, finding.remedy)
        rows.append(ErrorRow(upload_id, line, numbers[line], *(_storable(each) for each in said)))
    await sets.insert(connection, upload_error, rows)


async def errors(
    connection: AsyncConnection, upload_id: str, after: tuple[int, int], limit: int
) -> Sequence[Row[Any]]:
    """What is wrong, by line."""
    line, number = after
    values = {"id": upload_id, "line": line, "number": number, "limit": limit}
    return (await connection.execute(_ERRORS, values)).all()


def _context(upload_id: str, number: int) -> str:
    return f"upload:{upload_id}:{number}"


def _storable(said: str) -> str:
    return said.encode(errors="replace").decode().replace("\0", " ")[:500]
