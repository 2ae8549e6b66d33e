"""Forms of targets."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.targets.rules import METHODS, Period
from portal.targets.states import Metric
from portal.web.choices import pairs
from portal.web.forms import EditForm, ExactField, Form

METRICS = {
    Metric.BOOKINGS: "Bookings",
    Metric.INVOICED: "Invoiced",
    Metric.COLLECTED: "Collected",
    Metric.MARGIN: "Margin",
    Metric.NEW_CUSTOMERS: "New customers",
    Metric.DEALS: "Deals won",
}
LARGEST = 10**12
PERCENT = NumberRange(0, 1000, "Give a percentage from 0 to 1,000.")


def amount_field(label: str) -> Any:
    return ExactField(
        label,
        [InputRequired("Give an amount."), NumberRange(0, LARGEST, "Give an amount from 0 to 1,000,000,000,000.")],
    )


class NumbersForm(EditForm):
    """Completed by `numbers_form` with a field for each period, named m and its first month from 0."""

    total = ExactField("Adds up to", [Optional()])
    stretch_percent = ExactField("Stretch target, percent on top", [Optional(), PERCENT])


class ProposalForm(EditForm):
    note = TextAreaField("Why this number", [Length(max=1000)])


def with_periods(form: type[EditForm], periods: Sequence[Period]) -> type[Any]:
    fields = {f"m{place * 12 // len(periods)}": amount_field(one.name) for place, one in enumerate(periods)}
    return type(form.__name__, (form,), fields)


def period_names(count: int) -> list[str]:
    return [f"m{place * 12 // count}" for place in range(count)]


class AllocationForm(Form):
    method = SelectField("How", choices=pairs(METHODS.items()))
    over_percent = ExactField("More than the number above, percent", [Optional(), PERCENT], default=Decimal(0))
    deep = BooleanField("Go on to the last position, level by level")


def with_shares(children: Sequence[tuple[int, str]]) -> type[Any]:
    fields = {f"share_{i}": ExactField(f"{name}, percent", [Optional(), PERCENT]) for i, name in children}
    return type("AllocationForm", (AllocationForm,), fields)


class DraftForm(Form):
    effective_on = SelectField("Differs from")
    reason = StringField("Why the targets change", [Length(max=300)])

    def offer(self, months: Sequence[Period]) -> None:
        self.effective_on.choices = [SelectChoice(one.starts_on.isoformat(), one.name) for one in months]

    @property
    def day(self) -> date:
        return date.fromisoformat(self.effective_on.data)


def season_form(months: Sequence[str]) -> type[Any]:
    fields = {
        f"month_{i}": ExactField(name, [InputRequired("Give a percentage."), PERCENT]) for i, name in enumerate(months)
    }
    return type("SeasonForm", (EditForm,), fields)


class MoveForm(Form):
    parent_id = SelectField("Put it under", coerce=int)


class ImportForm(Form):
    file = FileField("CSV or Excel file")
    text = TextAreaField("Or paste cells from a spreadsheet", [Length(max=500_000)])
