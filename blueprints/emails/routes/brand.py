"""The brand kit, and saved blocks that are no longer wanted."""

from typing import Any

from flask import flash, g, url_for

from portal.emails import queries, services
from portal.kernel.db import transact
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, page

from ..forms import EditBrand
from . import bp


@bp.get("/emails/brand")
@needs("emails.view")
def show_brand() -> Any:
    return _brand(EditBrand(formdata=None, obj=queries.brand()))


@bp.post("/emails/brand")
@needs("emails.edit")
def save_brand() -> Any:
    form = EditBrand()

    def current() -> dict[str, Any]:
        stored = queries.brand()
        return {name: getattr(stored, name) for name in ("version", *form.values())}

    if (
        submit(form, lambda: services.edit_brand(g.actor, form.version.data, **form.values()).id, current=current)
        is None
    ):
        return _brand(form, form.status)
    flash("Saved. Emails wear it from their next version on.", "success")
    return go(url_for(".show_brand"))


@bp.post("/emails/saved-blocks/<int:block_id>/removal")
@needs("emails.edit")
def forget_block(block_id: int) -> Any:
    name = transact(lambda: services.forget_block(g.actor, block_id))
    flash(f"{name} is no longer offered. Emails that use it keep it.", "success")
    return go(url_for(".show_brand"))


def _brand(form: EditBrand, status: int = 200) -> Any:
    crumbs = [("Emails", url_for(".list_emails"))]
    look, saved = queries.look_of(), queries.saved_blocks()
    return page("emails/brand.html", status=status, title="Brand kit", crumbs=crumbs, form=form, look=look, saved=saved)
