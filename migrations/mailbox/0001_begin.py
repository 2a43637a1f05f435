"""Make the mailbox."""

import sqlalchemy as sa
from alembic import op

revision = "mailbox_0001"
down_revision = None
branch_labels = ("mailbox",)
depends_on = None


def upgrade() -> None:
    """Make the mailbox."""
    op.create_table(
        "item",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("same", sa.LargeBinary(length=16), nullable=True),
        sa.Column("withdraw_on", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_item_day"), "item", ["day"], unique=False)
    op.create_table(
        "recipient",
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("sshsig", sa.LargeBinary(), nullable=False),
        sa.Column("mldsa65", sa.LargeBinary(), nullable=False),
        sa.Column("signer", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("epoch"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reply",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "header",
        sa.Column("item_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.PrimaryKeyConstraint("item_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "payload",
        sa.Column("item_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["item.id"],
        ),
        sa.PrimaryKeyConstraint("item_id"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Unmake it."""
    op.drop_table("payload")
    op.drop_table("header")
    op.drop_table("reply")
    op.drop_table("recipient")
    op.drop_index(op.f("ix_item_day"), table_name="item")
    op.drop_table("item")
