"""What Alembic runs to turn revisions into a script; it never connects to a database itself."""

from __future__ import annotations

from alembic import context

options = context.config.attributes
context.configure(
    dialect_name=options["dialect"],
    as_sql=True,
    output_buffer=options["script"],
    starting_rev=options["starting_rev"],
)
context.run_migrations()
