"""What the routes of the complaint register share: commands once a key, sealed texts, refusals."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from services.compliance.api.complaint_inputs import Reason, Seal
from services.compliance.api.complaint_views import (
    ActionView,
    ActView,
    ComplaintFileView,
    ComplaintView,
    EvidenceView,
    Open,
    SanctionView,
)
from services.compliance.complaints import Register
from services.compliance.domain.complaints.commands import Command
from services.compliance.domain.complaints.draft import Refused, Why
from services.compliance.domain.complaints.file import Complaint
from services.compliance.domain.complaints.policy import ComplaintPolicy
from services.compliance.journal import Journal
from services.compliance.settings import ComplianceSettings
from services.compliance.store import complaints as store
from services.compliance.store import log
from services.compliance.tables import IDEMPOTENCY_KEY
from shared.ids import derive_id
from shared.runtime import Runtime
from shared.security.principals import Principal
from shared.stream.work import Work
from shared.web.access_log import Access
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, StoredResponse
from shared.web.problems import Conflict, Forbidden, NotFound, Problem, Unprocessable

_keys = IdempotencyKeys(IDEMPOTENCY_KEY)
_UNKNOWN = "There is no such complaint."
_RECUSED = "The person complained about and their supervisor do not see the file."


@dataclass(slots=True)
class RunningCommand:
    """A command inside its transaction; `stored` is the answer where it was done before."""

    key: IdempotentRequest
    work: Work
    register: Register
    stored: StoredResponse | None

    async def answer(self, code: int, body: BaseModel, location: str | None = None) -> None:
        """Keep the answer with the effect."""
        self.stored = await _keys.complete(self.work.connection, self.key, code, body, location)

    def response(self) -> Response:
        """The answer that was kept."""
        assert self.stored is not None
        return self.stored.response()


@dataclass(frozen=True, slots=True)
class ComplaintDesk:
    """The register behind HTTP."""

    runtime: Runtime[ComplianceSettings]
    policy: ComplaintPolicy

    @asynccontextmanager
    async def command(self, key: IdempotentRequest) -> AsyncIterator[RunningCommand]:
        """One transaction; a refusal of the register is answered as a problem with its sentence."""
        try:
            async with self.runtime.transactions.begin() as work:
                stored = await _keys.claim(work.connection, key, work.now)
                journal = Journal(self.runtime.settings.pseudonyms)
                yield RunningCommand(key, work, Register(work, journal, self.policy), stored)
        except Refused as refused:
            raise _problem(refused) from None

    async def do(
        self,
        complaint_id: str,
        kind: type[Command],
        body: Reason,
        who: Principal,
        key: IdempotentRequest,
        **values: Any,
    ) -> Response:
        """As `run`, with the command of this kind for the reason given."""
        reason = self.sealer(complaint_id)(body.reason, "reason")
        return await self.run(complaint_id, kind(sealed_reason=reason, **values), who, key)

    async def run(self, complaint_id: str, act: Command, who: Principal, key: IdempotentRequest) -> Response:
        """Do it once for the key and answer with the complaint after it."""
        async with self.command(key) as command:
            if command.stored is None:
                made = await command.register.act(complaint_id, act, who.subject)
                if made is None:
                    raise NotFound(_UNKNOWN)
                await command.answer(200, ComplaintView.of(made))
        return command.response()

    def sealer(self, complaint_id: str) -> Seal:
        """Seals texts for this file; what is sealed for one place does not open at another."""
        return lambda text, place: self.runtime.cipher.seal(text, f"complaint:{complaint_id}:{place}")

    def opener(self, complaint_id: str) -> Open:
        """Opens texts of this file; there is none where retention erased it."""
        cipher = self.runtime.cipher
        return lambda sealed, place: (
            None if not sealed else cipher.open(sealed, f"complaint:{complaint_id}:{place}")
        )

    async def readable(self, connection: AsyncConnection, complaint_id: str, reader: Principal) -> Complaint:
        """The complaint, if the reader may see its file: NotFound, or Forbidden for the recused."""
        for found in await store.by_ids(connection, [complaint_id]):
            if reader.subject in found.recused:
                raise Forbidden(_RECUSED, slug=Why.RECUSED)
            return found
        raise NotFound(_UNKNOWN)

    async def shown(
        self, connection: AsyncConnection, complaint_id: str, reader: Principal, access: Access
    ) -> ComplaintFileView:
        """The whole file; what people wrote is left out unless it may be shown in clear."""
        found = await self.readable(connection, complaint_id, reader)
        opened = self.opener(complaint_id) if access.in_clear else _withheld
        evidence = await store.evidence_of(connection, complaint_id)
        places = await log.places_of(connection, {one.reference for one in evidence})
        return ComplaintFileView(
            **ComplaintView.of(found).model_dump(),
            history=[ActView.of(act, opened) for act in await store.acts_of(connection, complaint_id)],
            evidence=[EvidenceView.of(one, places.get(one.reference)) for one in evidence],
            actions=[ActionView.of(one, opened) for one in await store.actions_of(connection, complaint_id)],
            sanctions=[SanctionView.of(one) for one in await store.sanctions_of(connection, complaint_id)],
        )


def _withheld(_sealed: str | None, _place: str) -> None:
    return None


def complaint_id_of(key: IdempotentRequest, work: Work) -> str:
    """The name of the complaint that this request registers."""
    return derive_id("complaint", key.principal, key.key, work.now.isoformat())


def _problem(refused: Refused) -> Problem:
    if refused.why in (Why.RECUSED, Why.FOUR_EYES):
        return Forbidden(refused.sentence, slug=refused.why)
    if refused.why is Why.INCOMPLETE:
        return Unprocessable(refused.sentence, slug=refused.why)
    return Conflict(refused.sentence, slug=refused.why)
