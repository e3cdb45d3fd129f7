"""The way back from the non-performing tiers: paid on time for so long, and then upgraded.

Article 15 of the 2023 classification measures (商业银行金融资产风险分类办法): a non-performing asset may be
upgraded to normal or special mention when all that was overdue is paid and at least the two following
repayment periods or six months are paid on time, when the debtor is judged able to go on so, and when none of
the debtor's assets at the bank is impaired any more. The judgement is a person's where the table says
`approval`; otherwise the end of the observation upgrades.
"""

from datetime import date, timedelta

from services.intake.domain.account import Account
from services.intake.domain.rules import Rules
from services.intake.domain.tiers import TierTable, UpgradeBy


def is_held(account: Account, bad_on: date | None) -> bool:
    """Whether the account was non-performing and has not been upgraded since."""
    upgraded_on = account.orders.upgraded_on
    return bad_on is not None and (upgraded_on is None or bad_on > upgraded_on)


def observed_until(table: TierTable, late_on: date) -> date:
    """The first business date on which an account that was last overdue on `late_on` may be upgraded."""
    return late_on + timedelta(days=table.observation_days)


def watched_until(
    account: Account, late_on: date | None, bad_on: date | None, today: date, rules: Rules
) -> date | None:
    """When time alone may upgrade an account that is not overdue; tomorrow where it could have before."""
    if rules.tiers is None or account.snapshot is None or account.closed or late_on is None:
        return None
    table = rules.tiers.table(account.snapshot.product)
    if table.upgrade is not UpgradeBy.OBSERVATION or not is_held(account, bad_on):
        return None
    return max(today + timedelta(days=1), observed_until(table, late_on))
