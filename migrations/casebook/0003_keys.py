"""Keys that are replaced, invitations, requests for a second person, shared records."""

import sqlalchemy as sa
from alembic import op

revision = "casebook_0003"
down_revision = "casebook_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.add_column("casebook_key", sa.Column("retired_on", sa.Text(), nullable=True))
    op.create_table(
        "retired_epoch",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("retired_on", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "enrolment",
        sa.Column("id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "request",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("record_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_assignment_record_id"), "assignment", ["record_id"], unique=False)


def downgrade() -> None:
    """Unmake it."""
    op.drop_index(op.f("ix_assignment_record_id"), table_name="assignment")
    for table in ("assignment", "request", "enrolment", "retired_epoch"):
        op.drop_table(table)
    op.drop_column("casebook_key", "retired_on")
