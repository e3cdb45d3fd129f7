"""Commands about promises."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.strategy.api.cases import NO_CASE, Id
from services.strategy.api.views import PromiseView
from services.strategy.applying import Desk, lay_out
from services.strategy.domain.facts import PromiseNoted
from services.strategy.domain.policy import Policy
from services.strategy.domain.promises import refusal
from services.strategy.domain.records import CaseStatus
from services.strategy.policies_in_force import Policies, as_policies
from services.strategy.settings import StrategySettings
from services.strategy.store import queries
from services.strategy.store.files import Wanted
from services.strategy.tables import idempotency_key
from shared.contracts.base import Money
from shared.ids import derive_id
from shared.runtime import Runtime
from shared.security.principals import Principal
from shared.web.auth import require
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, idempotent
from shared.web.problems import Conflict, NotFound, Unprocessable, problem_responses

_REFUSED = {
    "no_amount": "The amount must be more than zero.",
    "due_in_the_past": "The due date is before today.",
    "due_too_late": "The due date is later than the policy allows.",
}


class NewPromise(BaseModel):
    """What the debtor promised."""

    model_config = ConfigDict(extra="forbid")

    amount: Annotated[Decimal, Field(gt=0, lt=10**15, decimal_places=2, max_digits=17)]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    due_date: date


def router(runtime: Runtime[StrategySettings], policy: Policy | Policies) -> APIRouter:
    """Promises noted by collectors; scope `strategy:write`."""
    policies = as_policies(policy)
    routes = APIRouter(tags=["promises"])
    keys = IdempotencyKeys(idempotency_key)

    @routes.post(
        "/cases/{case_id}/promises",
        status_code=201,
        response_model=PromiseView,
        responses=problem_responses(404, 409),
    )
    async def note_promise(
        case_id: Id,
        body: NewPromise,
        principal: Annotated[Principal, require("strategy:write")],
        request: Annotated[IdempotentRequest, idempotent()],
    ) -> Response:
        """Note a promise to pay: contact is suspended until its due date and grace have passed."""
        async with runtime.transactions.begin() as work:
            stored = await keys.claim(work.connection, request, work.now)
            if stored is not None:
                return stored.response()
            customer_id = await queries.customer_of_case(work.connection, case_id)
            if customer_id is None:
                raise NotFound(NO_CASE)
            wanted = Wanted(customers={customer_id}, cases={case_id}, with_payments={customer_id})
            desk = await lay_out(work, policies, wanted)
            _check(desk, customer_id, case_id, body)
            promise_id = derive_id("promise", case_id, request.principal, request.key)
            promised = Money(amount=body.amount, currency=body.currency)
            fact = PromiseNoted(promise_id, promised, body.due_date, principal.subject)
            outcome = desk.decide(customer_id, fact, None)
            await desk.save()
            view = PromiseView.of(outcome.file.promises[promise_id])
            return (await keys.complete(work.connection, request, 201, view, f"/cases/{case_id}")).response()

    return routes


def _check(desk: Desk, customer_id: str, case_id: str, body: NewPromise) -> None:
    case = desk.files[customer_id].case
    if case is None or case.case_id != case_id or case.status is not CaseStatus.OPEN:
        raise Conflict("The case is closed.", slug="case-closed")
    promised = Money(amount=body.amount, currency=body.currency)
    why = refusal(promised, body.due_date, desk.policy, desk.policy.business_day(desk.work.now))
    if why is not None:
        raise Unprocessable(_REFUSED[why], slug=why.replace("_", "-"))
