"""Forms of invoices."""

from decimal import Decimal
from typing import Any

from wtforms import DateField, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange

from portal.invoices.states import METHODS
from portal.kernel import clock
from portal.web.forms import EditForm, ExactField, Form


class EditTerms(EditForm):
    payment_days = IntegerField("Days to pay", [InputRequired(), NumberRange(0, 365)])


class IssueInvoice(EditForm):
    """A button with the version that was shown."""


class RecordPayment(Form):
    amount = ExactField("Amount", [InputRequired(), NumberRange(Decimal("0.0001"), 10**12)])
    received_on = DateField("Received on", [InputRequired()])
    method = SelectField("How", choices=[(method, method) for method in METHODS], validators=[InputRequired()])
    reference = StringField("Reference", [Length(max=140)])

    def validate_received_on(self, field: Any) -> None:
        if field.data and (field.data > clock.now().date() or field.data.year < 1990):
            raise ValidationError("A payment is received today or before.")
