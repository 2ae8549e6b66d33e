"""A worker process that works off long work until it is killed: python -m tests.workspace.worker_process FOLDER URL."""

import sys
import time
from pathlib import Path

from flask import Flask

from jobs.workspace import move_along
from portal.accounts.models import Account
from portal.kernel.actor import acting
from portal.kernel.db import db
from portal.runtime.settings import Settings
from portal.workspace.rules import ImportKind, Outcome, Refusal, offer_import
from wsgi import make_app

NAME = "stores"


def take_stores(rows):
    """Accounts by number, never one twice: a second insert would break the unique key."""
    refused = []
    for at, row in enumerate(rows, 1):
        if row["name"]:
            db.session.add(Account(number=row["number"], name=row["name"], city=acting().name))
        else:
            refused.append(Refusal(at, "name", "A store needs a name."))
    db.session.flush()
    time.sleep(0.02 if len(rows) > 100 else 0)
    return Outcome(refused, added=len(rows) - len(refused))


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
