"""The outcomes that collectors record."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator
from starlette.responses import Response

from services.outreach.api.contacts import NO_CONTACT, Id
from services.outreach.api.views import OutcomeEntered
from services.outreach.domain.facts import OutcomeReported
from services.outreach.outcomes import NoSuchContactError, NotMadeError, Record, record
from services.outreach.settings import OutreachSettings
from services.outreach.tables import idempotency_key
from shared.contracts.base import Money
from shared.contracts.vocabulary import OutcomeCode
from shared.ids import derive_id
from shared.runtime import Runtime
from shared.security.principals import Principal
from shared.web.auth import require
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, idempotent
from shared.web.problems import Conflict, NotFound, problem_responses


class OutcomeEntry(BaseModel):
    """What a contact came to."""

    outcome: OutcomeCode
    promised: Decimal | None = Field(default=None, gt=0, lt=10**15, decimal_places=2)
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    promise_due: date | None = None
    note: str | None = Field(default=None, min_length=1, max_length=2000, description="Kept sealed")

    @model_validator(mode="after")
    def _promise_is_whole(self) -> "OutcomeEntry":
        parts = (self.promised, self.currency, self.promise_due)
        if self.outcome is OutcomeCode.PROMISE and None in parts:
            raise ValueError("a promise has promised, currency and promise_due")
        if self.outcome is not OutcomeCode.PROMISE and any(part is not None for part in parts):
            raise ValueError("only a promise has promised, currency or promise_due")
        return self

    def reported(self, outcome_id: str, now: datetime) -> OutcomeReported:
        """The fact that this tells."""
        promised = None
        if self.promised is not None and self.currency is not None:
            promised = Money(amount=self.promised, currency=self.currency)
        opted_out = self.outcome is OutcomeCode.OPTED_OUT
        return OutcomeReported(outcome_id, self.outcome, now, promised, self.promise_due, opted_out)


def router(runtime: Runtime[OutreachSettings]) -> APIRouter:
    """Scope `outreach:write`."""
    routes = APIRouter(tags=["contacts"])
    keys = IdempotencyKeys(idempotency_key)

    @routes.post(
        "/contacts/{contact_id}/outcomes",
        status_code=201,
        response_model=OutcomeEntered,
        responses=problem_responses(404, 409),
    )
    async def enter_outcome(
        contact_id: Id,
        entry: OutcomeEntry,
        principal: Annotated[Principal, require("outreach:write")],
        request: Annotated[IdempotentRequest, idempotent()],
    ) -> Response:
        """Record what a contact came to."""
        outcome_id = derive_id("outcome", contact_id, request.principal, request.key)
        async with runtime.transactions.begin() as work:
            if stored := await keys.claim(work.connection, request, work.now):
                return stored.response()
            told = Record(contact_id, entry.reported(outcome_id, work.now), principal.subject, entry.note)
            try:
                after = await record(work, told, runtime.cipher)
            except NoSuchContactError:
                raise NotFound(NO_CONTACT) from None
            except NotMadeError as error:
                raise Conflict(f"A contact in state {error} has no outcome.", slug="not-made") from None
            view = OutcomeEntered(outcome_id=outcome_id, contact_id=contact_id, state=after.state)
            return (await keys.complete(work.connection, request, 201, view)).response()

    return routes
