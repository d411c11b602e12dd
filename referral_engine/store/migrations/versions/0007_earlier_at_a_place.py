"""Earlier cases of a place are found by the place: through its township all of a category were
read, and they grow with every year."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_case_file_territory_category_received_at",
        "case_file",
        ["territory", "category", "received_at"],
    )
