"""Reads the totals behind the figures: one statement a table, each returns few rows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.totals import (
    AccountTotal,
    CaseTotal,
    ContactTotal,
    CurrencyTotal,
    PaymentTotal,
    PromiseTotal,
    RuleTotal,
    Totals,
)

_OVERDUE = (
    " count(*) FILTER (WHERE a.overdue), COALESCE(sum(a.arrears) FILTER (WHERE a.overdue), 0.00),"
    " COALESCE(sum(a.outstanding) FILTER (WHERE a.overdue), 0.00),"
    " min(a.days_past_due) FILTER (WHERE a.overdue), count(*),"
    " count(*) FILTER (WHERE a.times_cured > 0 AND NOT a.overdue)"
)
_ACCOUNTS = text(
    "SELECT COALESCE(a.product, ''), COALESCE(a.bucket, ''), '', COALESCE(a.currency, ''),"  # noqa: S608
    + _OVERDUE
    + " FROM account_figure a GROUP BY 1, 2, 4"
)
# A customer has one case at a time, so the join doubles no account.
_ACCOUNTS_BY_SEGMENT = text(
    "SELECT '', '', COALESCE(c.segment, ''), COALESCE(a.currency, ''),"  # noqa: S608
    + _OVERDUE
    + " FROM account_figure a LEFT JOIN case_figure c"
    " ON c.customer_id = a.customer_id AND c.opened_at IS NOT NULL AND c.closed_at IS NULL GROUP BY 3, 4"
)
_CASES = text(
    "SELECT COALESCE(segment, ''), count(*) FILTER (WHERE opened_at IS NOT NULL),"
    " count(*) FILTER (WHERE opened_at IS NOT NULL AND closed_at IS NULL),"
    " count(*) FILTER (WHERE outcome = 'cured'),"
    " count(*) FILTER (WHERE closed_at IS NOT NULL),"
    " COALESCE(sum(treatments), 0), count(*) FILTER (WHERE contacts > 0)"
    " FROM case_figure GROUP BY 1"
)
_CYCLE_TIME = text(
    "SELECT round(CAST(percentile_cont(0.5) WITHIN GROUP"
    " (ORDER BY extract(epoch FROM closed_at - opened_at)) AS numeric), 0)"
    " FROM case_figure WHERE outcome IN ('cured', 'settled') AND opened_at IS NOT NULL"
)
_CONTACTS = text(
    "SELECT COALESCE(channel, ''), count(requested_at), count(allowed_at),"
    " count(*) FILTER (WHERE deferrals > 0), count(denied_at), count(referred_at), count(dispatched_at),"
    " count(delivered_at), count(answered_at), count(failed_at), count(withdrawn_at),"
    " count(*) FILTER (WHERE outcome = 'promise')"
    " FROM contact_figure GROUP BY 1"
)
_COSTS = text(
    "SELECT COALESCE(channel, ''), currency, count(*), sum(cost) FROM contact_figure"
    " WHERE cost IS NOT NULL GROUP BY 1, 2"
)
# The row without a currency counts each case once, whatever currencies it was paid in.
_PAYMENTS = text(
    "SELECT p.currency, count(*) FILTER (WHERE p.reversed_at IS NULL),"
    " COALESCE(sum(p.amount) FILTER (WHERE p.reversed_at IS NULL), 0.00),"
    " count(*) FILTER (WHERE p.reversed_at IS NULL AND c.case_id IS NOT NULL),"
    " COALESCE(sum(p.amount) FILTER (WHERE p.reversed_at IS NULL AND c.case_id IS NOT NULL), 0.00),"
    " count(DISTINCT c.case_id) FILTER (WHERE p.reversed_at IS NULL)"
    " FROM payment_figure p LEFT JOIN case_figure c ON c.customer_id = p.customer_id"
    " AND c.opening_known_at <= p.known_at"
    " AND (c.closing_known_at IS NULL OR c.closing_known_at >= p.known_at)"
    " WHERE p.known_at IS NOT NULL GROUP BY GROUPING SETS ((p.currency), ())"
)
_ASSIGNED = text("SELECT currency, count(*), sum(arrears) FROM case_amount GROUP BY 1")
_PROMISES = text(
    "SELECT COALESCE(currency, ''), count(made_at), count(kept_at), count(broken_at),"
    " COALESCE(sum(promised), 0.00), COALESCE(sum(promised) FILTER (WHERE kept_at IS NOT NULL), 0.00),"
    " COALESCE(sum(promised) FILTER (WHERE broken_at IS NOT NULL), 0.00)"
    " FROM promise_figure GROUP BY 1"
)
_HOLDS = text(
    "SELECT count(*) FILTER (WHERE released_at IS NULL AND (until IS NULL OR until > :now)), count(*)"
    " FROM hold_figure WHERE placed_at IS NOT NULL"
)
_COMPLAINTS = text(
    "SELECT count(opened_at), count(*) FILTER (WHERE opened_at IS NOT NULL AND decided_at IS NULL),"
    " count(*) FILTER (WHERE decided_at IS NULL AND due_at < :now), count(*) FILTER (WHERE upheld)"
    " FROM complaint_figure"
)
_RULES = text("SELECT rule_id, effect, sum(count)::bigint FROM rule_count GROUP BY 1, 2")


async def totals(connection: AsyncConnection, now: datetime) -> Totals:
    """Everything that the summary and the funnel are made of; `now` decides which holds last."""
    holds = (await connection.execute(_HOLDS, {"now": now})).one()
    complaints = (await connection.execute(_COMPLAINTS, {"now": now})).one()
    *payments, all_payments = sorted(
        (PaymentTotal(*row) for row in await connection.execute(_PAYMENTS)),
        key=lambda total: (total.currency is None, total.currency),
    )
    return Totals(
        accounts=await accounts(connection),
        cases=await cases(connection),
        contacts=await contacts(connection),
        costs=await costs(connection),
        payments=payments,
        cases_paid=all_payments.cases_paid,
        assigned=[CurrencyTotal("", *row) for row in await connection.execute(_ASSIGNED)],
        promises=[PromiseTotal(*row) for row in await connection.execute(_PROMISES)],
        rules=await rules(connection),
        cycle_seconds=(await connection.execute(_CYCLE_TIME)).scalar_one(),
        holds_active=holds[0],
        holds_placed=holds[1],
        complaints=complaints[0],
        complaints_open=complaints[1],
        complaints_late=complaints[2],
        complaints_upheld=complaints[3],
    )


async def accounts(connection: AsyncConnection, *, by_segment: bool = False) -> Sequence[AccountTotal]:
    """Accounts by product, bucket and currency; or by the segment of the open case and currency."""
    statement = _ACCOUNTS_BY_SEGMENT if by_segment else _ACCOUNTS
    return [AccountTotal(*row) for row in await connection.execute(statement)]


async def cases(connection: AsyncConnection) -> Sequence[CaseTotal]:
    """Cases by segment."""
    return [CaseTotal(*row) for row in await connection.execute(_CASES)]


async def contacts(connection: AsyncConnection) -> Sequence[ContactTotal]:
    """Contacts by channel and the states that they reached."""
    return [ContactTotal(*row) for row in await connection.execute(_CONTACTS)]


async def costs(connection: AsyncConnection) -> Sequence[CurrencyTotal]:
    """What contacts cost, by channel and currency."""
    return [CurrencyTotal(*row) for row in await connection.execute(_COSTS)]


async def rules(connection: AsyncConnection) -> Sequence[RuleTotal]:
    """How often each rule had which effect."""
    return [RuleTotal(*row) for row in await connection.execute(_RULES)]
