"""Forms of deals."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import g
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation

from portal.opportunities.rules import NewSplit
from portal.opportunities.states import LOSS_REASONS, SplitKind, Stage
from portal.organization.queries import owner_choices
from portal.web.forms import EditForm, ExactField, Form

MOST = Decimal(10**12)
SPLIT_KINDS = [SelectChoice("revenue", "Revenue split"), SelectChoice("overlay", "Overlay split")]
COMPETITION = Length(max=120, message="Keep it under 120 characters.")


def line_of_text(label: str, required: str = "", most: int = 200, **more: Any) -> StringField:
    asked = [InputRequired(required)] if required else [Optional()]
    limit = Length(max=most, message=f"Keep it under {most} characters.")
    return StringField(label, [*asked, limit], **more)


def amount(label: str, *, required: bool = False, **more: Any) -> ExactField:
    asked = InputRequired("Give an amount.") if required else Optional()
    within = NumberRange(0, MOST, message="Give an amount from 0 to 1,000,000,000,000.")
    return ExactField(label, [asked, within], **more)


def maybe_id(value: str | None) -> int | None:
    return int(value) if value and value != "new" else None


class NewOpportunityForm(Form):
    name = line_of_text("Name", "Give the deal a name.", description="What they want, in a few words")
    contact_id = SelectField("Contact", coerce=maybe_id, validate_choice=True)
    amount = amount("Estimated amount", default=Decimal(0), description="Until it has products")
    close_on = DateField("Expected close date", [InputRequired("Give a date.")])
    source = line_of_text("Source", most=60)
    need = TextAreaField("Need", [Optional(), Length(max=4000)])


class EditOpportunityForm(EditForm):
    name = line_of_text("Name", "Give the deal a name.")
    contact_id = SelectField("Contact", coerce=maybe_id)
    amount = amount("Estimated amount")
    close_on = DateField("Expected close date", [InputRequired("Give a date.")])
    probability = IntegerField(
        "Probability in percent",
        [Optional(), NumberRange(0, 100, "Give a number from 0 to 100.")],
        description="Leave it empty to follow the stage",
    )
    probability_note = line_of_text("Why it differs from the stage")
    need = TextAreaField("Need", [Optional(), Length(max=4000)])
    decision_maker_known = BooleanField("We know who decides")
    competitor = StringField("Competitor", [Optional(), COMPETITION])
    source = line_of_text("Source", most=60)


class MoveForm(Form):
    stage = SelectField("Stage", choices=[SelectChoice(s.value, s.value.capitalize()) for s in Stage], coerce=Stage)
    reason = line_of_text("Why it goes back", most=500)


class NextStepForm(EditForm):
    text = line_of_text("Next step", "Say what is next.")
    on = DateField("On", [Optional()])


class LineForm(Form):
    product_id = IntegerField("Product", [InputRequired("Pick a product.")])
    quantity = ExactField(
        "Quantity",
        [InputRequired("Give a quantity."), NumberRange(Decimal("0.0001"), 1_000_000, "Give a number above 0.")],
        default=Decimal(1),
    )
    unit_price = amount("Unit price", description="Empty: from the price list")
    discount_percent = ExactField(
        "Discount in percent",
        [Optional(), NumberRange(0, 100, "Give a number from 0 to 100.")],
        default=Decimal(0),
    )


class ChangeLineForm(LineForm):
    product_id = None


class SplitRow(PlainForm):  # type: ignore[misc]
    """Somebody's part of the credit; without a position it is no row."""

    kind = SelectField("Kind", choices=SPLIT_KINDS, coerce=SplitKind)
    position_id = SelectField("Who", coerce=maybe_id)
    percent = ExactField("Percent", [Optional(), NumberRange(0, 1000, "Give a percentage.")])


class SplitsForm(EditForm):
    rows = FieldList(FormField(SplitRow), "Splits", max_entries=20)

    def wanted(self) -> list[NewSplit]:
        return [
            NewSplit(row.form.kind.data, row.form.position_id.data, row.form.percent.data or Decimal(0))
            for row in self.rows
            if row.form.position_id.data
        ]


class WinForm(EditForm):
    actual_revenue = amount("Actual revenue before tax", required=True)
    on = DateField("Closed on", [InputRequired("Give the day.")])
    note = TextAreaField("Note", [Optional(), Length(max=2000)])


class LoseForm(EditForm):
    reason = RadioField(
        "Reason", choices=[SelectChoice(r, r) for r in LOSS_REASONS], validators=[InputRequired("Pick a reason.")]
    )
    competitor = StringField("Competitor", [Optional(), COMPETITION])
    note = TextAreaField("Note", [Optional(), Length(max=2000)])


class ReopenForm(EditForm):
    reason = line_of_text("Why it is opened again", "Say why it is opened again.", most=500)


def asked_with_deal(message: str) -> Callable[[Form, Any], None]:
    """Required when an opportunity is opened; otherwise whatever stands there does not matter."""

    def check(form: Form, field: Any) -> None:
        if form.open_deal.data != "yes":
            field.errors = []
            raise StopValidation
        if not field.data:
            raise StopValidation(message if not field.errors else None)

    return check


class QualifyForm(EditForm):
    account = RadioField("Account", coerce=str)
    contact = RadioField("Contact", coerce=str)
    open_deal = RadioField(
        "Opportunity", choices=[SelectChoice("yes", "Open an opportunity"), SelectChoice("no", "No opportunity yet")]
    )
    name = StringField(
        "Name of the opportunity",
        [asked_with_deal("Give the opportunity a name."), Length(max=200, message="Keep it under 200 characters.")],
    )
    amount = amount("Estimated amount")
    close_on = DateField("Expected close date", [asked_with_deal("Give a date.")])


class ChangeOwner(Form):
    owner_id = SelectField("New owner", coerce=int, validators=[InputRequired()])
    reason = StringField("Why", [InputRequired(), Length(max=500)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner_id.choices = [SelectChoice(int(key), name) for key, name in owner_choices(g.actor)]
