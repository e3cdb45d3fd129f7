"""rights of the new tables: what only grows, and what the service itself may not take away"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ONLY_GROWING = "personal_access, retention_order, person_unlink, opt_out_end, inspection_act"
NEVER_DELETED = "retention_run, legal_hold, subject_head, audit_pass, violation"


def upgrade() -> None:
    op.execute(f"REVOKE UPDATE, DELETE ON {ONLY_GROWING} FROM recoup_compliance")
    op.execute(f"REVOKE DELETE ON {NEVER_DELETED} FROM recoup_compliance")
    # Who saw what stays: the service may only add to it, and forget what is older than half a year.
    op.execute(
        "CREATE FUNCTION forget_accesses(ids bigint[], before timestamptz) RETURNS bigint"
        " LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS '"
        "    WITH gone AS ("
        "        DELETE FROM personal_access WHERE access_id = ANY(ids)"
        "        AND at < least(before, clock_timestamp() - interval ''180 days'') RETURNING 1"
        "    ) SELECT count(*) FROM gone'"
    )
    op.execute("REVOKE ALL ON FUNCTION forget_accesses FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_accesses TO recoup_compliance")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_accesses")
    op.execute(f"GRANT DELETE ON {NEVER_DELETED} TO recoup_compliance")
    op.execute(f"GRANT UPDATE, DELETE ON {ONLY_GROWING} TO recoup_compliance")
