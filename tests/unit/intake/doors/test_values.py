"""Texts and cells of files as values."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from services.intake.uploads.forms import Field, Kind, Reads
from services.intake.uploads.mapping import Mapping
from services.intake.uploads.values import Unusable, value_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime.fromisoformat("2026-03-31T00:00:00")  # as a spreadsheet keeps a day


def read(reads, cell, **mapping):
    return value_of(Field("f", reads, True, ""), cell, Mapping(**mapping), SHANGHAI)


@pytest.mark.parametrize(
    ("cell", "mapping", "amount"),
    [
        ("1234.56", {}, "1234.56"),
        ("-5", {}, "-5"),
        ("1,234,567.8", {"thousands_mark": ","}, "1234567.8"),
        ("1.234,56", {"thousands_mark": ".", "decimal_mark": ","}, "1234.56"),
        ("12,5", {"decimal_mark": ","}, "12.5"),
        (1234.56, {}, "1234.56"),
        (0.1 + 0.2, {}, "0.30"),
        (7, {}, "7"),
    ],
)
def test_amounts_are_read_by_the_mapping(cell, mapping, amount):
    assert read(Reads.AMOUNT, cell, **mapping) == Decimal(amount)


@pytest.mark.parametrize(
    ("cell", "mapping"),
    [
        ("1,234.56", {}),
        ("12,34,567", {"thousands_mark": ","}),
        ("1234.56", {"decimal_mark": ","}),
        ("1e5", {}),
        ("¥100", {}),
        ("NaN", {}),
        (float("nan"), {}),
        (True, {}),
        ("二", {}),
    ],
)
def test_a_doubtful_amount_is_not_guessed(cell, mapping):
    with pytest.raises(Unusable) as caught:
        read(Reads.AMOUNT, cell, **mapping)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("cell", "mapping"),
    [
        ("2026-03-31", {}),
        ("31/03/2026", {"dates": "%d/%m/%Y"}),
        ("2026年03月31日", {"dates": "%Y年%m月%d日"}),
        (MIDNIGHT, {}),
        (date(2026, 3, 31), {}),
    ],
)
def test_dates_are_read_by_the_mapping(cell, mapping):
    assert read(Reads.DAY, cell, **mapping) == date(2026, 3, 31)


@pytest.mark.parametrize("cell", ["31/03/2026", "2026-02-30", "20260331", 45000, "gestern"])
def test_a_wrong_or_doubtful_date_is_not_guessed(cell):
    with pytest.raises(Unusable, match="not a date"):
        read(Reads.DAY, cell)


def test_a_day_alone_is_its_end_for_balances_and_its_beginning_for_payments():
    beginning = datetime(2026, 3, 31, tzinfo=SHANGHAI)
    end = beginning + timedelta(days=1, seconds=-1)
    assert read(Reads.START, "2026-03-31") == beginning
    assert read(Reads.END, "2026-03-31") == end
    assert read(Reads.END, MIDNIGHT) == end
    assert read(Reads.END, "31.03.2026", dates="%d.%m.%Y") == end
    assert read(Reads.END, "2026-03-31T16:00:00") == datetime(2026, 3, 31, 16, tzinfo=SHANGHAI)
    berlin = read(Reads.END, "2026-03-31T16:00:00", zone="Europe/Berlin")
    assert berlin == datetime(2026, 3, 31, 16, tzinfo=ZoneInfo("Europe/Berlin"))
    assert read(Reads.START, "31.03.2026 16:00", times="%d.%m.%Y %H:%M").hour == 16
    with pytest.raises(Unusable, match="not a time"):
        read(Reads.END, "31.3.26")


def test_digits_that_a_spreadsheet_lost_are_noticed():
    assert read(Reads.TEXT, 1234567890123.0) == "1234567890123"
    with pytest.raises(Unusable, match="digits are lost"):
        read(Reads.TEXT, 1234567890123456789.0)
    with pytest.raises(Unusable, match="not a text"):
        read(Reads.TEXT, {"a": 1})


def test_the_banks_words_become_those_of_the_contract():
    assert read(Reads.TEXT, " 信用卡 ", values={"f": {"信用卡": "credit_card"}}) == "credit_card"


def test_a_mapping_that_makes_no_sense_is_refused():
    for wrong in ({"zone": "Mars/Base"}, {"decimal_mark": ",", "thousands_mark": ","}, {"colums": {}}):
        with pytest.raises(ValidationError):
            Mapping(**wrong)
    assert [
        member
        for member, _ in Mapping(
            columns={"balance": "B", "currency": "C"},
            constants={"currency": "CNY"},
            values={"outstanding": {"a": "b"}},
        ).problems(Kind.ACCOUNTS)
    ] == ["columns.balance", "constants.currency", "values.outstanding"]
