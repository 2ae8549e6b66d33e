"""A worker process of its own that works off long work until it is killed: python -m tests.workspace.worker_process FOLDER URL."""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from jobs.workspace import move_along
from portal.accounts.models import Account
from portal.kernel.db import db
from portal.runtime.settings import Settings
from portal.workspace.rules import ImportKind, offer_import
from wsgi import make_app

NAME = "stores"


@dataclass
class Report:
    added: int = 0
    changed: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)


def take_stores(actor, rows):
    """Accounts by number, never one twice: a second insert would break the unique key."""
    report = Report()
    for at, row in enumerate(rows):
        if not row["name"]:
            report.refused.append((at, "name", "A store needs a name."))
        else:
            db.session.add(Account(number=row["number"], name=row["name"], city=actor.name))
            report.added += 1
    db.session.flush()
    time.sleep(0.02 if len(rows) > 100 else 0)
    return report


STORES = ImportKind(
    name=NAME,
    title="Stores",
    permission="accounts.edit",
    fields=[("number", "Number"), ("name", "Name"), ("city", "City")],
    required=["number", "name"],
    take=take_stores,
)


def work_until_killed(app: Flask) -> None:
    with app.app_context():
        while True:
            if not move_along(f"process-{time.monotonic_ns()}"):
                time.sleep(0.05)


if __name__ == "__main__":
    offer_import(STORES)
    folder, url = sys.argv[1:]
    work_until_killed(
        make_app(
            Settings(
                data_dir=Path(folder),
                database_url=url,
                redis_url=f"unix://{folder}/no-such-server.sock",
                secret_key="only-for-tests-only-for-tests-only-for-tests",
                public_url="http://portal.test",
                demo=False,
            )
        )
    )
