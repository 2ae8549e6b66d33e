"""Positions, seats, coverage, and the facts about the company."""

import re
from decimal import Decimal
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    URLField,
)
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from portal.organization import queries
from portal.organization.services import PositionFacts
from portal.organization.states import ROLES, UNIT_KINDS, PositionRole, UnitKind
from portal.web.choices import COUNTRIES, CURRENCIES, LANGUAGES, MONTHS, ZONES, pairs
from portal.web.forms import EditForm, Form


def id_or_none(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class EditPosition(EditForm):
    title = StringField("Title", [InputRequired(), Length(max=120)])
    role = SelectField("Role", [InputRequired()], choices=pairs(ROLES.items()), coerce=PositionRole)
    reports_to_id = SelectField("Reports to", coerce=id_or_none)
    unit_id = SelectField("Unit", coerce=id_or_none)
    capacity = IntegerField("Share of full time", [InputRequired(), NumberRange(1, 100)], default=100)
    carries_quota = BooleanField("Carries a quota")
    ramp_id = SelectField("Ramp of newcomers", coerce=id_or_none)
    opens_on = DateField("Opens on", [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if position := kwargs.get("obj"):
            self.capacity.data = int(position.capacity * 100)
        self.reports_to_id.choices = pairs([("", "Nobody"), *queries.position_choices()])
        self.unit_id.choices = pairs([("", "None"), *queries.unit_choices()])
        self.ramp_id.choices = pairs([("", "None: full quota from the first day"), *queries.ramp_choices()])

    def facts(self) -> PositionFacts:
        return PositionFacts(**self.values("reports_to_id", "capacity"), capacity=Decimal(self.capacity.data) / 100)


class MovePosition(Form):
    reports_to_id = SelectField("Move under", coerce=id_or_none)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reports_to_id.choices = pairs([("", "Nobody: to the top"), *queries.position_choices()])


class TakeSeat(Form):
    user_id = SelectField("Person", [InputRequired()], coerce=id_or_none)
    starts_on = DateField("From", [InputRequired()])
    leaves_others = BooleanField("Leaves every other position that day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user_id.choices = pairs([("", "Choose somebody"), *queries.people_choices()])


class NameDeputy(Form):
    deputy_id = SelectField("Deputy", [InputRequired()], coerce=id_or_none)
    first_day = DateField("First day", [InputRequired()])
    last_day = DateField("Last day", [InputRequired()])
    reason = StringField("Reason", [Optional(), Length(max=120)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deputy_id.choices = pairs([("", "Choose somebody"), *queries.people_choices()])


class EditUnit(EditForm):
    name = StringField("Name", [InputRequired(), Length(max=120)])
    kind = SelectField("Kind", [InputRequired()], choices=pairs(UNIT_KINDS.items()), coerce=UnitKind)
    parent_id = SelectField("Part of", coerce=id_or_none)
    cost_centre = StringField("Cost centre", [Optional(), Length(max=40)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parent_id.choices = pairs([("", "Nothing: the whole")] + queries.unit_choices())


class EditRamp(EditForm):
    name = StringField("Name", [InputRequired(), Length(max=120)])
    percents = StringField(
        "Percent of the quota, month by month",
        [
            InputRequired(),
            Length(max=200),
            Regexp(r"\s*\d{1,3}(\s*[,;]\s*\d{1,3})*\s*\Z", message="Like 0, 25, 50, 75."),
        ],
    )

    def numbers(self) -> list[int]:
        return [int(one) for one in re.split(r"[,;]", self.percents.data or "")]


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
    country = SelectField("Country", [InputRequired()], choices=COUNTRIES)
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
