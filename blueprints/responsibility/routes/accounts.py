"""One account: its tier, its team, its handover brief."""

from typing import Any

from flask import flash, g, url_for

from portal.accounts import services as accounts
from portal.accounts.models import Account
from portal.kernel import clock
from portal.organization.queries import authorize, get
from portal.responsibility import queries
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page, see
from portal.workspace.services import start

from ..forms import EditCare, JoinTeam
from . import bp


@bp.get("/accounts/<int:record_id>")
@needs("accounts.assign")
def edit_team(record_id: int) -> Any:
    return _team_page(record_id)


def _team_page(record_id: int, care: EditCare | None = None, team: JoinTeam | None = None, status: int = 200) -> Any:
    account = get(g.actor, Account, record_id)
    authorize(g.actor, "accounts.assign", account)
    return page(
        "responsibility/team.html",
        status=status,
        title="Team and cadence",
        crumbs=[("Accounts", url_for("accounts.list_accounts")), (account.name, _account_url(record_id))],
        account=account,
        members=queries.team_of(record_id),
        cadence=queries.cadence(),
        care_form=care or EditCare(formdata=None, obj=account),
        team_form=team or JoinTeam(formdata=None),
        act_form=ActForm(formdata=None),
    )


def _account_url(record_id: int) -> str:
    return url_for("accounts.show_account", record_id=record_id)


@bp.post("/accounts/<int:record_id>")
@needs("accounts.assign")
def set_care(record_id: int) -> Any:
    form = EditCare()

    def current() -> dict[str, Any]:
        stored = get(g.actor, Account, record_id)
        return {"tier": stored.tier, "cadence_days": stored.cadence_days, "version": stored.version}

    get(g.actor, Account, record_id)
    act = lambda: accounts.set_care(g.actor, record_id, version=form.version.data, **form.values()).id  # noqa: E731
    if submit(form, act, current=current) is None:
        return _team_page(record_id, care=form, status=form.status)
    flash("Saved.", "success")
    return see(edit_team, record_id=record_id)


@bp.post("/accounts/<int:record_id>/team")
@needs("accounts.assign")
def join_team(record_id: int) -> Any:
    get(g.actor, Account, record_id)
    form = JoinTeam()
    if submit(form, lambda: accounts.join_team(g.actor, record_id, **form.values()).id) is None:
        return _team_page(record_id, team=form, status=form.status)
    flash("Added to the team.", "success")
    return see(edit_team, record_id=record_id)


@bp.post("/accounts/<int:record_id>/team/<int:member_id>/removal")
@needs("accounts.assign")
def leave_team(record_id: int, member_id: int) -> Any:
    get(g.actor, Account, record_id)
    form = ActForm()
    if submit(form, lambda: accounts.leave_team(g.actor, record_id, member_id)) is None:
        return _team_page(record_id, status=form.status)
    flash("No longer in the team.", "success")
    return see(edit_team, record_id=record_id)


@bp.get("/briefs/<int:record_id>")
@needs("accounts.view")
def show_brief(record_id: int) -> Any:
    today = clock.today(g.timezone)
    found = queries.brief(g.actor, record_id, today)
    return page(
        "responsibility/brief.html",
        title=f"Handover brief: {found.account.name}",
        crumbs=[("Accounts", url_for("accounts.list_accounts")), (found.account.name, _account_url(record_id))],
        brief=found,
        cadence=queries.cadence(),
        today=today,
        form=ActForm(formdata=None),
    )


@bp.post("/briefs/<int:record_id>/pdf")
@needs("accounts.view")
def print_brief(record_id: int) -> Any:
    """Printing takes seconds and belongs to a worker; the page of the work has the file."""
    account = get(g.actor, Account, record_id)
    form, spec = ActForm(), {"account_id": record_id}
    done = submit(form, lambda: start(g.actor, "brief", f"Handover brief of {account.name}", spec).id)
    if done is None:
        return show_brief(record_id)
    return go(url_for("workspace.show_work", work_id=done.result))
