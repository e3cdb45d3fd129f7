"""rights, and complaints that were opened before"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("REVOKE UPDATE, DELETE ON cosignature, ruleset, sanction, document FROM recoup_compliance")
    op.execute("REVOKE DELETE ON complaint_act FROM recoup_compliance")
    op.execute(
        "UPDATE complaint SET received_on = CAST(opened_at AT TIME ZONE 'UTC' AS date),"
        " registered_at = opened_at, changed_at = opened_at, acknowledge_by = due_at,"
        " ends = jsonb_build_array(due_at)"
    )


def downgrade() -> None:
    op.execute("GRANT UPDATE, DELETE ON cosignature, ruleset, sanction, document TO recoup_compliance")
    op.execute("GRANT DELETE ON complaint_act TO recoup_compliance")
