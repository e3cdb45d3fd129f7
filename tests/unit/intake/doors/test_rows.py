"""Rows of files as events, or as errors with line, column and remedy."""

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook

from services.intake.doors.findings import Refused
from services.intake.uploads.building import Builder
from services.intake.uploads.forms import Format, Kind
from services.intake.uploads.mapping import Mapping
from services.intake.uploads.reading import open_rows
from services.intake.uploads.templates import template
from tests.unit.intake.builders import NOW, RULES

HEADER = "account_id,customer_id,product,currency,as_of,outstanding,arrears,due_date\n"
ROW = "A1,C1,credit_card,CNY,2025-03-10,100.00,30.00,2025-02-01\n"


def entries(content, kind=Kind.ACCOUNTS, form=Format.CSV, **mapping):
    if isinstance(content, str):
        content = content.encode()
    read_by = Mapping(**mapping)
    builder = Builder(kind, read_by, RULES)
    opened = open_rows(io.BytesIO(content), form, kind, read_by)
    moment = RULES.moment(NOW)
    return [builder.check(entry, moment) for entry in builder.entries(opened.rows)]


def said(found):
    return [(line, finding.field, finding.message) for entry in found for line, finding in entry.findings]


def workbook(*rows):
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_a_row_becomes_a_snapshot_with_its_arrears():
    [entry] = entries(HEADER + ROW)
    event = entry.received.event
    assert (event.account_id, event.outstanding, event.as_of.isoformat()) == (
        "A1",
        Decimal("100.00"),
        "2025-03-10T23:59:59+08:00",
    )
    assert [(item.due_date, item.amount) for item in event.unpaid] == [(date(2025, 2, 1), Decimal("30.00"))]


def test_the_same_row_in_two_files_is_the_same_event_and_another_row_is_not():
    [one], [other] = entries(HEADER + ROW), entries(HEADER + ROW, decimal_mark=".")
    [changed] = entries(HEADER + ROW.replace("100.00", "101.00"))
    assert one.received.id == other.received.id != changed.received.id


def test_arrears_come_with_their_components():
    header = HEADER.strip() + ",interest,fee,penalty\n"
    good, bad = entries(header + ROW.strip() + ",1.50,2.00,\n" + ROW.strip() + ",29.00,2.00,\n")
    [item] = good.received.event.unpaid
    assert (item.amount, item.interest, item.fee, item.penalty) == (30, Decimal("1.50"), 2, 0)
    assert [(line, column) for line, column, _ in said([bad])] == [(3, "arrears")]


def test_columns_words_constants_and_formats_are_mapped():
    content = "账号;客户;品种;余额\nA1;C1;信用卡;1.234,50\n".encode("gb18030")
    [entry] = entries(
        content,
        columns={"account_id": "账号", "customer_id": "客户", "product": "品种", "outstanding": "余额"},
        constants={"currency": "CNY", "as_of": "2025-03-10"},
        values={"product": {"信用卡": "credit_card"}},
        decimal_mark=",",
        thousands_mark=".",
    )
    assert entry.received.event.outstanding == Decimal("1234.50")


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (ROW.replace("100.00", "-100.00"), "outstanding", "must not be negative"),
        (ROW.replace("30.00", "-30.00"), "arrears", "must not be negative"),
        (ROW.replace("100.00", "100.001"), "outstanding", "at most two decimals"),
        (ROW.replace("2025-02-01", "2025-02-30"), "due_date", "not a date"),
        (ROW.replace("2025-02-01", "01/02/2025"), "due_date", "not a date"),
        (ROW.replace("2025-03-10", "2025-04-10"), "as_of", "in the future"),
        (ROW.replace("2025-03-10", "0025-03-10"), "as_of", "lies before 1970"),
        (ROW.replace("credit_card", "card"), "product", "not one of the allowed words"),
        (ROW.replace("CNY", "rmb"), "currency", "matching regex"),
        (ROW.replace("A1", ""), "account_id", "the cell is empty"),
        (ROW.replace("A1", "x" * 65), "account_id", "length <= 64"),
        (ROW.replace("2025-02-01", ""), "due_date", "is missing"),
        (ROW.replace("30.00", ""), "arrears", "is missing"),
        ("A1,C1\n", "row", "has 2 cells, the header 8"),
        (ROW.replace("\n", ",x\n"), "row", "has 9 cells"),
    ],
)
def test_a_wrong_row_is_told_with_line_column_and_remedy(row, column, message):
    good, bad, after = entries(HEADER + ROW + row + ROW)
    [(line, finding)] = bad.findings
    assert (line, finding.field) == (3, column)
    assert message in finding.message
    assert finding.remedy
    assert bad.received is None
    assert good.received is not None
    assert after.received is not None


def test_an_error_names_the_column_as_the_file_calls_it_and_repeats_nothing_of_the_row():
    content = HEADER.replace("product", "品种") + ROW.replace("credit_card", "王伟")
    [(_, column, message)] = said(entries(content, columns={"product": "品种"}))
    assert column == "品种"
    assert "王伟" not in message


@pytest.mark.parametrize(
    ("header", "column", "message"),
    [
        (HEADER.replace("arrears", "currency"), "currency", "more than once"),
        (HEADER.replace("outstanding", "balance"), "outstanding", "missing"),
    ],
)
def test_a_header_with_a_double_or_missing_column_refuses_the_file(header, column, message):
    for form, content in (
        (Format.CSV, (header + ROW).encode()),
        (Format.XLSX, workbook(header.strip().split(","), ROW.strip().split(","))),
    ):
        with pytest.raises(Refused) as caught:
            entries(content, form=form)
        [(line, [finding])] = caught.value.findings.items()
        assert (line, finding.field, message in finding.message) == (1, column, True)


def test_lines_are_counted_where_a_text_goes_over_several():
    content = HEADER.strip() + ",branch\n" + ROW.strip() + ',"B\n1"\n' + ROW.replace("A1", "").strip() + ",\n"
    assert [line for line, _, _ in said(entries(content))] == [4]


def test_a_quote_that_is_not_closed_is_told_and_nothing_behind_it_is_made_up():
    found = entries(HEADER + ROW + '"' + ROW + ROW)
    assert [entry.received is not None for entry in found] == [True, False]
    assert said(found) == [(3, "row", "the row cannot be read")]


def test_json_lines_hold_numbers_and_texts():
    content = (
        '{"payment_id": "P1", "account_id": "A1", "customer_id": "C1", "amount": 12.30,'
        ' "currency": "CNY", "effective_at": "2025-03-10T10:00:00+08:00"}\n'
        "\n[1]\n{\n"
        '{"payment_id": "P2", "payment_id": "P3"}\n'
    )
    first, *wrong = entries(content, Kind.PAYMENTS, Format.JSONL)
    assert str(first.received.event.amount) == "12.30"
    assert said(wrong) == [
        (3, "row", "the line is no JSON object"),
        (4, "row", "the line is no JSON object"),
        (5, "payment_id", "the name is there twice"),
    ]


def test_a_workbook_holds_dates_and_numbers_of_its_own():
    header = HEADER.strip().split(",")
    content = workbook(
        header, ["A1", 17, "credit_card", "CNY", date(2025, 3, 10), 100.1, 30, date(2025, 2, 1)]
    )
    [entry] = entries(content, form=Format.XLSX)
    event = entry.received.event
    assert (event.customer_id, event.outstanding, event.unpaid[0].amount) == (
        "17",
        Decimal("100.10"),
        Decimal(30),
    )
    assert event.as_of.isoformat() == "2025-03-10T23:59:59+08:00"


@pytest.mark.parametrize(
    ("content", "mapping", "said_of_it"),
    [
        (b"PK\x03\x04 nothing", {}, "no XLSX workbook"),
        (workbook(["a"]), {"sheet": "Other"}, "no such sheet"),
    ],
)
def test_what_is_no_workbook_is_refused(content, mapping, said_of_it):
    with pytest.raises(Refused) as caught:
        entries(content, form=Format.XLSX, **mapping)
    assert said_of_it in caught.value.findings[1][0].message


PEOPLE = "customer_id,version,person_id,role,phone\n"


def test_rows_of_one_customer_are_one_event_with_all_persons():
    one, two = entries(
        PEOPLE + "C1,1,N1,debtor,+8613800000000\nC1,1,N2,guarantor,\nC2,1,N3,debtor,\n", Kind.CUSTOMERS
    )
    assert [person.person_id for person in one.received.event.persons] == ["N1", "N2"]
    assert one.received.event.persons[0].contact_points[0].value == "+8613800000000"
    assert (one.line, one.last_line, one.rows, two.line) == (2, 3, 2, 4)


def test_a_customer_whose_rows_stand_apart_or_differ_in_version_is_refused():
    found = entries(
        PEOPLE + "C1,1,N1,debtor,\nC1,2,N2,guarantor,\nC2,1,N3,debtor,\nC1,1,N4,debtor,\n", Kind.CUSTOMERS
    )
    assert [entry.received is not None for entry in found] == [False, True, False]
    assert [(line, column) for line, column, _ in said(found)] == [(3, "version"), (5, "customer_id")]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("form", [Format.CSV, Format.XLSX])
def test_the_template_of_each_form_is_accepted_as_it_is(kind, form):
    content, _ = template(kind, form)
    builder = Builder(kind, Mapping(), RULES)
    opened = open_rows(io.BytesIO(content), form, kind, Mapping())
    [entry] = builder.entries(opened.rows)
    assert entry.findings == ()
