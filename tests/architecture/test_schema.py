"""The migrations make what the models say, from empty, on both databases."""

from pathlib import Path

from sqlalchemy import create_engine, inspect

from portal.migrations.models import metadata
from portal.runtime import schema
from tests.conftest import create_schema, fresh_database

OTHERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'index') AND name NOT LIKE 'sqlite_%'",
    "postgresql": "SELECT DISTINCT tgname FROM pg_trigger WHERE NOT tgisinternal UNION ALL "
    "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
}


def shape(url: str) -> dict[str, object]:
    """Tables with their columns, indexes and constraints, and every trigger, by name."""
    engine = create_engine(url)
    look = inspect(engine)
    tables = {
        name: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(name)),
            sorted(c["name"] for c in look.get_check_constraints(name)),
            sorted((k["referred_table"], *k["constrained_columns"]) for k in look.get_foreign_keys(name)),
        )
        for name in look.get_table_names()
        if name != "alembic_version" and not name.startswith("search_index")
    }
    with engine.connect() as connection:
        others = sorted(connection.exec_driver_sql(OTHERS[engine.dialect.name]).scalars())
    engine.dispose()
    return {"tables": tables, "triggers and indexes": others}


def test_migrations_make_the_schema_of_the_models(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    migrated, declared = fresh_database(tmp_path / "a"), fresh_database(tmp_path / "b")
    schema.upgrade(migrated)
    engine = create_engine(declared)
    create_schema(engine)
    engine.dispose()

    assert shape(migrated) == shape(declared)
    assert len(metadata().tables) > 50
    assert schema.current(migrated) == schema.head()
