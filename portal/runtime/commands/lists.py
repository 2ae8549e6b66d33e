"""export, import: lists as files and files as records, over the same functions as the pages."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..cli import fail, say, settings, with_json

if TYPE_CHECKING:
    from flask import Flask

    from portal.kernel.actor import Actor


def _app() -> "Flask":
    from ..serve import load_app

    return load_app(settings())


def _acting(email: str) -> "Actor":
    """The person with that address, with the positions held today."""
    from sqlalchemy import select

    from portal.identity.models import User
    from portal.kernel import clock
    from portal.kernel.db import db
    from portal.organization.queries import actor_for

    user = db.session.scalar(select(User).where(User.email == email))
    if user is None:
        raise fail(f"nobody here has the address {email}")
    return actor_for(user, clock.today(user.timezone))


@click.command("export")
@click.argument("listing")
@click.option("--format", "kind", type=click.Choice(["csv", "xlsx"]), default="csv", show_default=True)
@click.option("--filter", "filters", metavar="QUERY", default="", help='As in the address: "state=new&sort=-score".')
@click.option("--as", "email", metavar="EMAIL", help="With the eyes of this person; without it, everything.")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="Without it: standard output.")
@with_json
def export(listing: str, kind: str, filters: str, email: str | None, target: Path | None) -> None:
    """Write the rows of LISTING (accounts, leads, ...)."""
    from urllib.parse import parse_qsl

    from portal.kernel import audit
    from portal.kernel.actor import SYSTEM, act_as
    from portal.kernel.db import transact
    from portal.kernel.listing import listings
    from portal.organization.queries import company
    from portal.web.exports import known_format, write

    with _app().app_context():
        if listing not in listings:
            raise fail(f"there is no list {listing!r}: use one of {', '.join(sorted(listings))}")
        owner = company()
        actor, args, zone = (
            _acting(email) if email else SYSTEM,
            dict(parse_qsl(filters)),
            owner.timezone if owner else "UTC",
        )
        with act_as(actor):
            transact(lambda: audit.record(listing, None, "exported", filters=args, format=kind))
            out: Any = target.open("wb") if target else sys.stdout.buffer
            rows = 0
            try:
                for written, piece in write(listings[listing], actor, args, known_format(kind), zone):
                    out.write(piece)
                    rows = written
            finally:
                if target:
                    out.close()
    if target:
        say({"file": str(target), "rows": rows}, f"{target}: {rows:,} rows")


@click.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "email", metavar="EMAIL", required=True, help="Whose records they become.")
@click.option("--dry-run", is_flag=True, help="Report only; nothing is changed.")
@with_json
def import_(kind: str, file: Path, email: str, dry_run: bool) -> None:
    """Take records of KIND (contacts, ...) from FILE; columns are recognised by their names."""
    from portal.kernel.actor import act_as
    from portal.kernel.db import transact
    from portal.kernel.tables import read_table
    from portal.workspace import services
    from portal.workspace.rules import check_columns, import_kind, import_names, suggest

    with _app().app_context():
        if kind not in import_names():
            raise fail(f"{kind!r} cannot be imported: use one of {', '.join(import_names())}")
        wanted, content, actor = import_kind(kind), file.read_bytes(), _acting(email)
        table, rows = read_table(content)
        columns = suggest(table.header, wanted)
        check_columns(columns, wanted)

        def begin() -> int:
            stored = services.take_in(actor, kind, file.name, content)
            spec = {"kind": kind, "key": stored.key, "columns": columns, "dry": dry_run, "file": stored.id}
            return services.start(actor, "import", f"Import of {file.name}", spec, rows).id

        with act_as(actor):
            work_id = transact(begin)
        _finish(work_id)


def _finish(work_id: int) -> None:
    """Work it off here, or watch a worker that was faster, and say what became of it."""
    import time

    from jobs.workspace import move_along
    from portal.kernel.db import db
    from portal.workspace.models import LongWork
    from portal.workspace.queries import remarks_of
    from portal.workspace.states import OPEN, WorkState

    while (work := db.session.get_one(LongWork, work_id, populate_existing=True)).state in OPEN:
        db.session.rollback()
        if not move_along(f"command:{work_id}"):
            time.sleep(0.5)
    if work.state is not WorkState.DONE:
        raise fail(f"the import {work.state}: {work.error or ''}")
    numbers = {"rows": work.done, "added": work.added, "changed": work.changed, "refused": work.refused}
    lines = [", ".join(f"{name} {number:,}" for name, number in numbers.items())]
    report = [[one.row, one.field, one.reason, one.taken] for one in remarks_of(work_id)]
    lines += [f"row {row}{f', {field}' if field else ''}: {reason}" for row, field, reason, _ in report]
    say({**numbers, "work": work_id, "report": report}, "\n".join(lines))


COMMANDS = (export, import_)
