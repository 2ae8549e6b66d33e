"""The first-run set-up: there until the company exists, and never again."""

from typing import Any

from flask import Response, current_app, flash, redirect, request, url_for
from flask_security import hash_password

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
    return _page(SetUp(formdata=None, data={"code": request.args.get("code", "")}))


@bp.post("/setup")
@public
def save_setup() -> Any:
    _refuse_after_setup()
    form = SetUp()
    if not form.validate_on_submit():
        return _page(form)
    facts = form.values("code", "repeated", "password")
    hashed = hash_password(form.password.data)
    if not submit(form, lambda: services.found_company(code=form.code.data, password_hash=hashed, **facts)):
        return _page(form)
    flash("Your portal is set up. Sign in.", "success")
    return redirect(url_for("security.login"), 303)


def _page(form: SetUp) -> Response:
    _refuse_after_setup()
    mail = current_app.extensions["settings"].smtp
    status = form.status if form.errors else 200
    return page("identity/setup.html", status=status, title="Set up Throughline", form=form, mail=mail)


def _refuse_after_setup() -> None:
    if company() is not None:
        raise NotFound("setup.done", "")
