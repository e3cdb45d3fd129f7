"""The rates are those of the data, and draws meet them."""

import csv
from pathlib import Path

import pytest

from simulator import rates
from simulator.draws import between, choose, draw

DRAWS = 20_000


def rows(folder: Path, name: str) -> list[list[str]]:
    with (folder / name).open(newline="") as file:
        return list(csv.reader(file))


def test_constants_are_the_rows_of_the_files(real_data: Path) -> None:
    hazards = rows(real_data, "call-attempt-hazard.csv")[1:]
    assert tuple(float(row[3]) for row in hazards) == rates.ATTEMPT_HAZARD
    hours = rows(real_data, "repayment-hour-share.csv")[1:]
    assert tuple(float(row[1]) for row in hours) == rates.REPAYMENT_HOURS
    header, *statuses = rows(real_data, "pay-status-distribution.csv")
    assert tuple(header[1:]) == rates.PAY_STATUS_MONTHS
    assert {int(row[0]): tuple(map(int, row[1:])) for row in statuses} == rates.PAY_STATUS_ACCOUNTS


def test_transition_rates_are_those_of_the_files(real_data: Path) -> None:
    header, *table = rows(real_data, "roll-rates-uci-cards.csv")
    for row in table:
        found = {int(to): float(rate) for to, rate in zip(header[1:], row[1:], strict=True) if float(rate)}
        if row[0] != "1":  # hardly an account was there
            assert found == rates.CARD_ROLL_RATES[int(row[0])]
    header, *table = rows(real_data, "roll-rates-credit-record.csv")
    for row in table:
        if row[0] in rates.RECORD_ROLL_RATES:
            found = {to: float(rate) for to, rate in zip(header[1:], row[1:], strict=True)}
            assert {to: rate for to, rate in found.items() if rate} == rates.RECORD_ROLL_RATES[row[0]]


def test_later_attempts_have_the_pooled_hazard_of_the_last_four(real_data: Path) -> None:
    last = [(int(row[1]), int(row[2])) for row in rows(real_data, "call-attempt-hazard.csv")[-4:]]
    pooled = sum(won for _, won in last) / sum(reached for reached, _ in last)
    assert pytest.approx(pooled) == rates.LATER_ATTEMPT_HAZARD
    assert rates.success_rate(15) == 0.0049
    assert rates.success_rate(16) == rates.LATER_ATTEMPT_HAZARD


def test_the_later_the_rarer_the_cure() -> None:
    cures = [rates.cure_rate(months) for months in range(1, 5)]
    assert cures == sorted(cures, reverse=True)
    assert cures[0] == pytest.approx(0.6294, abs=0.0001)
    assert rates.cure_rate(12) == rates.cure_rate(8)
    assert rates.cure_rate(3) + rates.roll_back_rate(3) < 1


def test_those_who_miss_and_do_not_cure_are_as_many_as_roll_into_arrears() -> None:
    assert rates.missed_rate() * (1 - rates.cure_rate(1)) == pytest.approx(0.0619)


def test_draws_are_even_and_named() -> None:
    drawn = [draw(7, "even", number) for number in range(DRAWS)]
    assert all(0 <= one < 1 for one in drawn)
    assert sum(drawn) / DRAWS == pytest.approx(0.5, abs=0.01)
    assert draw(7, "even", 1) == draw(7, "even", 1) != draw(8, "even", 1)
    assert draw(7, "ab", "c") != draw(7, "a", "bc")


def test_choices_fall_as_their_shares_say() -> None:
    shares = (("a", 0.7), ("b", 0.2), ("c", 0.1))
    chosen = [choose(draw(1, number), shares) for number in range(DRAWS)]
    for what, share in shares:
        assert chosen.count(what) / DRAWS == pytest.approx(share, abs=0.01)
    assert choose(0.9999999, (("a", 0.5), ("b", 0.5))) == "b"
    assert {between(draw(2, number), 1, 7) for number in range(1000)} == set(range(1, 8))
