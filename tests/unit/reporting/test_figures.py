"""Figures from totals."""

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.figures import Value, by_currency, ratio, summary
from services.reporting.domain.funnel import funnel
from services.reporting.domain.groups import Dimension, account_groups, rule_groups
from services.reporting.domain.metrics import METRICS, Unit
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

amounts = st.decimals(min_value=0, max_value=10**9, places=2)
currencies = st.sampled_from(["CNY", "USD", "EUR"])


def account(bucket: str, overdue: int, arrears: str, currency: str = "CNY", lowest: int = 1) -> AccountTotal:
    return AccountTotal(
        "credit_card",
        bucket,
        "",
        currency,
        overdue,
        Decimal(arrears),
        Decimal(arrears) * 2,
        lowest,
        overdue,
        0,
    )


def test_every_metric_of_the_registry_has_a_figure_even_of_an_empty_platform() -> None:
    figures = summary(Totals())
    assert list(figures) == list(METRICS)
    for name, figure in figures.items():
        unit = METRICS[name].unit
        if unit is Unit.COUNT:
            assert figure.values == [Value(Decimal(0))], name
        else:
            assert all(value.number is None for value in figure.values), name


def test_every_metric_has_a_name_in_both_languages_a_formula_and_a_source() -> None:
    for metric in METRICS.values():
        assert all((metric.name_zh, metric.name_en, metric.formula, metric.source)), metric.id
    for names in ({m.name_zh for m in METRICS.values()}, {m.name_en for m in METRICS.values()}):
        assert len(names) == len(METRICS)


@given(st.lists(st.tuples(currencies, amounts)))
def test_money_is_added_within_a_currency_only(pairs: Sequence[tuple[str, Decimal]]) -> None:
    added = by_currency(pairs)
    for currency in ("CNY", "USD", "EUR"):
        assert added.get(currency, Decimal(0)) == sum(a for c, a in pairs if c == currency)
    assert list(added) == sorted(added)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_ratio_is_unknown_without_a_whole_and_exact_to_four_places(part: int, whole: int) -> None:
    found = ratio(part, whole)
    if whole == 0:
        assert found is None
    else:
        assert found is not None
        assert abs(found * whole - part) <= Decimal("0.00005") * whole


def test_f14_rates_relate_the_populations_that_their_definitions_name() -> None:
    totals = Totals(
        cases=[CaseTotal("early", opened=10, open=4, cured=5, closed=6, treatments=20, contacted=8)],
        contacts=[ContactTotal("sms", 40, 30, 6, 5, 2, 25, 20, 4, 3, 1, 2)],
        costs=[CurrencyTotal("sms", "CNY", 25, Decimal("2.50"))],
        payments=[PaymentTotal("CNY", 9, Decimal("900"), 5, Decimal("500"), 5)],
        assigned=[CurrencyTotal("", "CNY", 10, Decimal("2000"))],
        promises=[PromiseTotal("CNY", 8, 3, 1, Decimal(800), Decimal(300), Decimal(100))],
        cycle_seconds=Decimal(129_600),
        complaints=2,
    )
    figures = summary(totals)

    def only(name: str) -> Decimal | None:
        (value,) = figures[name].values
        return value.number

    assert only("block_rate") == Decimal("0.1250")
    assert only("cure_rate") == Decimal("0.5000")
    assert only("coverage") == Decimal("0.8000")
    assert only("delivery_rate") == Decimal("0.8000")
    assert only("promise_kept_rate") == Decimal("0.7500")
    assert only("promise_kept_amount_rate") == Decimal("0.7500")
    assert only("recovery_rate") == Decimal("0.2500")
    assert only("cost_to_collect") == Decimal("0.0050")
    assert only("complaints_per_10k") == Decimal("800.0000")
    assert only("cycle_time") == Decimal("1.5000")


def test_a_ratio_of_money_exists_for_each_currency_on_its_own() -> None:
    totals = Totals(
        costs=[CurrencyTotal("sms", "CNY", 1, Decimal(1)), CurrencyTotal("sms", "USD", 1, Decimal(3))],
        payments=[PaymentTotal("CNY", 1, Decimal(10), 1, Decimal(10), 1)],
    )
    assert summary(totals)["cost_to_collect"].values == [
        Value(Decimal("0.1000"), "CNY"),
        Value(None, "USD"),
    ]


def test_the_funnel_relates_each_stage_to_the_one_before() -> None:
    stages = funnel(summary(Totals(contacts=[ContactTotal("sms", 40, 30, 6, 5, 2, 15, 0, 0, 3, 1, 0)])))
    by_name = {stage.metric.id: stage for stage in stages}
    assert by_name["contacts_allowed"].of_previous == Decimal("0.7500")
    assert by_name["contacts_dispatched"].of_previous == Decimal("0.5000")
    assert by_name["contacts_answered"].of_previous is None
    exits = {way.metric.id: way.count for way in by_name["contacts_requested"].exits}
    assert exits == {"contacts_deferred": 6, "contacts_denied": 5, "contacts_referred": 2}


def test_buckets_come_in_the_order_of_days_past_due_and_currencies_stay_apart() -> None:
    totals = [
        account("M10", 1, "10.00", lowest=280),
        account("M2", 2, "20.00", lowest=31),
        account("M2", 1, "5.00", "USD", lowest=33),
        account("M1", 0, "0"),
    ]
    groups = account_groups(totals, Dimension.BUCKET)
    assert [(group.name, group.accounts) for group in groups] == [("M2", 3), ("M10", 1)]
    holdings = {currency: holding.arrears for currency, holding in groups[0].holdings.items()}
    assert holdings == {"CNY": Decimal("20.00"), "USD": Decimal("5.00")}


def test_rules_are_sorted_by_what_they_stopped() -> None:
    totals = [RuleTotal("a", "defer", 9), RuleTotal("b", "deny", 2), RuleTotal("a", "deny", 1)]
    groups = rule_groups([*totals, RuleTotal("a", "violation", 4)], requested=8)
    assert [(g.rule_id, g.denied, g.deferred, g.violations) for g in groups] == [
        ("b", 2, 0, 0),
        ("a", 1, 9, 4),
    ]
    assert groups[0].block_rate == Decimal("0.2500")
