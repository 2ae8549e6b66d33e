"""Giving a record to another owner: the form and its page, whatever the record is."""

from typing import Any

from flask import Response, g
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from portal.organization.queries import owner_choices

from .forms import Form
from .htmx import page


class ChangeOwner(Form):
    owner_id = SelectField("New owner", coerce=int)
    reason = StringField("Why", [InputRequired(), Length(max=500)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner_id.choices = [(int(key), name) for key, name in owner_choices(g.actor)]


def owner_page(record: Any, form: ChangeOwner, *, list_url: tuple[str, str], url: str, goes_along: str) -> Response:
    """`url` is the record's page, the form posts to `url`/owner; `goes_along` tells what else changes hands."""
    return page(
        "layout/owner.html",
        status=form.status if form.errors or form.form_errors else 200,
        title="Change owner",
        crumbs=[list_url, (record.name, url)],
        form=form,
        record=record,
        url=url,
        goes_along=goes_along,
    )
