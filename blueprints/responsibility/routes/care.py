"""Accounts that nobody looks after, what peers buy, and who is away."""

from typing import Any

from flask import flash, g, url_for

from portal.kernel import clock
from portal.organization.queries import names_of_positions
from portal.responsibility import queries, services
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import page, see
from portal.web.listing import list_page

from ..pages import bulk_transfer, crumbs, parts
from . import bp


@bp.get("")
@needs("responsibility.view")
def list_neglected() -> Any:
    return list_page(
        "responsibility/neglected.html",
        queries.NEGLECTED,
        title="Neglected accounts",
        bulk=bulk_transfer(queries.NEGLECTED.name),
        row_url=lambda row: url_for("accounts.show_account", record_id=row.id),
        empty="Every account was touched within the days that its tier allows.",
        parts=parts(),
        care=queries.care(g.actor),
        cadence=queries.cadence(),
        now=clock.now(),
    )


@bp.get("/orphans")
@needs("responsibility.view")
def list_orphans() -> Any:
    return list_page(
        "responsibility/orphans.html",
        queries.ORPHANS,
        title="Orphan accounts",
        bulk=bulk_transfer(queries.ORPHANS.name),
        row_url=lambda row: url_for("accounts.show_account", record_id=row.id),
        empty="Every account has an owner who is there, a territory and, from tier B up, a next step.",
        parts=parts(),
        lacking=queries.orphans(g.actor),
        lacks=queries.LACKS,
    )


@bp.get("/orphans/placement")
@needs("accounts.assign")
def show_placement() -> Any:
    """What the assignment rules would do with the orphans, before it is done."""
    return _placement(ActForm(formdata=None))


@bp.post("/orphans/placement")
@needs("accounts.assign")
def place_orphans() -> Any:
    form = ActForm()
    done = submit(form, lambda: sum(len(made.account_ids) for made in services.assign_orphans(g.actor)))
    if done is None:
        return _placement(form, form.status)
    flash(f"{done.result} accounts have an owner now.", "success")
    return see(list_orphans)


def _placement(form: ActForm, status: int = 200) -> Any:
    verdicts = queries.placements(g.actor)
    return page(
        "responsibility/placement.html",
        status=status,
        title="Assign orphans by rules",
        crumbs=crumbs(("Orphans", url_for(".list_orphans"))),
        verdicts=verdicts,
        accounts=queries.accounts_named(g.actor, list(verdicts)[:200]),
        form=form,
    )


@bp.get("/white-space")
@needs("responsibility.view")
def show_white_space() -> Any:
    return page("responsibility/white_space.html", title="White space", parts=parts(), gaps=queries.gaps(g.actor))


@bp.get("/cover")
@needs("responsibility.view")
def show_cover() -> Any:
    today = clock.today(g.timezone)
    return page(
        "responsibility/cover.html",
        title="Holiday cover",
        parts=parts(),
        absences=queries.absences(today),
        names=names_of_positions(today),
        today=today,
    )
