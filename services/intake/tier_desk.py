"""Tiers by hand: one person proposes with a reason, another decides; both in one transaction each."""

from dataclasses import dataclass, replace

from services.intake.desk import Desk, open_accounts
from services.intake.domain.classification import judged
from services.intake.domain.delinquency import age
from services.intake.domain.rules import Moment, Rules
from services.intake.domain.tier_orders import Proposal, ProposalState, order, refusal
from services.intake.finishing import finish, tell
from services.intake.store import accounts, customers, proposals
from shared.contracts.vocabulary import RiskClassification
from shared.ids import derive_id
from shared.stream.work import Work
from shared.web.problems import Conflict, Forbidden, NotFound, Unprocessable


@dataclass(frozen=True, slots=True)
class TierDesk:
    """The two acts, with the bank's rules."""

    rules: Rules

    async def propose(
        self,
        work: Work,
        account_id: str,
        tier: RiskClassification,
        reason: str,
        by: str,
        key: str,
        *,
        correction: bool,
    ) -> Proposal:
        """Note the proposal. NotFound; Conflict where one is open; Unprocessable where it cannot be."""
        moment = self.rules.moment(work.now)
        desk = await self._open(work, account_id, moment)
        if await proposals.open_one(work.connection, account_id) is not None:
            raise Conflict("A proposal for this account waits for its decision.", slug="proposal-open")
        account = desk.accounts[account_id]
        customer = desk.customers[account.customer_id]
        _check(refusal(customer, account, tier, moment.today, self.rules, correction=correction))
        proposal = Proposal(
            derive_id("tier", account_id, by, key),
            account_id,
            account.customer_id,
            judged(customer, moment.today, self.rules)[account_id].tier,
            tier,
            correction,
            reason,
            by,
            work.now,
        )
        await proposals.save(work.connection, [proposal])
        await finish(desk, work, moment, self.rules)
        return proposal

    async def decide(self, work: Work, proposal_id: str, by: str, reason: str, *, approve: bool) -> Proposal:
        """Approve or reject. NotFound; Forbidden to the proposer; Conflict where it was decided before;
        Unprocessable where what has happened since forbids the tier."""
        found = await proposals.find(work.connection, proposal_id)
        if found is None:
            raise NotFound("There is no such proposal.")
        moment = self.rules.moment(work.now)
        # The customer's lock comes first, as in every transaction here.
        desk = await self._open(work, found.account_id, moment)
        proposal = await proposals.find(work.connection, proposal_id, lock=True)
        if proposal is None or proposal.state is not ProposalState.PROPOSED:
            raise Conflict("The proposal was decided before.", slug="proposal-decided")
        if proposal.proposed_by == by:
            raise Forbidden("Somebody else than who proposed it decides.", slug="second-person")
        if approve:
            self._order(desk, proposal, moment)
            self._reassess(desk, proposal.account_id, work, moment)
        decided = replace(
            proposal,
            state=ProposalState.APPROVED if approve else ProposalState.REJECTED,
            decided_by=by,
            decided_at=work.now,
            decision_reason=reason,
            effective_on=moment.today if approve else None,
        )
        await proposals.save(work.connection, [decided])
        await finish(desk, work, moment, self.rules)
        return decided

    async def _open(self, work: Work, account_id: str, moment: Moment) -> Desk:
        owners = await accounts.owners(work.connection, {account_id})
        if account_id not in owners:
            raise NotFound("No event named this account.")
        locked = await customers.lock(work.connection, owners.values())
        desk = await open_accounts(work.connection, locked, {account_id})
        self._reassess(desk, account_id, work, moment)
        return desk

    def _reassess(self, desk: Desk, account_id: str, work: Work, moment: Moment) -> None:
        """The account as of now: its timer may be late."""
        account = desk.account(account_id, desk.owners[account_id])
        customer = desk.customers[account.customer_id]
        tell(age(customer, account, moment, self.rules), account.customer_id, None, desk, work)

    def _order(self, desk: Desk, proposal: Proposal, moment: Moment) -> None:
        account = desk.accounts[proposal.account_id]
        customer, today = desk.customers[account.customer_id], moment.today
        correction, tiers = proposal.correction, self.rules.tiers
        _check(refusal(customer, account, proposal.tier, today, self.rules, correction=correction))
        if tiers is not None:
            order(account, proposal.tier, today, tiers)


def _check(why: str | None) -> None:
    if why is not None:
        raise Unprocessable(why, slug="tier-refused")
