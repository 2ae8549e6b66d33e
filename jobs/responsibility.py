"""Planned transfers on their day, large ones in slices, and handover briefs as PDF."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any

from portal.kernel import clock, files
from portal.kernel.colours import on_white
from portal.kernel.db import db, transact
from portal.kernel.errors import Refused
from portal.organization.documents import brand_of
from portal.organization.queries import names_of_positions
from portal.quotes.queries import seller
from portal.responsibility import queries, services
from portal.responsibility.documents import sections
from portal.web import pdf
from portal.web.language import environment
from portal.workspace.rules import Outcome

from .registry import every
from .workspace import Result, Slice, Work, runs

SLICE = 1_000


@every(timedelta(minutes=10))
def carry_out_planned() -> None:
    """One unit of work each, so that a transfer that fails does not hold up the others' past."""
    while transact(lambda: services.carry_out_due(clock.now().date())):
        pass


@runs("transfer")
def transfer_many(work: Work) -> Iterator[Slice]:
    ids, spec = json.loads(files.read(work.spec["ids"])), work.spec
    for at in range(work.done, len(ids), SLICE):
        some = ids[at : at + SLICE]
        yield Slice(len(some), partial(_transfer, work, some, spec))


def _transfer(work: Work, ids: list[int], spec: dict[str, Any]) -> Outcome:
    made = services.transfer(
        work.actor,
        ids,
        to_position_id=spec["to_position_id"],
        territory_id=spec["territory_id"],
        reason=spec["reason"],
        on=date.fromisoformat(spec["on"]),
        hold_over_until=date.fromisoformat(spec["hold_over_until"]) if spec["hold_over_until"] else None,
    )
    return Outcome(changed=len(ids) if made else 0)


@runs("brief")
def print_brief(work: Work) -> Iterator[Slice | Result]:
    if missing := pdf.available():
        raise Refused("pdf.unavailable", missing)
    today = clock.today("UTC")
    brief, names = queries.brief(work.actor, work.spec["account_id"], today), names_of_positions(today)
    brand, language = brand_of(seller(), "", seller().locale), seller().locale
    html = environment(language).get_template("responsibility/pdf/brief.html").render(
        brief=brief, sections=sections(brief, names), owner=names.get(brief.account.owner_id or 0, "Nobody"), brand=brand,
        accent=on_white(brand["accent"]), language=language, today=str(today),
    )  # fmt: skip
    name = f"Handover brief {brief.account.number}.pdf"
    db.session.rollback()  # printing takes its time: no transaction stays open meanwhile
    yield Result(name, pdf.press_limited(name, html))
