"""How far each source was read, and what became of it when it was last asked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sources",
        sa.Column("source", sa.String(500), nullable=False),
        sa.Column("cluster", sa.String(200), nullable=False),
        sa.Column("feed", sa.String(50), nullable=False),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("watermark", _MOMENT),
        sa.Column("last_run", _MOMENT),
        sa.Column("last_success", _MOMENT),
        sa.Column("last_status", sa.String(50)),
        sa.Column("message", sa.Text),
        sa.Column("rows_read", sa.BigInteger, nullable=False),
        sa.Column("rows_accepted", sa.BigInteger, nullable=False),
        sa.Column("rows_steps", sa.BigInteger, nullable=False),
        sa.Column("rows_quarantined", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("seen", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_sources"),
    )
