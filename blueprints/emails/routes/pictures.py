"""The library of pictures."""

from typing import Any

from flask import flash, g, url_for

from portal.emails import queries, services
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, page

from ..forms import UploadPicture
from . import bp


@bp.get("/emails/pictures")
@needs("emails.view")
def list_pictures() -> Any:
    return _pictures(UploadPicture(formdata=None))


@bp.post("/emails/pictures")
@needs("emails.edit")
def add_picture() -> Any:
    form = UploadPicture()

    def act() -> int:
        sent = form.file.data
        return services.keep_picture(g.actor, sent.filename or "picture", sent.read()).id

    if submit(form, act) is None:
        return _pictures(form, form.status)
    flash("The picture is in the library.", "success")
    return go(url_for(".list_pictures"))


def _pictures(form: UploadPicture, status: int = 200) -> Any:
    crumbs = [("Emails", url_for(".list_emails"))]
    found = queries.pictures()
    return page("emails/pictures.html", status=status, title="Pictures", crumbs=crumbs, form=form, pictures=found)
