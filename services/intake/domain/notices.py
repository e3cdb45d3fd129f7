"""What is said ahead of, or beside, an account's delinquency: an instalment falls due, a cause is due."""

from services.intake.domain.account import ZERO, Account, Standing
from services.intake.domain.assessment import balance
from services.intake.domain.rules import Moment, Rules
from shared.contracts.base import Event
from shared.contracts.book import CauseAnalysisDue, PaymentFallingDue
from shared.contracts.lending import BalanceComponent, ComponentAmount
from shared.ids import derive_id


def notices(account: Account, before: Standing, moment: Moment, rules: Rules) -> list[Event]:
    """What the change from `before` to the account's standing gives notice of."""
    after = account.standing
    found: list[Event] = []
    if after.falling_due is not None and after.falling_due != before.falling_due:
        found.append(_falling_due(account, moment, rules))
    limit = rules.analysis_days
    if limit is not None and before.days_past_due <= limit < after.days_past_due:
        snapshot = account.snapshot
        if snapshot is not None and snapshot.product in rules.analysed:
            found.append(_cause_due(account, moment))
    return found


def _falling_due(account: Account, moment: Moment, rules: Rules) -> PaymentFallingDue:
    snapshot, due_date = account.snapshot, account.standing.falling_due
    assert snapshot is not None and due_date is not None, "only what is known falls due"
    owed = [each for each in balance(account, rules).owed() if each.due == due_date]
    components: dict[BalanceComponent, ComponentAmount] = {}
    for component in BalanceComponent:
        amount = sum((each.charges.by_component(each.amount)[component] for each in owed), ZERO)
        if amount:
            components[component] = ComponentAmount(component=component, amount=amount)
    return PaymentFallingDue(
        customer_id=account.customer_id,
        account_id=account.account_id,
        product=snapshot.product,
        currency=snapshot.currency,
        as_of=moment.now,
        due_date=due_date,
        amount=sum((each.amount for each in owed), ZERO),
        components=list(components.values()) if snapshot.charges else [],
    )


def _cause_due(account: Account, moment: Moment) -> CauseAnalysisDue:
    snapshot, standing = account.snapshot, account.standing
    assert snapshot is not None and standing.oldest_unpaid is not None, "only what is known is overdue"
    return CauseAnalysisDue(
        task_id=derive_id("cause_analysis", account.account_id, standing.oldest_unpaid.isoformat()),
        customer_id=account.customer_id,
        account_id=account.account_id,
        product=snapshot.product,
        currency=snapshot.currency,
        as_of=moment.now,
        days_past_due=standing.days_past_due,
        arrears=standing.arrears,
        oldest_unpaid=standing.oldest_unpaid,
        officer_id=account.terms.terms.officer_id if account.terms is not None else None,
    )
