"""Folding: rows fit the tables, and what a batch says of an entity becomes one row."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import Table

from services.reporting import tables
from services.reporting.domain import rows
from services.reporting.domain.cases import stage_of
from services.reporting.domain.counting import Span, count, tick_of
from services.reporting.domain.folding import FOLDS
from services.reporting.domain.projection import Projection, utc_day
from services.reporting.handlers import CONSUMED
from services.reporting.store.merging import merge_statement
from shared.contracts.delinquency import OverdueDetected
from shared.contracts.topics import CONTROL
from shared.contracts.vocabulary import CaseStage
from tests.integration.reporting import events as say

FITS = {
    rows.AccountRow: tables.account_figure,
    rows.CaseRow: tables.case_figure,
    rows.CaseCourseRow: tables.case_figure,
    rows.CaseContactsRow: tables.case_figure,
    rows.CaseAmountRow: tables.case_amount,
    rows.RequestRow: tables.contact_figure,
    rows.DecisionRow: tables.contact_figure,
    rows.DispatchRow: tables.contact_figure,
    rows.ReceiptRow: tables.contact_figure,
    rows.EndingRow: tables.contact_figure,
    rows.PaymentRow: tables.payment_figure,
    rows.PromiseRow: tables.promise_figure,
    rows.HoldRow: tables.hold_figure,
    rows.ComplaintRow: tables.complaint_figure,
    rows.RuleCountRow: tables.rule_count,
    rows.EventCountRow: tables.event_count,
    rows.FlowTickRow: tables.flow_tick,
    rows.TopicProgressRow: tables.topic_progress,
}


@pytest.mark.parametrize(("row", "table"), FITS.items(), ids=lambda item: getattr(item, "name", None))
def test_every_row_has_the_columns_of_its_table_and_a_rule_for_each(
    row: type[msgspec.Struct], table: Table
) -> None:
    fields = set(row.__struct_fields__)
    assert {column.name for column in table.primary_key} <= fields <= set(table.columns.keys())
    assert "ON CONFLICT" in str(merge_statement(table, row.__struct_fields__))


@pytest.mark.parametrize(
    "table", sorted(set(FITS.values()), key=lambda table: table.name), ids=lambda table: table.name
)
def test_the_rows_of_a_table_say_all_its_columns_between_them(table: Table) -> None:
    said = {name for row, its in FITS.items() if its is table for name in row.__struct_fields__}
    assert said == set(table.columns.keys())


def test_everything_but_control_is_consumed_and_every_folded_event_belongs_to_it() -> None:
    events = {event for topic in CONSUMED for event in topic.events}
    assert CONTROL not in CONSUMED
    assert set(FOLDS) <= events


def test_all_that_a_batch_says_of_an_account_becomes_one_row() -> None:
    projection = Projection()
    for event in (
        say.overdue("c", "a", 1),
        say.moved("c", "a", 2),
        say.cured("c", "a", 3),
        say.overdue("c", "a", 9, days=3, bucket="M1"),
    ):
        FOLDS[type(event)](projection, event, say.at(0))
    (row,) = projection.accounts.values()
    assert (row.overdue, row.days_past_due, row.bucket, row.times_overdue, row.times_cured) == (
        True,
        3,
        "M1",
        2,
        1,
    )
    assert (row.cured_at, row.as_of) == (say.at(3), say.at(9))


def test_a_reply_without_a_contact_folds_into_nothing() -> None:
    projection = Projection()
    event = say.outcome("c", "case", None, 1)
    FOLDS[type(event)](projection, event, say.at(1))
    assert projection == Projection()


def test_a_tick_is_the_start_of_its_five_seconds() -> None:
    moment = datetime(2026, 5, 1, 12, 0, 59, 999_999, tzinfo=UTC)
    assert tick_of(moment) == datetime(2026, 5, 1, 12, 0, 55, tzinfo=UTC)


def test_a_day_is_the_day_in_utc() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert utc_day(datetime(2026, 3, 2, 7, 59, tzinfo=shanghai)) == date(2026, 3, 1)


def test_an_event_from_the_future_has_no_negative_lag() -> None:
    now = say.at(0)
    span = {"intake.delinquency.v1": Span(1, say.at(5), say.at(5))}
    counts = count({(OverdueDetected, now.date()): 1}, span, {}, shard=3, now=now, wall=now)
    (row,) = counts.progress.values()
    assert (row.lag_seconds, row.shard) == (Decimal(0), 3)


def test_a_case_stands_where_the_last_of_its_ways_leads() -> None:
    assert stage_of("early", None, None, None) is CaseStage.EARLY
    assert stage_of("early", "filed", None, None) is CaseStage.LEGAL
    assert stage_of("early", "filed", "agency-1", None) is CaseStage.OUTSOURCED
    assert stage_of("early", "filed", "", None) is CaseStage.LEGAL
    assert stage_of("early", "filed", "agency-1", say.at(1)) is CaseStage.CLOSED
    assert stage_of(None, None, None, None) is None
