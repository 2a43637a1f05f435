"""Run one labelled branch (``mailbox`` or ``casebook``) on the connection it was given."""

from alembic import context


def run() -> None:
    """Migrate the connection that ``app.migrate`` put into the attributes."""
    config = context.config
    connection = config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=config.attributes.get("metadata"),
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
