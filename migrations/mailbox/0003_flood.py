"""Say which items came beyond the day's budget."""

import sqlalchemy as sa
from alembic import op

revision = "mailbox_0003"
down_revision = "mailbox_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column."""
    op.add_column("item", sa.Column("flood", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Unmake it."""
    op.drop_column("item", "flood")
