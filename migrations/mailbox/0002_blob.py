"""Say which file belongs to an item."""

import sqlalchemy as sa
from alembic import op

revision = "mailbox_0002"
down_revision = "mailbox_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "blob",
        sa.Column("item_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.PrimaryKeyConstraint("item_id"),
        sa.UniqueConstraint("name"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Unmake it."""
    op.drop_table("blob")
