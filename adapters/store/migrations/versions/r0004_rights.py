"""Revision 0004: wishes about one's own data, who was erased, and the chain of notes."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; notes from before are chained when the database is opened, which needs its key."""
    script = Path(__file__).with_name(f"0004_{op.get_context().dialect.name}.sql").read_text(encoding="utf-8")
    for statement in script.strip().removesuffix(";").split(";\n"):
        op.execute(statement)
