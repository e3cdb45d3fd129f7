"""Which failures pass by themselves; the rest is the record's own fault."""

import pytest
from asyncpg import exceptions as pg
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.stream.failures import explain, is_transient


class Refused(Exception):
    """What the database driver raises, as SQLAlchemy hands it on."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("key (phone)=(555-0100) already exists")
        self.sqlstate = sqlstate


def failure(sqlstate: str | None) -> DBAPIError:
    return DBAPIError("INSERT", {"phone": "555-0100"}, Refused(sqlstate), hide_parameters=True)


@pytest.mark.parametrize(
    "state",
    [
        pg.SerializationError.sqlstate,
        pg.DeadlockDetectedError.sqlstate,
        pg.LockNotAvailableError.sqlstate,
        pg.IdleInTransactionSessionTimeoutError.sqlstate,
        pg.ConnectionDoesNotExistError.sqlstate,
        pg.TooManyConnectionsError.sqlstate,
        pg.DiskFullError.sqlstate,
        pg.AdminShutdownError.sqlstate,
        pg.CrashShutdownError.sqlstate,
        pg.CannotConnectNowError.sqlstate,
        pg.QueryCanceledError.sqlstate,
        pg.PostgresIOError.sqlstate,
        None,
    ],
)
def test_what_the_database_gets_over_is_transient(state: str | None) -> None:
    assert is_transient(failure(state))


@pytest.mark.parametrize(
    "state",
    [
        pg.UniqueViolationError.sqlstate,
        pg.NotNullViolationError.sqlstate,
        pg.CheckViolationError.sqlstate,
        pg.ForeignKeyViolationError.sqlstate,
        pg.NumericValueOutOfRangeError.sqlstate,
        pg.CharacterNotInRepertoireError.sqlstate,
        pg.DataError.sqlstate,
        pg.UndefinedColumnError.sqlstate,
        pg.InsufficientPrivilegeError.sqlstate,
        pg.ProgramLimitExceededError.sqlstate,
    ],
)
def test_what_the_database_will_refuse_again_is_not(state: str) -> None:
    assert not is_transient(failure(state))


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        ConnectionResetError(),
        TimeoutError(),
        PoolTimeout(),
        InterfaceError("SELECT", {}, Refused(None)),
        DBAPIError("SELECT", {}, Refused("42601"), connection_invalidated=True),
    ],
)
def test_a_connection_that_broke_is_transient(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize("error", [ValueError("no"), KeyError("no"), ZeroDivisionError(), RecursionError()])
def test_what_a_handler_raises_is_not(error: Exception) -> None:
    assert not is_transient(error)


def test_a_failure_of_the_database_is_explained_without_the_values() -> None:
    said = explain(failure(pg.UniqueViolationError.sqlstate))
    assert "23505" in said
    assert "555" not in said


def test_a_refusal_is_explained_in_its_own_words() -> None:
    assert explain(ValueError("the amount must not be negative")) == "the amount must not be negative"
    assert explain(KeyError("stage")) == "KeyError: 'stage'"
