"""Revision 0001: the first tables."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables; the SQL stands in full in one file for each engine."""
    script = Path(__file__).with_name(f"0001_{op.get_context().dialect.name}.sql").read_text(encoding="utf-8")
    for statement in script.strip().removesuffix(";").split(";\n"):
        op.execute(statement)
