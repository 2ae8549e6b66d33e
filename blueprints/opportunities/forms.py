"""Forms of deals."""

from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.opportunities.states import LOSS_REASONS, Stage
from portal.web.forms import EditForm, Form

MOST = Decimal(10**12)
COMPETITION = Length(max=120, message="Keep it under 120 characters.")


def clean(text: str | None) -> str:
    """Without surrounding blanks and without characters that no database keeps."""
    return "".join(c for c in text or "" if c.isprintable() or c in "\n\t").strip()


def fine(form: Form, field: Any) -> None:
    """Amounts are kept to four places."""
    if isinstance(field.data, Decimal) and field.data.is_finite() and field.data != round(field.data, 4):
        raise ValidationError("Give at most four decimal places.")


def line_of_text(label: str, required: str = "", most: int = 200, **more: Any) -> StringField:
    asked = [InputRequired(required)] if required else [Optional()]
    limit = Length(max=most, message=f"Keep it under {most} characters.")
    return StringField(label, [*asked, limit], filters=[clean], **more)


def amount(label: str, *, required: bool = False, **more: Any) -> DecimalField:
    asked = InputRequired("Give an amount.") if required else Optional()
    within = NumberRange(0, MOST, message="Give an amount from 0 to 1,000,000,000,000.")
    return DecimalField(label, [asked, within, fine], places=None, **more)


def maybe_id(value: str | None) -> int | None:
    return int(value) if value and value != "new" else None


class NewOpportunityForm(Form):
    name = line_of_text("Name", "Give the deal a name.", description="What they want, in a few words")
    contact_id = SelectField("Contact", coerce=maybe_id, validate_choice=True)
    amount = amount("Estimated amount", default=Decimal(0), description="Until it has products")
    close_on = DateField("Expected close date", [InputRequired("Give a date.")])
    source = line_of_text("Source", most=60)
    need = TextAreaField("Need", [Optional(), Length(max=4000)], filters=[clean])


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
    need = TextAreaField("Need", [Optional(), Length(max=4000)], filters=[clean])
    decision_maker_known = BooleanField("We know who decides")
    competitor = StringField("Competitor", [Optional(), COMPETITION], filters=[clean])
    source = line_of_text("Source", most=60)


class MoveForm(Form):
    stage = SelectField("Stage", choices=[SelectChoice(s.value, s.value.capitalize()) for s in Stage], coerce=Stage)
    reason = line_of_text("Why it goes back", most=500)


class NextStepForm(EditForm):
    text = line_of_text("Next step", "Say what is next.")
    on = DateField("On", [Optional()])


class LineForm(Form):
    product_id = IntegerField("Product", [InputRequired("Pick a product.")])
    quantity = DecimalField(
        "Quantity",
        [InputRequired("Give a quantity."), NumberRange(Decimal("0.0001"), 1_000_000, "Give a number above 0."), fine],
        places=None,
        default=Decimal(1),
    )
    unit_price = amount("Unit price", description="Empty: from the price list")
    discount_percent = DecimalField(
        "Discount in percent",
        [Optional(), NumberRange(0, 100, "Give a number from 0 to 100."), fine],
        places=None,
        default=Decimal(0),
    )


class ChangeLineForm(LineForm):
    product_id = None


class WinForm(EditForm):
    actual_revenue = amount("Actual revenue before tax", required=True)
    on = DateField("Closed on", [InputRequired("Give the day.")])
    note = TextAreaField("Note", [Optional(), Length(max=2000)], filters=[clean])


class LoseForm(EditForm):
    reason = RadioField(
        "Reason", choices=[SelectChoice(r, r) for r in LOSS_REASONS], validators=[InputRequired("Pick a reason.")]
    )
    competitor = StringField("Competitor", [Optional(), COMPETITION], filters=[clean])
    note = TextAreaField("Note", [Optional(), Length(max=2000)], filters=[clean])


class ReopenForm(EditForm):
    reason = line_of_text("Why it is opened again", "Say why it is opened again.", most=500)


class QualifyForm(EditForm):
    account = RadioField("Account", coerce=str)
    contact = RadioField("Contact", coerce=str)
    open_deal = RadioField(
        "Opportunity", choices=[SelectChoice("yes", "Open an opportunity"), SelectChoice("no", "No opportunity yet")]
    )
    name = line_of_text("Name of the opportunity")
    amount = amount("Estimated amount")
    close_on = DateField("Expected close date", [Optional()])

    def validate_name(self, field: Any) -> None:
        if self.open_deal.data == "yes" and not field.data:
            raise ValidationError("Give the opportunity a name.")

    def validate_close_on(self, field: Any) -> None:
        if self.open_deal.data == "yes" and not field.data:
            raise ValidationError("Give a date.")
