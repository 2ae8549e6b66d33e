"""A small application that shows every component on one page; it needs no database."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from flask import Flask, flash, g, render_template, request
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    EmailField,
    FieldList,
    FileField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired

from portal.web import assets, fields, filters

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2014, 1, 14, 9, 30, tzinfo=UTC)


class LeadForm(FlaskForm):
    source = HiddenField()
    name = StringField("Name", [InputRequired("Write the name.")])
    email = EmailField("Email", [Email("Write an address such as name@example.com.")])
    phone = TelField("Phone", description="With country code")
    close = DateField("Close date")
    worth = DecimalField("Worth")
    owner = SelectField("Owner", choices=[SelectChoice("1", "Linda Mitchell"), SelectChoice("2", "Shu Ito")])
    tags = SelectMultipleField("Tags", choices=[SelectChoice("a", "Alpha"), SelectChoice("b", "Beta")])
    grade = RadioField("Grade", choices=[SelectChoice("a", "A"), SelectChoice("b", "B")])
    secret = PasswordField("Secret")
    card = FileField("Business card")
    hosts = FieldList(StringField("Guest", [InputRequired("Name the guest.")]), min_entries=1)
    note = TextAreaField("Note")
    agreed = BooleanField("May be called", [InputRequired("Ask first.")])


def make_app() -> Flask:
    app = Flask("looks", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(SECRET_KEY="only for this test", TESTING=True)
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.loader = ChoiceLoader([FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent)])
    app.jinja_env.globals["dec"] = Decimal
    Babel(app, locale_selector=lambda: g.get("locale", "en"))
    CSRFProtect(app)
    for part in (assets, fields, filters):
        part.register(app)

    @app.get("/patterns")
    def patterns() -> str:
        g.now, g.theme, g.locale = NOW, request.args.get("theme", ""), request.args.get("locale", "en")
        flash({"text": "Riding Excursions moved to Develop", "undo": "/undo"})
        flash("The price list ended yesterday", "warn")
        return render_template("patterns.html", **page_context())

    return app


def page_context() -> dict[str, object]:
    form = LeadForm(formdata=None, meta={"csrf": True}, data={"name": "Helena <Meyer>", "close": date(2014, 1, 20)})
    form.validate()
    form.form_errors.append("Belongs to Helen Meyer already.")
    return {
        "title": "Patterns",
        "current": "Leads",
        "crumbs": [("Sell", "/sell")],
        "nav": [
            ("", [("My work", "home", "/", 9)]),
            (
                "Sell",
                [("Leads", "user-check", "/leads", 14), ("Opportunities", "layout-kanban", "/opportunities", None)],
            ),
            ("Plan", [("Territories", "map-2", "/territories", None)]),
        ],
        "may": lambda permission, record=None: True,
        "create_menu": [("Lead", "user-check", "/leads/new")],
        "me": {"name": "Linda Mitchell", "role": "Sales Representative"},
        "unread": 3,
        "deputy_for": ["Shu Ito"],
        "form": form,
        "moment": NOW,
    }
