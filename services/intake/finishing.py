"""The end of each transaction: tiers, rows, timers, and the groups to add up."""

from services.intake.classifying import classify
from services.intake.desk import Desk, save
from services.intake.domain.delinquency import Outcome
from services.intake.domain.rules import Moment, Rules
from services.intake.grouping import watch
from shared.stream.work import Work

AGEING = "ageing"
"""Kind of the timers that fire when time alone changes an account; the key is the account."""


def tell(outcome: Outcome, customer_id: str, correlation: str | None, desk: Desk, work: Work) -> None:
    """Publish what was decided, and note the move for the history."""
    for event in outcome.events:
        work.emit(event, key=customer_id, correlation=correlation)
    if outcome.move is not None:
        desk.moves.append(outcome.move)


async def finish(desk: Desk, work: Work, moment: Moment, rules: Rules, *, fired: bool = False) -> None:
    """Classify, save, set timers. `fired`: the timers of the touched accounts are gone."""
    classify(desk, work, moment, rules)
    await save(work.connection, desk)
    _set_timers(desk, work, rules, fired=fired)
    watch(desk, work)


def _set_timers(desk: Desk, work: Work, rules: Rules, *, fired: bool) -> None:
    for account_id, before in desk.touched.items():
        account = desk.accounts[account_id]
        ages_on = account.standing.ages_on
        known = before.standing.ages_on if before is not None and not fired else None
        if ages_on == known:
            continue
        if ages_on is None:
            work.cancel_timer(AGEING, account_id)
        else:
            work.set_timer(AGEING, account_id, rules.start_of(ages_on), aggregate=account.customer_id)
