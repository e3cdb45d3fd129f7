"""The tier of an account, its history, and tiers by hand: who proposes is never who decides."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.intake.domain.account import Account
from services.intake.domain.assessment import assess
from services.intake.domain.classification import TierReason, judged
from services.intake.domain.customer import Customer
from services.intake.domain.observation import is_held, observed_until
from services.intake.domain.rules import Moment, Rules
from services.intake.domain.tier_orders import Proposal, ProposalState
from services.intake.settings import IntakeSettings
from services.intake.store import proposals, queries
from services.intake.tables import personal_access
from services.intake.tables_book import idempotency_key
from services.intake.tier_desk import TierDesk
from shared.contracts.vocabulary import RiskClassification
from shared.runtime import Runtime
from shared.security.principals import Principal
from shared.web.access_log import Access, AccessLog, DataKind, accessed
from shared.web.auth import require
from shared.web.idempotency import IdempotencyKeys, IdempotentRequest, idempotent
from shared.web.problems import NotFound, problem_responses

DETAILS = 200
AnId = Annotated[str, Path(min_length=1, max_length=64)]
Reason = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^[^\x00]*\S[^\x00]*$")]
_accesses = AccessLog(personal_access)


class NewProposal(BaseModel):
    """A tier for an account, and why."""

    model_config = ConfigDict(extra="forbid")

    tier: RiskClassification
    reason: Reason
    correction: bool = Field(
        default=False, description="What showed the account non-performing was an error: no observation"
    )


class NewDecision(BaseModel):
    """What another person decides of a proposal."""

    model_config = ConfigDict(extra="forbid")

    approve: bool
    reason: Reason


class ProposalView(BaseModel):
    """A proposed tier and what became of it."""

    model_config = ConfigDict(from_attributes=True)

    proposal_id: str
    account_id: str
    customer_id: str
    tier_before: RiskClassification
    tier: RiskClassification
    correction: bool
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: ProposalState
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    effective_on: date | None

    @classmethod
    def of(cls, proposal: Proposal) -> Self:
        """The view of a proposal."""
        return cls.model_validate(proposal)


class ClassificationView(BaseModel):
    """The tier of an account as of now, and what decides it."""

    account_id: str
    customer_id: str
    rules: str = Field(description="Name and version of the tables in force")
    tier: RiskClassification
    reason: TierReason
    floor: RiskClassification | None = Field(description="Staff decided: not better than this")
    last_non_performing_on: date | None
    upgraded_on: date | None
    observed_until: date | None = Field(description="While it is held back: when it may be upgraded")
    proposals: list[ProposalView] = Field(description="The latest 200, newest first")


def router(runtime: Runtime[IntakeSettings]) -> APIRouter:
    """The routes; scopes `intake:read`, `intake:classify` and `intake:classify-decide`."""
    rules = runtime.settings.rules
    desk, keys = TierDesk(rules), IdempotencyKeys(idempotency_key)
    routes = APIRouter(tags=["classification"])

    @routes.get(
        "/accounts/{account_id}/classification",
        dependencies=[require("intake:read")],
        responses=problem_responses(404),
    )
    async def get_classification(
        account_id: AnId, access: Annotated[Access, accessed()]
    ) -> ClassificationView:
        """The tier, its reason, the observation and the proposals. Changes are in the account's history."""
        async with runtime.engine.begin() as connection:
            account = await queries.account(connection, account_id)
            if account is None or rules.tiers is None:
                raise NotFound("The account is not classified.")
            customer = await queries.customer(connection, account.customer_id)
            known = await proposals.of_account(connection, account_id, DETAILS)
            now = runtime.clock.now()
            await _accesses.note(connection, access, DataKind.DEBT, [account.customer_id], now)
        assert customer is not None, "an account's customer is on file"
        return view(customer, account_id, known, rules.moment(now), rules)

    @routes.post(
        "/accounts/{account_id}/tier-proposals",
        status_code=201,
        response_model=ProposalView,
        responses=problem_responses(404, 409, 422),
    )
    async def propose(
        account_id: AnId,
        body: NewProposal,
        who: Annotated[Principal, require("intake:classify")],
        request: Annotated[IdempotentRequest, idempotent()],
    ) -> Response:
        """Propose another tier: worse with a reason, better once the observation is over."""
        async with runtime.transactions.begin() as work:
            stored = await keys.claim(work.connection, request, work.now)
            if stored is not None:
                return stored.response()
            made = await desk.propose(
                work, account_id, body.tier, body.reason, who.subject, request.key, correction=body.correction
            )
            return (await keys.complete(work.connection, request, 201, ProposalView.of(made))).response()

    @routes.post(
        "/tier-proposals/{proposal_id}/decision",
        response_model=ProposalView,
        responses=problem_responses(403, 404, 409, 422),
    )
    async def decide(
        proposal_id: AnId,
        body: NewDecision,
        who: Annotated[Principal, require("intake:classify-decide")],
        request: Annotated[IdempotentRequest, idempotent()],
    ) -> Response:
        """Approve or reject; for somebody else than who proposed it."""
        async with runtime.transactions.begin() as work:
            stored = await keys.claim(work.connection, request, work.now)
            if stored is not None:
                return stored.response()
            made = await desk.decide(work, proposal_id, who.subject, body.reason, approve=body.approve)
            return (await keys.complete(work.connection, request, 200, ProposalView.of(made))).response()

    return routes


def view(
    customer: Customer, account_id: str, known: list[Proposal], moment: Moment, rules: Rules
) -> ClassificationView:
    """The view of an account of a customer whose accounts have their payments; assessed as of now."""
    assert rules.tiers is not None, "only what is classified is shown"
    for each in customer.accounts.values():
        each.standing = assess(each, moment.today, rules)
    account = customer.accounts[account_id]
    found = judged(customer, moment.today, rules)[account_id]
    return ClassificationView(
        account_id=account_id,
        customer_id=customer.customer_id,
        rules=rules.tiers.tag,
        tier=found.tier,
        reason=found.reason,
        floor=account.orders.floor,
        last_non_performing_on=account.standing.bad_on,
        upgraded_on=account.orders.upgraded_on,
        observed_until=_observed(account, rules),
        proposals=[ProposalView.of(proposal) for proposal in known],
    )


def _observed(account: Account, rules: Rules) -> date | None:
    standing, snapshot = account.standing, account.snapshot
    if rules.tiers is None or snapshot is None or standing.late_on is None or standing.overdue:
        return None
    if account.closed or not is_held(account, standing.bad_on):
        return None
    return observed_until(rules.tiers.table(snapshot.product), standing.late_on)
