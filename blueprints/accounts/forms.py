"""Accounts, contacts, and whose they are."""

from typing import Any

from flask import g
from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    SelectField,
    StringField,
    TelField,
    URLField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from portal.catalog.queries import price_lists
from portal.kernel.places import countries
from portal.web.choices import CURRENCIES, LANGUAGES
from portal.web.forms import EditForm, ExactField

TOP = 10**14  # below what an exact number can hold


def id_or_none(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class EditAccount(EditForm):
    name = StringField("Name", [DataRequired(), Length(max=200)])
    legal_name = StringField("Legal name", [Length(max=200)], description="Printed on documents, if it differs")
    website = URLField("Website", [Length(max=200)])
    domain = StringField("Email domain", [Length(max=200)], description="New leads with it are matched to this account")
    industry = StringField("Industry", [Length(max=100)])
    employees = IntegerField("Employees", [Optional(), NumberRange(0, 10_000_000)])
    annual_revenue = ExactField("Annual revenue", [Optional(), NumberRange(0, TOP)])
    phone = TelField("Phone", [Length(max=40)])
    street = StringField("Street", [Length(max=200)])
    city = StringField("City", [Length(max=100)])
    region = StringField("Region", [Length(max=100)], description="State or province, such as CA")
    postcode = StringField("Postcode", [Length(max=20)])
    country = SelectField("Country")
    vat_id = StringField("VAT number", [Length(max=30)])
    buyer_reference = StringField(
        "Buyer reference", [Length(max=100)], description="On e-invoices, if the customer asks"
    )
    payment_days = IntegerField("Days to pay", [InputRequired(), NumberRange(0, 365)], default=30)
    currency = SelectField("Currency", [InputRequired()], choices=CURRENCIES)
    language = SelectField("Language of documents", [InputRequired()], choices=LANGUAGES)
    price_list_id = SelectField("Price list", coerce=id_or_none)
    anyway = BooleanField("There is no such account yet")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lands = countries(str(g.locale)[:2])
        self.country.choices = [SelectChoice("", "Not known"), *(SelectChoice(*land) for land in lands.items())]
        lists = [SelectChoice(one.id, f"{one.name} ({one.currency})") for one in price_lists()]
        self.price_list_id.choices = [SelectChoice("", "Default list of the currency"), *lists]


class EditContact(EditForm):
    first_name = StringField("First name", [Length(max=100)])
    last_name = StringField("Last name", [DataRequired(), Length(max=100)])
    account = StringField(
        "Account",
        [Length(max=240)],
        description="Number or name",
        render_kw={"list": "accounts", "autocomplete": "off"},
    )
    job_title = StringField("Role", [Length(max=100)])
    email = EmailField("Email", [Length(max=254)])
    phone = TelField("Phone", [Length(max=40)])
    mobile = TelField("Mobile", [Length(max=40)], description="For SMS; begin with + outside the account's country")
    language = SelectField("Language", [InputRequired()], choices=LANGUAGES)
