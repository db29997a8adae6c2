"""Revision 0003: the workspaces that installed the app, each with its sealed token."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; the SQL stands in full in one file for each engine."""
    script = Path(__file__).with_name(f"0003_{op.get_context().dialect.name}.sql").read_text(encoding="utf-8")
    op.execute(script.strip().removesuffix(";"))
