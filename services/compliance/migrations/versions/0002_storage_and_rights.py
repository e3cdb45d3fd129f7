"""storage and rights"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The payload is compressed already; the counters are updated all the time.
    op.execute("ALTER TABLE outbox ALTER COLUMN payload SET STORAGE EXTERNAL")
    for table in ("lane_counter", "relay_position", "consumer_position", "lane_received"):
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.5)")
    # What is in the audit log stays: the service itself may only add to it.
    op.execute("REVOKE UPDATE, DELETE ON log_entry, log_tile, decision, checkpoint FROM recoup_compliance")
    op.execute("REVOKE UPDATE ON payload FROM recoup_compliance")


def downgrade() -> None:
    op.execute("ALTER TABLE outbox ALTER COLUMN payload SET STORAGE EXTENDED")
