"""Bind partners' copies to a share that is destroyed with the record's key.

Copies made before cannot be bound afterwards without the partners' keys: they are emptied, and a
lead releases anew. The shelf's order keeps their slots filled.
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "casebook_0002"
down_revision = "casebook_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give every record its share."""
    op.add_column("record_key", sa.Column("share", sa.LargeBinary(length=32), nullable=True))
    connection = op.get_bind()
    for (record_id,) in connection.execute(sa.text("SELECT record_id FROM record_key")).all():
        connection.execute(
            sa.text("UPDATE record_key SET share = :share WHERE record_id = :id"),
            {"share": secrets.token_bytes(32), "id": record_id},
        )
    connection.execute(sa.text("UPDATE release SET header = NULL, payload = NULL"))
    with op.batch_alter_table("record_key", table_kwargs={"sqlite_with_rowid": False}) as table:
        table.alter_column("share", existing_type=sa.LargeBinary(length=32), nullable=False)


def downgrade() -> None:
    """Take the shares away; copies cannot be read without them."""
    op.execute("UPDATE release SET header = NULL, payload = NULL")
    op.drop_column("record_key", "share")
