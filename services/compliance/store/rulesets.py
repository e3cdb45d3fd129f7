"""Which packs were in force together."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_KEEP = text(
    "INSERT INTO ruleset (digest, packs, first_used_at) VALUES (:digest, CAST(:packs AS jsonb), :at)"
    " ON CONFLICT DO NOTHING"
)


async def keep(connection: AsyncConnection, digest: str, packs: Mapping[str, str], at: datetime) -> bool:
    """Put the packs' digests, by `id@version`, on file; False where they are already."""
    values = {"digest": digest, "packs": msgspec.json.encode(packs).decode(), "at": at}
    return (await connection.execute(_KEEP, values)).rowcount == 1
