"""Revision 0005: the index of case tokens, fit for a distributed PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index anew; the SQL stands in full in one file for each engine."""
    script = Path(__file__).with_name(f"0005_{op.get_context().dialect.name}.sql").read_text(encoding="utf-8")
    for statement in script.strip().removesuffix(";").split(";\n"):
        op.execute(statement)
