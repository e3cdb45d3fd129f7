"""Migrations: a schema, a role with least rights and an Alembic history of its own for each service.

The administrator's role runs migrations and owns all tables; a service's role may read and write rows in
its own schema and nothing else. Tables that only grow take that role's UPDATE and DELETE back in their
migration.
"""

import re
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

LOCK_TIMEOUT = "10s"
_PARTITION = re.compile(r"_(m\d{6}|default)$")


def role_of(service: str) -> str:
    """The database role of a service."""
    return f"recoup_{service}"


async def migrate(admin_url: str, service: str, history: Path, password: str) -> str:
    """Make the service's role and schema if missing and bring its tables up to date.

    `history` is the folder of its Alembic environment. Returns the revision that is in force now.
    """
    engine = create_async_engine(admin_url, hide_parameters=True)
    try:
        await _provision(engine, service, password)
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, service, history)
    finally:
        await engine.dispose()
    return ScriptDirectory.from_config(_config(history)).get_current_head() or "none"


async def revise(admin_url: str, service: str, history: Path, message: str) -> Path | None:
    """Write a revision for what the service's tables have and its history has not; None if nothing."""
    engine = create_async_engine(admin_url)
    try:
        await _provision(engine, service, "unused")
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, service, history)
            return await connection.run_sync(_revise, service, history, message)
    finally:
        await engine.dispose()


def run_migrations(metadata: MetaData) -> None:
    """The body of a service's `migrations/env.py`."""
    connection: Connection = context.config.attributes["connection"]
    service: str = context.config.attributes["service"]
    connection.execute(text(f"SET LOCAL search_path TO {service}"))
    connection.execute(text(f"SET LOCAL lock_timeout TO '{LOCK_TIMEOUT}'"))
    connection.dialect.default_schema_name = service
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=is_ours,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def is_ours(item: object, name: str | None, kind: str, reflected: bool, compare_to: object | None) -> bool:
    """Whether the history answers for an object: partitions are made by maintenance."""
    return not (kind == "table" and reflected and _PARTITION.search(name or ""))


async def _provision(engine: AsyncEngine, service: str, password: str) -> None:
    role = role_of(service)
    secret = password.replace("'", "''")
    async with engine.begin() as connection:
        known = await connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role})
        verb = "ALTER" if known.first() else "CREATE"
        await connection.execute(text(f"{verb} ROLE {role} LOGIN PASSWORD '{secret}'"))
        for statement in (
            f"CREATE SCHEMA IF NOT EXISTS {service}",
            f"REVOKE ALL ON SCHEMA {service} FROM PUBLIC",
            f"GRANT USAGE ON SCHEMA {service} TO {role}",
            f"ALTER ROLE {role} SET search_path = {service}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {service}"
            f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA {service} GRANT USAGE ON SEQUENCES TO {role}",
        ):
            await connection.execute(text(statement))


def _config(history: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(history))
    return config


def _upgrade(connection: Connection, service: str, history: Path) -> None:
    config = _config(history)
    config.attributes.update(connection=connection, service=service)
    command.upgrade(config, "head")


def _revise(connection: Connection, service: str, history: Path, message: str) -> Path | None:
    config = _config(history)
    config.attributes.update(connection=connection, service=service)
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    script = command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")
    assert not isinstance(script, list)
    return Path(script.path) if script is not None else None
