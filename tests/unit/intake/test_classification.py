"""Rows B1 to B3: five tiers by days past due, by debtor, by hand; and the way back."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.classification_file import tier_rules
from services.intake.domain.account_facts import Orders
from services.intake.domain.assessment import assess
from services.intake.domain.classification import TierReason, judged, upgrade_refusal
from services.intake.domain.tier_orders import order, refusal
from shared.contracts.lending import CustomerProfile, PartyType, SizeBand
from shared.contracts.vocabulary import Product, RiskClassification
from tests.unit.intake.builders import RULES, TODAY, Ledger, at, payment, snapshot
from tests.unit.intake.test_any_order import account_events

RATED = replace(RULES, tiers=tier_rules())
NORMAL, MENTION, SUBSTANDARD, DOUBTFUL, LOSS = RiskClassification
CORPORATE = CustomerProfile(party_type=PartyType.CORPORATE, size_band=SizeBand.LARGE)


def tiers(ledger, today=TODAY):
    return judged(ledger.customer, today, RATED)


def told(*events, profile=None):
    ledger = Ledger(RATED)
    ledger.tell(*events)
    if profile is not None:
        ledger.customer.take_profile(1, "p", profile)
    return ledger


@pytest.mark.parametrize(
    ("days", "general", "card"),
    [
        (0, NORMAL, NORMAL),
        (1, MENTION, MENTION),
        (90, MENTION, MENTION),
        (91, SUBSTANDARD, SUBSTANDARD),
        (120, SUBSTANDARD, SUBSTANDARD),
        (121, SUBSTANDARD, DOUBTFUL),
        (180, SUBSTANDARD, DOUBTFUL),
        (181, SUBSTANDARD, LOSS),
        (270, SUBSTANDARD, LOSS),
        (271, DOUBTFUL, LOSS),
        (360, DOUBTFUL, LOSS),
        (361, LOSS, LOSS),
    ],
)
def test_b1_the_2023_measures_and_the_card_table_are_chosen_by_product(days, general, card):
    assert RATED.tiers.table(Product.CORPORATE_LOAN).of(days) is general
    assert RATED.tiers.table(Product.PERSONAL_LOAN).of(days) is general
    assert RATED.tiers.table(Product.CREDIT_CARD).of(days) is card
    assert tiers(told(snapshot((days, "100"))))["A1"].tier is card


def test_b1_a_tier_changes_by_time_alone_on_the_day_it_starts():
    rules = replace(RATED, buckets=type(RULES.buckets).from_bounds((1000,)))
    ledger = Ledger(rules)
    ledger.tell(snapshot((100, "10")))
    assert ledger.account.standing.ages_on == TODAY + timedelta(days=21)


def claims(bad, good):
    return (snapshot((100, "10"), account="A1", outstanding=bad), snapshot(account="A2", outstanding=good))


def test_b2_more_than_ten_percent_of_a_corporate_debtors_claims_make_all_non_performing():
    exactly = tiers(told(*claims("100", "900"), profile=CORPORATE))
    assert exactly["A2"] == (NORMAL, TierReason.NOT_OVERDUE)
    more = tiers(told(*claims("100.01", "900"), profile=CORPORATE))
    assert more["A1"].reason is TierReason.DAYS_PAST_DUE
    assert more["A2"] == (SUBSTANDARD, TierReason.CLAIMS_AT_BANK)


def test_b2_retail_debtors_are_classified_loan_by_loan():
    assert tiers(told(*claims("900", "100")))["A2"].tier is NORMAL
    assert tiers(told(*claims("900", "100"), profile=CustomerProfile()))["A2"].tier is NORMAL


@pytest.mark.parametrize(("share", "tier"), [("20", NORMAL), ("20.01", SUBSTANDARD)])
def test_b2_more_than_twenty_percent_overdue_at_all_banks_make_all_non_performing(share, tier):
    profile = CustomerProfile(party_type=PartyType.CORPORATE, overdue_at_all_banks=Decimal(share))
    assert tiers(told(snapshot(), profile=profile))["A1"].tier is tier


def test_b2_claims_in_several_currencies_are_compared_by_rates_or_each_by_itself():
    events = (
        snapshot((100, "10"), account="A1", outstanding="10", currency="USD"),
        snapshot(account="A2", outstanding="10000"),
    )
    ledger = told(*events, profile=CORPORATE)
    assert tiers(ledger)["A2"].tier is SUBSTANDARD
    rates = {"CNY": Decimal(1), "USD": Decimal(7)}
    rated = replace(RATED, tiers=replace(RATED.tiers, rates=rates))
    assert judged(ledger.customer, TODAY, rated)["A2"].tier is NORMAL


def paid_off(days_ago):
    """An account that was 100 days past due, and was paid so many days ago."""
    return told(
        snapshot((100 + days_ago, "100"), as_of=at(24 * (days_ago + 1))),
        payment("100", effective=at(24 * days_ago)),
    )


def test_b3_a_non_performing_account_that_is_paid_stays_so_until_its_observation_is_over():
    ledger = paid_off(30)
    assert tiers(ledger)["A1"] == (SUBSTANDARD, TierReason.OBSERVATION)
    assert ledger.account.standing.ages_on == TODAY + timedelta(days=150)
    assert "observation ends" in upgrade_refusal(ledger.customer, ledger.account, TODAY, RATED.tiers)
    later = TODAY + timedelta(days=150)
    assert upgrade_refusal(ledger.customer, ledger.account, later, RATED.tiers) is None


def test_b3_another_non_performing_account_of_the_debtor_keeps_it_from_an_upgrade():
    ledger = paid_off(200)
    ledger.tell(snapshot((100, "1"), account="A2"), ids=["b"])
    assert "Another account" in upgrade_refusal(ledger.customer, ledger.account, TODAY, RATED.tiers)


def refused(ledger, tier, **options):
    return refusal(ledger.customer, ledger.account, tier, TODAY, RATED, **{"correction": False, **options})


def test_b1_a_worse_tier_may_be_given_by_hand_and_taken_back():
    ledger = told(snapshot((5, "100")))
    assert refused(ledger, DOUBTFUL) is None
    order(ledger.account, DOUBTFUL, TODAY, RATED.tiers)
    assert tiers(ledger)["A1"] == (DOUBTFUL, TierReason.MANUAL)
    assert "already" in refused(ledger, DOUBTFUL)
    assert "special_mention at least" in refused(ledger, NORMAL)
    order(ledger.account, MENTION, TODAY, RATED.tiers)
    assert ledger.account.orders == Orders()


def test_b3_an_upgrade_by_hand_is_refused_before_its_time_unless_it_corrects_an_error():
    early, ripe = paid_off(30), paid_off(181)
    assert "observation ends" in refused(early, NORMAL)
    assert refused(early, NORMAL, correction=True) is None
    assert refused(ripe, NORMAL) is None
    order(ripe.account, NORMAL, TODAY, RATED.tiers)
    assert ripe.account.orders == Orders(None, TODAY)
    assert tiers(ripe)["A1"].tier is NORMAL


@settings(max_examples=200)
@given(account_events(), st.data())
def test_b1_any_order_of_arrival_ends_in_the_same_tiers(events, data):
    def ended(arrivals):
        ledger = Ledger(RATED)
        ledger.tell(*(event for _, event in arrivals), ids=[name for name, _ in arrivals])
        ledger.customer.take_profile(1, "p", CORPORATE)
        for account in ledger.customer.accounts.values():
            assert account.standing == assess(account, TODAY, RATED)
        return ledger.customer.accounts, tiers(ledger)

    repeated = events + data.draw(st.lists(st.sampled_from(events), max_size=5))
    assert ended(data.draw(st.permutations(repeated))) == ended(events)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("substandard: 91", "substandard: 1", "each tier must start at more days"),
        ("otherwise: general", "otherwise: nowhere", "otherwise: there is no table 'nowhere'"),
        ("upgrade: approval", "upgrade: maybe", "tables"),
        ("version: 1", "version: 1\nsurprise: 2", "surprise"),
        ('"10"', '"101"', "claims_at_bank_percent"),
        ("id: cn-2023", "id: [", "line"),
    ],
)
def test_b1_a_file_that_makes_no_sense_is_refused_with_its_field(tmp_path, old, new, message):
    from services.intake.classification_file import SHIPPED

    path = tmp_path / "mine.yaml"
    path.write_text(SHIPPED.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=message) as caught:
        tier_rules(path)
    assert "mine.yaml" in str(caught.value)
