"""Positions, seats, coverage, and the facts about the company."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    URLField,
)
from wtforms.validators import Email, InputRequired, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from portal.organization import queries
from portal.web.choices import CURRENCIES, LANGUAGES, MONTHS, ZONES, pairs
from portal.web.forms import EditForm, Form


def id_or_none(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class EditPosition(EditForm):
    title = StringField("Title", [InputRequired(), Length(max=120)])
    reports_to_id = SelectField("Reports to", coerce=id_or_none)
    carries_quota = BooleanField("Carries a quota")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reports_to_id.choices = pairs([("", "Nobody"), *queries.position_choices()])


class TakeSeat(Form):
    user_id = SelectField("Person", [InputRequired()], coerce=int)
    starts_on = DateField("From", [InputRequired()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user_id.choices = pairs(queries.people_choices())


class Vacate(Form):
    ends_on = DateField("Vacant from", [InputRequired()])


class CoverTerritories(Form):
    territories = SelectMultipleField(
        "Territories", coerce=int, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.territories.choices = pairs(queries.territory_choices())


class EditCompany(EditForm):
    name = StringField("Name", [InputRequired(), Length(max=120)])
    legal_name = StringField("Legal name", [InputRequired(), Length(max=200)])
    street = StringField("Street", [Optional(), Length(max=200)])
    postcode = StringField("Postcode", [Optional(), Length(max=20)])
    city = StringField("City", [Optional(), Length(max=120)])
    region = StringField("State or region", [Optional(), Length(max=60)])
    country = StringField(
        "Country, two letters", [InputRequired(), Regexp(r"[A-Z]{2}\Z", message="Two capital letters.")]
    )
    vat_id = StringField("Tax or VAT number", [Optional(), Length(max=40)])
    email = EmailField("Email, sender of its mails", [InputRequired(), Length(max=200), Email()])
    phone = TelField("Phone", [Optional(), Length(max=40)])
    website = URLField("Website", [Optional(), Length(max=200), Regexp(r"https?://", message="Begin with https://")])
    currency = SelectField("Currency", [InputRequired()], choices=CURRENCIES)
    fiscal_year_start = SelectField("Fiscal year starts in", [InputRequired()], choices=MONTHS, coerce=int)
    timezone = SelectField("Time zone", [InputRequired()], choices=ZONES)
    locale = SelectField("Language of documents", [InputRequired()], choices=LANGUAGES)
    accent = StringField("Accent colour", [InputRequired(), Regexp(r"#[0-9a-f]{6}\Z", message="Like #0d5c6b.")])
    bank_name = StringField("Bank", [Optional(), Length(max=120)])
    iban = StringField("IBAN", [Optional(), Length(max=40)])
    bic = StringField("BIC", [Optional(), Length(max=11)])


class UploadLogo(Form):
    logo = FileField("Logo", [FileRequired("Choose a picture.")])
