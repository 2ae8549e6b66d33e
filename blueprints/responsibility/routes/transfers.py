"""Giving accounts to somebody: choose, see the consequences, confirm, undo."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import flash, g, request, url_for

from portal.accounts.queries import ACCOUNTS
from portal.kernel import clock, files
from portal.kernel.errors import Refused
from portal.kernel.listing import ids as ids_of
from portal.kernel.listing import named
from portal.organization.queries import names_of_positions
from portal.responsibility import queries, services
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page, see
from portal.web.listing import list_page
from portal.workspace.services import start

from ..forms import ConfirmTransfer, Terms
from ..pages import crumbs, parts
from . import bp

LISTS = ("accounts", "neglected", "orphans")
FILTERS = ("owner_id", "tier", "industry", "country")
MOST = 20_000
AT_ONCE = 1_000  # more go in the background, in slices of so many


@bp.get("/transfers")
@needs("responsibility.view")
def list_transfers() -> Any:
    return list_page(
        "responsibility/transfers.html",
        queries.TRANSFERS,
        title="Transfers",
        row_url=lambda row: url_for(".show_transfer", record_id=row.id),
        empty="No accounts were given to anybody yet. Pick some in the list of accounts, or start here.",
        parts=parts(),
    )


@bp.post("/transfers/choice")
@needs("accounts.assign")
def choose_accounts() -> Any:
    """From a list: the picked accounts, or all that match its filters."""
    listing = request.args.get("listing", ACCOUNTS.name)
    if request.form.get("all") and listing in LISTS:
        return go(url_for(".new_transfer", listing=listing, query=request.form.get("query", "")[:2000]))
    picked = [text for text in request.form.getlist("pick") if text.isdecimal() and len(text) < 10]
    if not picked:
        flash("Pick at least one account first", "warn")
        return go(url_for("accounts.list_accounts"))
    return go(url_for(".new_transfer", ids=",".join(picked[:500])))


@bp.get("/transfers/new")
@needs("accounts.assign")
def new_transfer() -> Any:
    """Without a receiver: choose. With one: what would happen, and the button that does it."""
    asked = "to_position_id" in request.args
    terms = Terms(request.args if asked else None, data=Terms.proposed(clock.today("UTC")))
    if asked and terms.validate():
        return _wizard(terms, ConfirmTransfer(formdata=None, data=terms.data))
    return _wizard(terms, None, 422 if asked else 200)


def _ids() -> list[int]:
    """The accounts in question: one by one, all that match on a list, or by the filters of this page."""
    given = [int(text) for text in request.values.get("ids", "").split(",") if text.isdecimal() and len(text) < 10]
    listing = request.args.get("listing", "")
    if not given and listing in LISTS:
        given = ids_of(named(listing), g.actor, dict(parse_qsl(request.args.get("query", "")[:2000])), g.timezone)
    args = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    found = queries.chosen(g.actor, given, args, g.timezone)
    if len(found) > MOST:
        raise Refused("transfer.too_many", f"At most {MOST:,} accounts at once. Choose fewer, or realign territories.")
    return found


def _wizard(terms: Terms, form: ConfirmTransfer | None, status: int = 200) -> Any:
    ids = _ids()
    filters = [field for field in ACCOUNTS.fields if field.key in FILTERS]
    kept = {name: request.values[name] for name in ("ids", "listing", "query", *FILTERS) if request.values.get(name)}
    effects, when = queries.consequences(g.actor, ids) if ids else None, ("to_position_id", "on", "hold_over_until")
    return page(
        "responsibility/wizard.html",
        status=status,
        title="Transfer accounts",
        crumbs=crumbs(("Transfers", url_for(".list_transfers"))),
        terms=terms,
        form=form,
        effects=effects,
        pay=queries.commissions(g.actor, effects.ids, **{name: terms[name].data for name in when})
        if effects and form
        else [],
        filters=[(field, field.choices(g.actor) if field.choices else []) for field in filters],
        kept=kept,
        again=urlencode(kept),
        names=names_of_positions(clock.today("UTC")),
        today=clock.today("UTC"),
        at_once=AT_ONCE,
    )


@bp.post("/transfers")
@needs("accounts.assign")
def make_transfer() -> Any:
    form = ConfirmTransfer()
    ids = _ids()
    if len(ids) > AT_ONCE:
        return _in_background(form, ids)

    def act() -> int:
        made = services.transfer(g.actor, ids, **form.values("ids"))
        if made is None:
            raise Refused("transfer.there", "These accounts are there already.", "to_position_id")
        return made.id

    done = submit(form, act)
    if done is None:
        return _wizard(form, None, form.status)
    flash("Transferred." if form.on.data <= clock.today("UTC") else "Planned.", "success")
    return go(url_for(".show_transfer", record_id=done.result))


def _in_background(form: ConfirmTransfer, ids: list[int]) -> Any:
    """Slices of a thousand, each a transfer of its own, with progress."""
    spec = form.values("ids") | {
        "ids": files.put(json.dumps(ids).encode()),
        "on": str(form.on.data),
        "hold_over_until": str(form.hold_over_until.data or ""),
    }
    title = f"Transfer of {len(ids):,} accounts"
    done = submit(form, lambda: start(g.actor, "transfer", title, spec, len(ids)).id)
    if done is None:
        return _wizard(form, None, form.status)
    return go(url_for("workspace.show_work", work_id=done.result))


@bp.get("/transfers/<int:record_id>")
@needs("responsibility.view")
def show_transfer(record_id: int) -> Any:
    return _transfer_page(record_id, ActForm(formdata=None))


def _transfer_page(record_id: int, form: ActForm, status: int = 200) -> Any:
    made = queries.transfer_of(g.actor, record_id)
    fresh = made.done_at is not None and clock.now() - made.done_at < services.UNDO_WITHIN
    return page(
        "responsibility/transfer.html",
        status=status,
        title=made.reason,
        crumbs=crumbs(("Transfers", url_for(".list_transfers"))),
        made=made,
        state=queries.STATE_NAMES[made.state],
        moved=queries.moved(record_id),
        accounts=queries.accounts_of(g.actor, made),
        may_undo=fresh and g.actor.may("accounts.assign"),
        form=form,
    )


@bp.post("/transfers/<int:record_id>/return")
@needs("accounts.assign")
def undo_transfer(record_id: int) -> Any:
    queries.transfer_of(g.actor, record_id)
    form = ActForm()
    if submit(form, lambda: services.undo(g.actor, record_id).id) is None:
        return _transfer_page(record_id, form, form.status)
    flash("Taken back: what was still with the receiver is where it was.", "success")
    return see(show_transfer, record_id=record_id)


@bp.post("/transfers/<int:record_id>/cancellation")
@needs("accounts.assign")
def cancel_transfer(record_id: int) -> Any:
    queries.transfer_of(g.actor, record_id)
    form = ActForm()
    if submit(form, lambda: services.cancel(g.actor, record_id).id) is None:
        return _transfer_page(record_id, form, form.status)
    flash("Called off. The accounts stay where they are.", "success")
    return see(show_transfer, record_id=record_id)
