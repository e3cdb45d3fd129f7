"""Alembic's entry into the history of this service's tables."""

from services.reporting.tables import metadata
from shared.database.migrations import run_migrations

run_migrations(metadata)
