"""Accounts: list, page, making, changing, handing over."""

from typing import Any

from flask import flash, g, url_for

from portal.accounts import queries, services
from portal.accounts.models import Account
from portal.activities.services import log
from portal.activities.states import Kind
from portal.organization.queries import allows, authorize, get
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, see
from portal.web.listing import list_page
from portal.web.records import position_name

from ..forms import EditAccount, GiveAccount
from ..pages import account_page, defaults, edit_account_page, new_account_page, owner_page, stored_account
from . import bp


@bp.get("/accounts")
@needs("accounts.view")
def list_accounts() -> Any:
    return list_page(
        "accounts/accounts.html",
        queries.ACCOUNTS,
        title="Accounts",
        row_url=lambda row: url_for(".show_account", record_id=row.id),
        empty="An account is a company you sell to. Qualified leads become accounts; you can also add one by hand.",
    )


@bp.get("/accounts/<int:record_id>")
@needs("accounts.view")
def show_account(record_id: int) -> Any:
    return account_page(record_id)


@bp.get("/accounts/new")
@needs("accounts.edit")
def new_account() -> Any:
    return new_account_page(EditAccount(formdata=None, data=defaults()))


@bp.post("/accounts")
@needs("accounts.edit")
def create_account() -> Any:
    form = EditAccount()

    def create() -> int:
        values = form.values("anyway")
        return services.create_account(g.actor, despite_duplicates=form.anyway.data, **values).id

    done = submit(form, create)
    if not done:
        return new_account_page(form, form.status)
    flash("Account created.", "success")
    return go(url_for(".show_account", record_id=done.result))


@bp.get("/accounts/<int:record_id>/edit")
@needs("accounts.edit")
def edit_account(record_id: int) -> Any:
    account = get(g.actor, Account, record_id)
    authorize(g.actor, "accounts.edit", account)
    return edit_account_page(account, EditAccount(formdata=None, obj=account))


@bp.post("/accounts/<int:record_id>")
@needs("accounts.edit")
def update_account(record_id: int) -> Any:
    get(g.actor, Account, record_id)
    form = EditAccount()

    def update() -> int:
        return services.update_account(g.actor, record_id, version=form.version.data, **form.values("anyway")).id

    if not submit(form, update, current=lambda: stored_account(get(g.actor, Account, record_id))):
        return edit_account_page(get(g.actor, Account, record_id), form, form.status)
    flash("Account saved.", "success")
    return see(show_account, record_id=record_id)


@bp.get("/accounts/<int:record_id>/owner")
@needs("accounts.edit")
def edit_owner(record_id: int) -> Any:
    account = get(g.actor, Account, record_id)
    authorize(g.actor, "accounts.edit", account)
    return owner_page(account, GiveAccount(formdata=None, data={"owner_id": account.owner_id}))


@bp.post("/accounts/<int:record_id>/owner")
@needs("accounts.edit")
def change_owner(record_id: int) -> Any:
    account = get(g.actor, Account, record_id)
    form = GiveAccount()

    def give() -> int:
        new, why = form.owner_id.data, form.reason.data
        services.change_owner(g.actor, record_id, new, why)
        said = f"Owner is now {position_name(new)}"
        return log(Kind.SYSTEM, said, body=why, author=g.actor.name, about=[("accounts", record_id)], owner_id=new)

    if not submit(form, give):
        return owner_page(account, form, form.status)
    flash("The account has a new owner.", "success")
    kept = allows(g.actor, "accounts.view", account)  # who hands over a customer may lose sight of it
    return go(url_for(".show_account", record_id=record_id) if kept else url_for(".list_accounts"))
