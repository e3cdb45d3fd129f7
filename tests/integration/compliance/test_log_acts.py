"""Every table of acts is known to the audit: an act that somebody put into the database alone is found."""

from datetime import UTC, date, datetime
from typing import Any

import pytest_asyncio
from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, Numeric, Text

from services.compliance.log.audit import audit
from services.compliance.store.acts import ACTS, NAMED, WITHOUT
from services.compliance.store.audit import StoredLog
from services.compliance.tables import metadata
from tests.conftest import EngineFor
from tests.integration.compliance.log_house import YEAR, LogHouse, log_house

KINDS = [(acts.kind, acts.table) for acts in ACTS] + [(acts.kind, acts.table) for acts in NAMED]
_STATES = {"rotation_exception": "approved", "template_version": "approved"}


@pytest_asyncio.fixture
async def log(engine_for: EngineFor) -> LogHouse:
    house = await log_house(engine_for)
    await house.grow(1)
    return house


def test_every_table_is_one_whose_rows_have_leaves_or_is_said_to_have_none() -> None:
    with_leaves = {table for _, table in KINDS}
    assert with_leaves | set(WITHOUT) == set(metadata.tables), (
        "add a line to services/compliance/store/acts.py"
    )
    assert with_leaves.isdisjoint(WITHOUT)


def test_kinds_are_told_apart() -> None:
    assert len({kind for kind, _ in KINDS}) == len(KINDS)


def value_for(column: Column[Any]) -> Any:
    """Something that the column takes."""
    kinds: list[tuple[type, Any]] = [
        (ARRAY, []),
        (BigInteger, 1),
        (Integer, 1),
        (Numeric, 1),
        (Boolean, True),
        (DateTime, datetime(2026, 3, 10, tzinfo=UTC)),
        (Date, date(2026, 3, 10)),
        (LargeBinary, b"x"),
        (Text, "x"),
    ]
    return next((value for kind, value in kinds if isinstance(column.type, kind)), {})


def row_for(table: Table) -> dict[str, Any]:
    """A row with a value in each column."""
    row = {column.name: value_for(column) for column in table.columns}
    return row | ({"state": _STATES[table.name]} if table.name in _STATES else {})


async def test_completeness_finds_a_row_that_has_no_leaf(log: LogHouse) -> None:
    assert await log.checks() == set()
    for table in sorted({table for _, table in KINDS}):
        made = metadata.tables[table]
        async with log.engine.connect() as connection:
            await connection.execute(made.insert().values(row_for(made)))
            findings = (await audit(StoredLog(connection, YEAR), log.key)).first_findings
            await connection.rollback()
        assert {finding.check for finding in findings} == {"completeness"}
        assert {finding.where for finding in findings} == {kind for kind, of in KINDS if of == table}
