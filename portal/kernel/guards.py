"""Triggers that refuse what code must never do (change an audit row, alter a frozen document), or take note of changes.

Declared beside the model; created with the schema (see portal.migrations) on both databases.
"""

from collections.abc import Iterator

_guards: list[tuple[str, str, str, tuple[str, ...]]] = []
_followed: list[tuple[str, str, str, str, tuple[str, ...]]] = []

ERASING = "EXISTS (SELECT 1 FROM erasure)"  # see `persons.erasing`


def append_only(table: str, *, personal: bool = False) -> None:
    """Rows of `table` can be neither changed nor deleted. What is `personal` in them can be erased, by `persons` alone."""
    _guards.append((table, "append_only", f"NOT {ERASING}" if personal else "1 = 1", ()))


def frozen_when(table: str, condition: str, *columns: str, personal: bool = False) -> None:
    """While `condition` holds on the OLD row ("OLD.state <> 'draft'"), `columns` keep their values and the row stays."""
    _guards.append((table, "frozen", f"{condition} AND NOT {ERASING}" if personal else condition, columns))


def follow(table: str, verb: str, statement: str, condition: str, *columns: str) -> None:
    """After each row that an UPDATE (of `columns`), INSERT or DELETE touches, run the statement; both may read ROW.x."""
    _followed.append((table, verb, statement, condition, columns))


def statements(dialect: str) -> Iterator[str]:
    """The CREATE TRIGGER statements of every declared guard."""
    for table, name, condition, columns in _guards:
        changed = " OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in columns)
        update_when = f"({condition}) AND ({changed})" if columns else condition
        message = f"{table} rows are {name.replace('_', ' ')}"
        kept = "1 = 1" if name == "append_only" else condition.removesuffix(f" AND NOT {ERASING}")
        for verb, when in (("UPDATE", update_when), ("DELETE", kept)):
            trigger = f"{table}_{name}_{verb.lower()}"
            if dialect == "sqlite":
                yield (
                    f"CREATE TRIGGER {trigger} BEFORE {verb} ON {table} FOR EACH ROW WHEN {when} "
                    f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
                )
            else:
                # PostgreSQL takes no subquery in WHEN, so the function asks.
                row = "NEW" if verb == "UPDATE" else "OLD"
                yield (
                    f"CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS "
                    f"$$ BEGIN IF {when} THEN RAISE EXCEPTION '{message}'; END IF; RETURN {row}; END $$"
                )
                yield f"CREATE TRIGGER {trigger} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {trigger}()"
    for table, verb, statement, condition, columns in _followed:
        trigger, row = f"{table}_followed_{verb.lower()}", "OLD" if verb == "DELETE" else "NEW"
        do, when = statement.replace("ROW.", f"{row}."), condition.replace("ROW.", f"{row}.")
        event = f"AFTER {verb}{' OF ' + ', '.join(columns) if columns else ''} ON {table} FOR EACH ROW WHEN ({when})"
        if dialect == "sqlite":
            yield f"CREATE TRIGGER {trigger} {event} BEGIN {do}; END"
        else:
            yield (
                f"CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {do}; RETURN NULL; END $$"
            )
            yield f"CREATE TRIGGER {trigger} {event} EXECUTE FUNCTION {trigger}()"
