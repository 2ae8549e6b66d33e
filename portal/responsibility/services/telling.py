"""Who learns of a transfer: timelines, handover tasks, notifications."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, update

from portal.accounts.states import Tier
from portal.activities.models import Activity, Regarding
from portal.activities.states import Kind
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.upsert import insert_rows
from portal.organization.queries import names_of_positions, seated_user
from portal.workspace.services import notify

from ..models import Transfer
from .moving import Given

HANDOVER_WITHIN = timedelta(days=7)


def url_of(made: Transfer) -> str:
    return f"/responsibility/transfers/{made.id}"


def announce(made: Transfer) -> None:
    """A plan: the receiver knows ahead."""
    _notify(made, made.to_position_id, f"{made.by} plans to give you {_count(len(made.account_ids))}", "planned")


def failed(made: Transfer) -> None:
    """Who planned it hears that it could not be carried out."""
    text = f"Your transfer of {_count(len(made.account_ids))} was called off: {made.problem}"
    notify(made.user_id, text, url_of(made), f"transfer:{made.id}:failed")


def hand_over(made: Transfer, accounts: list[Given]) -> None:
    """On every timeline; one task for all, and one for each tier A account, for the receiver."""
    names = names_of_positions(clock.now().date())
    receiver = names.get(made.to_position_id or 0, "")
    said = f"Transferred to {receiver}" if receiver else "Moved to another territory"
    told: list[tuple[dict[str, Any], int | None]] = [
        (
            _entry(
                made, Kind.SYSTEM, said, made.reason, owner_id=made.to_position_id or account.owner_id,
                territory_id=made.territory_id or account.territory_id,
            ),
            account.id,
        )
        for account in accounts
    ]  # fmt: skip
    taken = [account for account in accounts if account.owner_id != made.to_position_id]
    if made.to_position_id is not None and taken:
        told += _tasks(made, taken)
        _notify(made, made.to_position_id, f"{made.by} gave you {_count(len(taken))}: {made.reason}", "received")
        for owner_id, number in Counter(account.owner_id for account in taken).items():
            _notify(made, owner_id, f"{_count(number)} went to {receiver}: {made.reason}", f"given:{owner_id}")
    _write([row for row, _ in told], [about for _, about in told])


def undone(actor: Actor, made: Transfer) -> None:
    """What the timelines said is corrected; tasks that were not begun go."""
    mine = (Activity.url == url_of(made), Activity.author == made.by)
    entries = update(Activity).where(*mine, Activity.kind == Kind.SYSTEM)
    back = Activity.subject + f", taken back by {actor.name}"
    db.session.execute(entries.values(subject=back).execution_options(synchronize_session=False))
    tasks = delete(Activity).where(*mine, Activity.due_at.is_not(None), Activity.done_at.is_(None))
    db.session.execute(tasks.execution_options(synchronize_session=False))
    _notify(made, made.to_position_id, f"{actor.name} took {_count(len(made.account_ids))} back", "undone")


def _write(rows: Sequence[dict[str, Any]], about: Sequence[int | None]) -> None:
    """Many entries by few statements; each regards one account, or none."""
    ids = db.session.execute(insert(Activity).returning(Activity.id, sort_by_parameter_order=True), rows).scalars()
    links = [
        {"activity_id": activity_id, "noun_of": "accounts", "record_id": account_id}
        for activity_id, account_id in zip(ids, about, strict=True)
        if account_id is not None
    ]
    insert_rows(Regarding, links)


def _entry(made: Transfer, kind: Kind, subject: str, body: str, **values: Any) -> dict[str, Any]:
    whole = {"due_at": None, "owner_id": made.to_position_id, "territory_id": made.territory_id, "at": clock.now()}
    said = {"kind": kind, "subject": subject, "body": body, "author": made.by, "url": url_of(made)}
    return whole | said | values


def _tasks(made: Transfer, taken: list[Given]) -> list[tuple[dict[str, Any], int | None]]:
    """One for all, and one more for each tier A account."""
    body, due_at = f"{made.reason}. The handover brief tells what is open.", clock.now() + HANDOVER_WITHIN
    apart = [account for account in taken if account.tier is Tier.A or len(taken) == 1]
    told: list[tuple[str, int | None]] = [(f"Take over {account.name}", account.id) for account in apart]
    if len(apart) < len(taken):
        told.append((f"Take over {_count(len(taken))}", None))
    return [(_entry(made, Kind.TASK, subject, body, due_at=due_at), about) for subject, about in told]


def _notify(made: Transfer, position_id: int | None, text: str, what: str) -> None:
    person = seated_user(position_id, clock.now().date()) if position_id else None
    if person and person.id != made.user_id:
        notify(person.id, text, url_of(made), f"transfer:{made.id}:{what}")


def _count(number: int) -> str:
    return "an account" if number == 1 else f"{number} accounts"
