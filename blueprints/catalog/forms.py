"""Products, price lists, prices, tax rates."""

from typing import Any

from flask import g
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from portal.catalog.states import TAX_CATEGORIES, UNITS
from portal.kernel.places import countries
from portal.web.choices import CURRENCIES
from portal.web.forms import EditForm, ExactField, Form

CATEGORIES = [SelectChoice(code, f"{code}, {text}") for code, text in TAX_CATEGORIES.items()]


class EditProduct(EditForm):
    sku = StringField("Number", [DataRequired(), Length(max=60)])
    name = StringField("Name", [DataRequired(), Length(max=200)])
    category = StringField("Category", [Length(max=100)])
    unit = SelectField("Unit", choices=[SelectChoice(*pair) for pair in UNITS.items()])
    tax_category = SelectField("Tax category", choices=CATEGORIES)
    standard_cost = ExactField("Standard cost", [InputRequired(), NumberRange(0)], default=0)
    description = TextAreaField("Description", [Length(max=5000)])
    active = BooleanField("Sold", default=True)


class EditPriceList(EditForm):
    name = StringField("Name", [DataRequired(), Length(max=100)])
    currency = SelectField("Currency", choices=[SelectChoice(*pair) for pair in CURRENCIES])
    valid_from = DateField("First day", [Optional()])
    valid_until = DateField("Last day", [Optional()])
    is_default = BooleanField("Default list of its currency")


class EditPrice(EditForm):
    min_quantity = ExactField("From quantity", [InputRequired()], default=1)
    unit_price = ExactField("Unit price", [InputRequired(), NumberRange(0)])


class AddPrice(Form):
    product = StringField("Product", [DataRequired(), Length(max=280)], render_kw={"list": "products"})
    min_quantity = ExactField("From quantity", [InputRequired()], default=1)
    unit_price = ExactField("Unit price", [InputRequired(), NumberRange(0)])


class EditTaxRate(EditForm):
    percent = ExactField("Percent", [InputRequired(), NumberRange(0, 100)])


class AddTaxRate(Form):
    country = SelectField("Country")
    region = StringField("Region", [Length(max=10)], description="Code such as CA; empty for the whole country")
    category = SelectField("Tax category", choices=CATEGORIES)
    percent = ExactField("Percent", [InputRequired(), NumberRange(0, 100)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = [SelectChoice(*land) for land in countries(str(g.locale)[:2]).items()]
