"""The catalogue as it began: clusters, ledger, quarantine, account map, settings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "settings",
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_settings"),
    )
    op.create_table(
        "clusters",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("timezone", sa.String(100), nullable=False),
        sa.Column("tier", sa.String(100)),
        sa.Column("machine", sa.String(200)),
        sa.Column("synthetic", sa.Boolean, nullable=False),
        sa.Column("added_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_clusters"),
    )
    op.create_table(
        "account_projects",
        sa.Column("cluster", sa.String(200), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("project", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("cluster", "account", name="pk_account_projects"),
    )
    _ledger()
    _quarantine()


def _ledger() -> None:
    op.create_table(
        "runs",
        sa.Column("run_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("finished_at", _MOMENT),
        sa.Column("status", sa.String(100)),
        sa.PrimaryKeyConstraint("run_id", name="pk_runs"),
    )
    op.create_table(
        "files",
        sa.Column("file_id", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("cluster", sa.String(200)),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("format", sa.String(100), nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("timezone", sa.String(100)),
        sa.Column("window_from", _MOMENT),
        sa.Column("window_to", _MOMENT),
        sa.Column("window_assumed", sa.Boolean, nullable=False),
        sa.Column("rows_read", sa.BigInteger, nullable=False),
        sa.Column("rows_accepted", sa.BigInteger, nullable=False),
        sa.Column("rows_steps", sa.BigInteger, nullable=False),
        sa.Column("rows_quarantined", sa.BigInteger, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        sa.Column("assumptions", sa.JSON, nullable=False),
        sa.Column("inserted", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.Column("unchanged", sa.BigInteger, nullable=False),
        sa.Column("store_version", sa.Text),
        sa.Column("ingested_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("file_id", name="pk_files"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.run_id"], name="fk_files_run_id_runs"),
    )
    op.create_index("ix_files_run_id", "files", ["run_id"])
    op.create_index("ix_files_sha256_kind_cluster", "files", ["sha256", "kind", "cluster"])


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", _BIG, nullable=False, autoincrement=True),
        sa.Column("file_id", sa.Integer, nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(100), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
        sa.ForeignKeyConstraint(["file_id"], ["files.file_id"], name="fk_quarantine_file_id_files"),
    )
    op.create_index("ix_quarantine_file_id", "quarantine", ["file_id"])
