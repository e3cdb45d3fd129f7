"""What the routes of inspection share: commands once a key, sealed notes, refusals."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from services.compliance.api.access_log import ACCESSES
from services.compliance.api.inspection_act_views import ActView
from services.compliance.domain.inspection.acts import Refused, Why
from services.compliance.domain.inspection.policy import InspectionPolicy
from services.compliance.inspection_transcripts import Transcripts
from services.compliance.inspections import Queue
from services.compliance.journal import Journal
from services.compliance.settings import ComplianceSettings
from services.compliance.store import inspections as store
from services.compliance.tables import IDEMPOTENCY_KEY
from shared.lint.linter import Linter
from shared.runtime import Runtime
from shared.stream.work import Work
from shared.web.access_log import Access, DataKind
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, StoredResponse
from shared.web.problems import Conflict, Forbidden, Problem, Unprocessable

_keys = IdempotencyKeys(IDEMPOTENCY_KEY)


class _Said(msgspec.Struct):
    """What is read of an act's payload."""

    note: str | None = None


_decode = msgspec.json.Decoder(_Said).decode


@dataclass(slots=True)
class RunningCommand:
    """A command inside its transaction; `stored` is the answer where it was done before."""

    key: IdempotentRequest
    work: Work
    journal: Journal
    stored: StoredResponse | None

    async def answer(self, code: int, body: BaseModel, location: str | None = None) -> None:
        """Keep the answer with the effect."""
        self.stored = await _keys.complete(self.work.connection, self.key, code, body, location)

    def response(self) -> Response:
        """The answer that was kept."""
        assert self.stored is not None
        return self.stored.response()


@dataclass(frozen=True, slots=True)
class InspectionDesk:
    """Inspection behind HTTP."""

    runtime: Runtime[ComplianceSettings]
    linter: Linter
    policy: InspectionPolicy = field(default_factory=InspectionPolicy)

    @asynccontextmanager
    async def command(self, key: IdempotentRequest) -> AsyncIterator[RunningCommand]:
        """One transaction; a refusal is answered as a problem with its sentence."""
        try:
            async with self.runtime.transactions.begin() as work:
                stored = await _keys.claim(work.connection, key, work.now)
                yield RunningCommand(key, work, Journal(self.runtime.settings.pseudonyms), stored)
        except Refused as refused:
            raise _problem(refused) from None

    @property
    def transcripts(self) -> Transcripts:
        """Takes and opens transcripts."""
        return Transcripts(self.linter, self.runtime.cipher, self.policy)

    def queue(self, command: RunningCommand) -> Queue:
        """The queue in the command's transaction."""
        return Queue(command.work, command.journal, self.policy)

    def sealed(self, note: str, about: str) -> str:
        """A note, sealed for the inspection or violation that it is about."""
        return self.runtime.cipher.seal(note, _place(about))

    async def saw(
        self,
        connection: AsyncConnection,
        access: Access,
        person_ids: Iterable[str | None],
        kind: DataKind = DataKind.CONTACTS,
        *,
        in_clear: bool = False,
    ) -> None:
        """Record that the caller gets to see something about these persons."""
        known = [person_id for person_id in person_ids if person_id is not None]
        now = self.runtime.clock.now()
        await ACCESSES.note(connection, access, kind, known, now, in_clear=in_clear)

    async def history(self, connection: AsyncConnection, about: str, access: Access) -> list[ActView]:
        """The history of an inspection or violation.

        Notes are left out unless they may be shown in clear, and gone once the person's payloads are erased.
        """
        acts = await store.acts_of(connection, about)
        leaves = [act.leaf_id for act in acts] if access.in_clear else []
        bodies = await store.said_in(connection, leaves)
        notes = {leaf: _decode(body).note for leaf, body in bodies.items()}
        return [ActView.of(act, self._opened(notes.get(act.leaf_id), about)) for act in acts]

    def _opened(self, sealed: str | None, about: str) -> str | None:
        return None if sealed is None else self.runtime.cipher.open(sealed, _place(about))


def _place(about: str) -> str:
    return f"inspection:{about}:note"


def _problem(refused: Refused) -> Problem:
    if refused.why in (Why.RECUSED, Why.FOUR_EYES):
        return Forbidden(refused.sentence, slug=refused.why)
    if refused.why is Why.INCOMPLETE:
        return Unprocessable(refused.sentence, slug=refused.why)
    return Conflict(refused.sentence, slug=refused.why)
