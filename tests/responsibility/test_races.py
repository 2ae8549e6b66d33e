"""Two transfers of the same accounts at once."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Account, AccountAssignment
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, transact
from portal.responsibility import services
from portal.workspace.models import Notification
from tests import world
from tests.accounts.makers import make_account


@pytest.mark.parametrize("same", [True, False])
def test_two_transfers_at_once_leave_one_history(live_app, same):
    ids = [make_account(f"N{n}").id for n in range(20)]
    receivers = [world.position(key).id for key in (("colleague", "colleague") if same else ("colleague", "manager"))]
    barrier, results = Barrier(2), []

    def run(receiver, order):
        with live_app.app_context():
            today = clock.now().date()
            barrier.wait()
            act = lambda: services.transfer(SYSTEM, order, to_position_id=receiver, reason="Now", on=today)  # noqa: E731
            results.append(transact(lambda: (made := act()) and made.id))
            db.session.remove()

    threads = [Thread(target=run, args=(r, o)) for r, o in zip(receivers, (ids, ids[::-1]), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.rollback()

    open_rows = select(AccountAssignment.account_id, AccountAssignment.owner_id).where(
        AccountAssignment.ends_on.is_(None)
    )
    assert dict(db.session.execute(open_rows).all()) == dict(
        db.session.execute(select(Account.id, Account.owner_id)).all()
    )
    rows = db.session.scalar(select(func.count()).select_from(AccountAssignment))
    assert rows == (40 if same else 60)
    assert len([result for result in results if result]) == (1 if same else 2)
    assert db.session.scalar(select(func.count()).select_from(Notification)) == (2 if same else 4)
