"""What all commands about persons share: one transaction, one answer for a key, the person's file."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel
from starlette.responses import Response

from services.compliance.gate import Gate
from services.compliance.journal import Journal
from services.compliance.keeping import File
from services.compliance.settings import ComplianceSettings
from services.compliance.tables import IDEMPOTENCY_KEY
from shared.ids import derive_id
from shared.runtime import Runtime
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, idempotent
from shared.web.problems import Unprocessable

PersonId = Annotated[str, Path(min_length=1, max_length=64)]
Key = Annotated[IdempotentRequest, idempotent()]
LONGEST = timedelta(days=36_525)

_keys = IdempotencyKeys(IDEMPOTENCY_KEY)
_PAST = "It lies in the past, at most a hundred years ago."
_FUTURE = "It lies in the future, at most a hundred years from now."


@dataclass(frozen=True, slots=True)
class PersonDesk:
    """Opens the files of persons for commands."""

    runtime: Runtime[ComplianceSettings]
    gate: Gate

    async def act(
        self,
        person_id: str,
        key: IdempotentRequest,
        command: Callable[[File], Awaitable[BaseModel]],
        code: int = 201,
    ) -> Response:
        """The answer of `command` on the person's file, or the one given before for this key."""
        async with self.runtime.transactions.begin() as work:
            if stored := await _keys.claim(work.connection, key, work.now):
                return stored.response()
            journal = Journal(self.runtime.settings.pseudonyms)
            act = new_id("act", key, work.now)
            file = File(person_id, key.principal, act, self.gate.overlap, work, journal)
            view = await command(file)
            stored = await _keys.complete(work.connection, key, code, view)
        return stored.response()


def new_id(what: str, key: IdempotentRequest, now: datetime) -> str:
    """The name of what a request puts on file."""
    return derive_id(what, key.principal, key.key, now.isoformat())


def passed(at: datetime | None, now: datetime) -> datetime:
    """An instant that is not in the future; now where none is given. Raises Unprocessable."""
    if at is None:
        return now
    if not now - LONGEST <= at <= now:
        raise Unprocessable(_PAST, slug="instant-unusable")
    return at


def to_come(at: datetime | None, now: datetime) -> datetime | None:
    """An instant in the future, or none. Raises Unprocessable."""
    if at is not None and not now < at <= now + LONGEST:
        raise Unprocessable(_FUTURE, slug="instant-unusable")
    return at
