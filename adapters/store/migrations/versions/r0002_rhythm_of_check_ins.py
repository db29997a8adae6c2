"""Revision 0002: the rhythm of check-ins, the queue of nudges, and when a person last spoke."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns and the queue; the SQL stands in full in one file for each engine."""
    script = Path(__file__).with_name(f"0002_{op.get_context().dialect.name}.sql").read_text(encoding="utf-8")
    for statement in script.strip().removesuffix(";").split(";\n"):
        op.execute(statement)
