"""approved texts"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "template",
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column(
            "countries",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Where it may be used; none: anywhere",
        ),
        sa.Column("roles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("variables", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "digest", sa.Text(), nullable=False, comment="SHA-256 of what was approved; checked before use"
        ),
        sa.Column(
            "approved_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="None: only its retirement is known yet",
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False, comment="Counts the changes of this table"),
        sa.PrimaryKeyConstraint("template_id", "version", name=op.f("pk_template")),
        comment="Texts that compliance approved or retired; only those approved and not retired are sent",
    )
    op.create_index("template_revision", "template", ["revision"])
    # Contacts that were permitted before have none: they ask again, with the words that are approved.
    op.add_column(
        "contact",
        sa.Column(
            "template_version",
            sa.Integer(),
            nullable=True,
            comment="The approved text that the gate was told of",
        ),
    )


def downgrade() -> None:
    op.drop_column("contact", "template_version")
    op.drop_table("template")
