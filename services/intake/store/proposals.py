"""Tiers that staff proposed, as rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.tier_orders import Proposal, ProposalState
from services.intake.tables_book import tier_proposal
from shared.contracts.vocabulary import RiskClassification
from shared.database import sets


async def find(connection: AsyncConnection, proposal_id: str, *, lock: bool = False) -> Proposal | None:
    """A proposal; with `lock` it stays locked until the transaction ends."""
    wanted = select(tier_proposal).where(tier_proposal.c.proposal_id == proposal_id)
    row = (await connection.execute(wanted.with_for_update() if lock else wanted)).one_or_none()
    return None if row is None else _proposal(row)


async def open_one(connection: AsyncConnection, account_id: str) -> Proposal | None:
    """The proposal of an account that waits for its decision."""
    wanted = select(tier_proposal).where(
        tier_proposal.c.account_id == account_id, tier_proposal.c.state == ProposalState.PROPOSED
    )
    row = (await connection.execute(wanted)).one_or_none()
    return None if row is None else _proposal(row)


async def of_account(connection: AsyncConnection, account_id: str, limit: int) -> list[Proposal]:
    """The latest proposals of an account, newest first."""
    wanted = select(tier_proposal).where(tier_proposal.c.account_id == account_id)
    newest = wanted.order_by(tier_proposal.c.proposed_at.desc(), tier_proposal.c.proposal_id).limit(limit)
    return [_proposal(row) for row in (await connection.execute(newest)).all()]


async def save(connection: AsyncConnection, proposals: Sequence[Proposal]) -> None:
    """Write the proposals as they are now."""
    await sets.upsert(connection, tier_proposal, proposals)


def _proposal(row: Row[Any]) -> Proposal:
    values = dict(row._mapping)
    values["tier_before"] = RiskClassification(values["tier_before"])
    values["tier"] = RiskClassification(values["tier"])
    values["state"] = ProposalState(values["state"])
    return Proposal(**values)
