"""Classifies what a transaction touched, once, after all its events; tells which tiers changed."""

from dataclasses import replace

from services.intake.desk import Desk
from services.intake.domain.assessment import assess
from services.intake.domain.classification import Judgement, judged, upgrade_refusal
from services.intake.domain.delinquency import BucketMove, Cause
from services.intake.domain.observation import is_held
from services.intake.domain.rules import Moment, Rules
from services.intake.domain.tiers import UpgradeBy
from shared.contracts.delinquency import ClassificationChanged
from shared.contracts.vocabulary import RiskClassification
from shared.stream.work import Work


def classify(desk: Desk, work: Work, moment: Moment, rules: Rules) -> None:
    """Give the accounts of the touched customers their tiers; publish changes and note them."""
    if rules.tiers is None:
        return
    concerned = {desk.accounts[name].customer_id for name in desk.touched}
    concerned |= {name for name, each in desk.customers.items() if each.profile is not desk.profiles[name]}
    moved: dict[str, tuple[RiskClassification, Judgement]] = {}
    for customer_id in concerned:
        for name, judgement in judged(desk.customers[customer_id], moment.today, rules).items():
            before = desk.accounts[name].standing.tier
            if judgement.tier is not before:
                account = desk.account(name, customer_id)
                account.standing = replace(account.standing, tier=judgement.tier)
                moved[name] = before, judgement
    if moved:
        _tell(desk, work, moment, moved)


def upgrade_observed(desk: Desk, account_id: str, moment: Moment, rules: Rules) -> None:
    """End the observation of an account that time alone may upgrade, now that its time has come.

    Only a timer does this: an upgrade is an act of its day, and events must not depend on their order.
    """
    account = desk.accounts[account_id]
    if rules.tiers is None or account.snapshot is None or account.standing.bad_on is None:
        return
    if rules.tiers.table(account.snapshot.product).upgrade is not UpgradeBy.OBSERVATION:
        return
    as_of_today = replace(account, standing=assess(account, moment.today, rules))
    if not is_held(as_of_today, as_of_today.standing.bad_on):
        return
    customer = desk.customers[account.customer_id]
    if upgrade_refusal(customer, as_of_today, moment.today, rules.tiers) is None:
        account.orders = replace(account.orders, upgraded_on=moment.today)


def _tell(
    desk: Desk, work: Work, moment: Moment, moved: dict[str, tuple[RiskClassification, Judgement]]
) -> None:
    last_move = {move.account_id: place for place, move in enumerate(desk.moves)}
    for name, (before, judgement) in moved.items():
        account = desk.accounts[name]
        work.emit(
            ClassificationChanged(
                customer_id=account.customer_id,
                account_id=name,
                as_of=moment.now,
                before=before,
                after=judgement.tier,
                reason=judgement.reason,
            ),
            key=account.customer_id,
            correlation=desk.correlations.get(account.customer_id),
        )
        place = last_move.get(name)
        if place is not None:
            desk.moves[place] = replace(
                desk.moves[place],
                tier_before=before,
                tier_after=judgement.tier,
                tier_reason=judgement.reason,
            )
            continue
        standing = account.standing
        desk.moves.append(
            BucketMove(
                name,
                moment.now,
                Cause.CLASSIFICATION,
                standing.bucket,
                standing.bucket,
                standing.days_past_due,
                standing.arrears,
                before,
                judgement.tier,
                judgement.reason,
            )
        )
