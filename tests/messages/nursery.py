"""Forks mail workers for the kill test: a line on stdin makes one, its process id comes back.

Run: python -m tests.messages.nursery DATA_DIR DATABASE_URL SMTP_URL LEASE_SECONDS
The parent sends the first message, which must be there. Each child does what the mail worker does when the bell rings,
again and again.
"""

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

import jobs.messages
from jobs.worker import sweep
from portal.kernel.db import db
from portal.messages.rules import Pace
from portal.runtime.settings import Settings
from wsgi import make_app


def work() -> None:
    while True:
        if not sweep("mail"):
            time.sleep(0.05)
        db.session.remove()


def main(folder: str, database_url: str, smtp_url: str, lease: float) -> None:
    jobs.messages.PACE = Pace(slice=5, lease=timedelta(seconds=lease))
    app = make_app(
        Settings(
            data_dir=Path(folder),
            database_url=database_url,
            redis_url=f"unix://{folder}/no-such-server.sock",
            smtp_url=smtp_url,
            secret_key="only-for-tests-only-for-tests-only-for-tests",
            demo=False,
        )
    )
    with app.app_context():
        assert sweep("mail") == 1  # everything is compiled once, before the forks
        db.session.remove()
        print("ready", flush=True)
        for _ in sys.stdin:
            child = os.fork()
            if child == 0:
                work()
            print(child, flush=True)
            while True:  # collect the dead
                try:
                    if os.waitpid(-1, os.WNOHANG)[0] == 0:
                        break
                except ChildProcessError:
                    break


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
