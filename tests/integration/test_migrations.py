"""Each service's history makes just the tables that its code knows; its role can do no more than it must."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from recoup.services import SERVICES
from shared.database.engine import create_engine
from shared.database.migrations import is_ours, migrate, role_of

DATABASE = "recoup_migrations_test"


@pytest_asyncio.fixture(scope="module")
async def migrated(postgres_url: str) -> AsyncIterator[str]:
    """The URL of a database in which all histories ran."""
    admin = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text(f"DROP DATABASE IF EXISTS {DATABASE}"))
        await connection.execute(text(f"CREATE DATABASE {DATABASE}"))
    url = make_url(postgres_url).set(database=DATABASE).render_as_string(hide_password=False)
    for service in SERVICES.values():
        await migrate(url, service.name, service.history, "secret")
    yield url
    async with admin.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {DATABASE} WITH (FORCE)"))
    await admin.dispose()


@pytest.mark.parametrize("name", list(SERVICES))
async def test_the_history_makes_just_the_tables_that_the_code_knows(migrated: str, name: str) -> None:
    metadata = __import__(f"services.{name}.tables", fromlist=["metadata"]).metadata

    def compare(connection: Connection) -> list[object]:
        connection.execute(text(f"SET search_path TO {name}"))
        connection.dialect.default_schema_name = name
        context = MigrationContext.configure(connection, opts={"include_object": is_ours})
        return list(compare_metadata(context, metadata))

    engine = create_async_engine(migrated)
    async with engine.connect() as connection:
        assert await connection.run_sync(compare) == []
    await engine.dispose()


async def test_migrating_again_changes_nothing(migrated: str) -> None:
    service = SERVICES["intake"]
    newest = max(path.name[:4] for path in (service.history / "versions").glob("0*.py"))
    assert await migrate(migrated, service.name, service.history, "secret") == newest


@pytest.mark.parametrize(
    ("service", "forbidden"),
    [
        ("intake", "SELECT * FROM strategy.collection_case"),
        ("compliance", "DELETE FROM log_entry"),
        ("compliance", "UPDATE decision SET effect = 'allow'"),
        ("compliance", "UPDATE checkpoint SET size = 0"),
        ("intake", "DELETE FROM personal_access"),
        ("outreach", "UPDATE personal_access SET person_id = 'nobody'"),
        ("reporting", "CREATE TABLE mine (id integer)"),
    ],
)
async def test_a_services_role_can_do_no_more_than_it_must(
    migrated: str, service: str, forbidden: str
) -> None:
    own = make_url(migrated).set(username=role_of(service), password="secret")
    engine = create_engine(own.render_as_string(hide_password=False), schema=service, application="tests")
    async with engine.connect() as connection:
        with pytest.raises(ProgrammingError, match="permission denied"):
            await connection.execute(text(forbidden))
    await engine.dispose()
