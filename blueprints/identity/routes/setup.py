"""The first-run set-up: for the first administrator, until the company exists; to everybody else there is no such page."""

from typing import Any

from flask import Response, flash, g, redirect, url_for

from portal.kernel.errors import NotFound
from portal.organization import services
from portal.organization.queries import company
from portal.web.auth import public
from portal.web.forms import submit
from portal.web.htmx import page

from ..forms import SetUp
from . import bp


@bp.get("/setup")
@public
def set_up() -> Response:
    return _page(SetUp(formdata=None))


@bp.post("/setup")
@public
def save_setup() -> Any:
    _refuse_after_setup()
    form = SetUp()
    if not submit(form, lambda: services.found_company(g.actor, **form.values())):
        return _page(form)
    flash("Your portal is set up.", "success")
    return redirect(url_for("messages.show_mail_server"), 303)


def _page(form: SetUp) -> Response:
    _refuse_after_setup()
    return page(
        "identity/setup.html", status=form.status if form.errors else 200, title="Set up Throughline", form=form
    )


def _refuse_after_setup() -> None:
    if company() is not None:
        raise NotFound("setup.done", "")
