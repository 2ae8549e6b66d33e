"""Territories, their rules, and an address to try."""

from typing import Any

from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from portal.kernel.places import countries
from portal.realignment.queries import sellers
from portal.territories.services import RuleValues
from portal.web.choices import pairs
from portal.web.forms import EditForm, Form, Ticks
from portal.web.typed import line


class EditTerritory(EditForm):
    name = StringField("Name", [DataRequired(), Length(max=80)])
    parent_id = SelectField("Below", coerce=lambda text: int(text) if text else None)

    def offer(self, names: list[tuple[int, str]], own_id: int | None = None) -> "EditTerritory":
        self.parent_id.choices = [("", "At the top"), *((key, name) for key, name in names if key != own_id)]
        return self


class EditRule(Form):
    country = SelectField("Country", [Optional()])
    region = StringField("State or region", [Optional(), Length(max=40)], description="The short code, for example CA")
    postcode_from = StringField("Postcode from", [Optional(), Length(max=20)])
    postcode_to = StringField("Postcode to", [Optional(), Length(max=20)])
    industry = StringField("Industry", [Optional(), Length(max=80)])
    employees_from = IntegerField("People from", [Optional(), NumberRange(0, 10_000_000)])
    employees_to = IntegerField("People to", [Optional(), NumberRange(0, 10_000_000)])
    product = StringField("Product interest", [Optional(), Length(max=80)], description="A product category")
    account = StringField(
        "Named account", [Optional(), Length(max=80)], description="Its number; goes before every other rule"
    )
    inherited = BooleanField(
        "Holds for the territories below", description="Narrows their rules, and takes what none of them takes"
    )
    priority = IntegerField(
        "Priority",
        [InputRequired("Give a number."), NumberRange(0, 10_000)],
        default=100,
        description="Of all rules that apply, the lowest number decides",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = [("", "Any country"), *countries().items()]

    def rule(self) -> RuleValues:
        others = ("employees_from", "employees_to", "priority", "inherited")
        texts = {name: value or "" for name, value in self.values(*others).items()}
        return RuleValues(
            **texts,
            inherited=self.inherited.data,
            employees_from=self.employees_from.data,
            employees_to=self.employees_to.data,
            priority=self.priority.data,
        )


class CoverPlanned(Form):
    """Who will cover a territory of a plan."""

    positions = Ticks("Will be covered by", coerce=int, description="Nobody chosen: who covers it now goes on")

    def offer(self) -> "CoverPlanned":
        self.positions.choices = pairs(sellers())
        return self


class TryAddress(PlainForm):  # type: ignore[misc]
    """A GET form: the answer has an address of its own that can be shared."""

    country = SelectField("Country", [InputRequired("Choose a country.")])
    region = StringField("State or region", [Optional(), Length(max=40)], filters=[line])
    postcode = StringField("Postcode", [Optional(), Length(max=20)], filters=[line])
    industry = StringField("Industry", [Optional(), Length(max=80)], filters=[line])
    employees = IntegerField("People", [Optional(), NumberRange(0, 10_000_000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = [("", "Choose"), *countries().items()]
