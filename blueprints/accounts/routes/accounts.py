"""Accounts: list, page, making, changing, handing over."""

from typing import Any

from flask import flash, g, url_for

from portal.accounts import queries, services
from portal.accounts.models import Account
from portal.organization.queries import authorize, get
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, see
from portal.web.listing import Bulk, list_page

from ..forms import EditAccount
from ..pages import account_page, defaults, edit_account_page, new_account_page, stored_account
from . import bp


@bp.get("/accounts")
@needs("accounts.view")
def list_accounts() -> Any:
    return list_page(
        "accounts/accounts.html",
        queries.ACCOUNTS,
        title="Accounts",
        bulk=[Bulk("Transfer…", url_for("responsibility.choose_accounts"), "accounts.assign", name="transfer")],
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
