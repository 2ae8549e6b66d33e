"""The database schema as code: upgrade, compare, make a new revision."""

import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, event, text

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
UPGRADE_LOCK = 7_203_115  # any constant: the name of the advisory lock on PostgreSQL


def upgrade(url: str, revision: str = "head") -> None:
    """All or nothing, one process at a time. Others wait, then find nothing to do."""
    if revision == "head" and current(url) == head():
        return
    with _connected(url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str) -> None:
    with _connected(url) as connection:
        command.downgrade(_config(connection), revision)


def current(url: str) -> str | None:
    """The revision of the database, None when it has no schema yet."""
    with _connected(url, write=False) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The revision this program expects. Raises when there are two."""
    return _scripts().get_current_head()


def knows(revision: str) -> bool:
    return any(script.revision == revision for script in _scripts().walk_revisions())


def differences(url: str) -> list[Any]:
    """What the models say and the database does not."""
    from alembic.autogenerate import compare_metadata

    from portal.migrations.models import compared, metadata

    with _connected(url, write=False) as connection, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "autogenerate skipping metadata-specified expression-based index")
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": compared})
        return list(compare_metadata(context, metadata()))


def revise(url: str, message: str) -> Path:
    """For developers: write the next numbered revision from the difference to the models."""
    number = f"{len(list(_scripts().walk_revisions())) + 1:04d}"
    with _connected(url) as connection:
        made = command.revision(_config(connection), message, autogenerate=True, rev_id=number)
    script = made[0] if isinstance(made, list) else made
    assert script is not None
    subprocess.run([Path(sys.executable).with_name("ruff"), "format", "-q", script.path], check=True)
    return Path(script.path)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


@contextmanager
def _connected(url: str, write: bool = True) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        if engine.url.database:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        _transactional(engine, write)
    with engine.begin() as connection:
        if write and engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": UPGRADE_LOCK})
        yield connection


def _transactional(engine: Any, write: bool) -> None:
    """Python's driver would commit before each DDL statement: take the transaction into our own hands."""

    @event.listens_for(engine, "connect")
    def _own_transactions(raw: Any, _: object) -> None:
        raw.isolation_level = None
        raw.execute("PRAGMA busy_timeout = 60000")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
