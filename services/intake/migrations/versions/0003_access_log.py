"""access log of personal data"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "personal_access",
        sa.Column("access_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "principal", sa.Text(), nullable=False, comment="Who saw it: a system or a member of staff"
        ),
        sa.Column(
            "person_id", sa.Text(), nullable=False, comment="Whose data it is, or whose debts as a customer"
        ),
        sa.Column("kind", sa.Text(), nullable=False, comment="Of the data; the data itself is not here"),
        sa.Column("in_clear", sa.Boolean(), nullable=False, comment="Not masked, free text not withheld"),
        sa.Column("purpose", sa.Text(), nullable=True, comment="As the caller stated it"),
        sa.Column("endpoint", sa.Text(), nullable=False, comment="Method and declared route, no path"),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("access_id", name=op.f("pk_personal_access")),
        comment="Append-only: who saw which personal data, of whom, and what for",
    )
    op.create_index("personal_access_time", "personal_access", ["at", "access_id"])
    op.create_index("personal_access_person", "personal_access", ["person_id", "at", "access_id"])
    op.create_index("personal_access_principal", "personal_access", ["principal", "at", "access_id"])
    # Who saw what stays: the service itself may only add to it, and forget what is older than half a year.
    op.execute("REVOKE UPDATE, DELETE ON personal_access FROM recoup_intake")
    op.execute(
        "CREATE FUNCTION forget_accesses(ids bigint[], before timestamptz) RETURNS bigint"
        " LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS '"
        "    WITH gone AS ("
        "        DELETE FROM personal_access WHERE access_id = ANY(ids)"
        "        AND at < least(before, clock_timestamp() - interval ''180 days'') RETURNING 1"
        "    ) SELECT count(*) FROM gone'"
    )
    op.execute("REVOKE ALL ON FUNCTION forget_accesses FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION forget_accesses TO recoup_intake")


def downgrade() -> None:
    op.execute("DROP FUNCTION forget_accesses")
    op.drop_table("personal_access")
