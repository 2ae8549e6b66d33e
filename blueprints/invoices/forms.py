"""Forms of invoices."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wtforms import (
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.invoices.documents import REASONS
from portal.invoices.rules import Left, Wanted
from portal.invoices.states import METHODS, CreditReason
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


class RecordRefund(RecordPayment):
    received_on = DateField("Paid back on", [InputRequired()])


class CreditLine(PlainForm):  # type: ignore[misc]
    """What is taken back of one line of the invoice."""

    line_id = HiddenField()
    quantity = ExactField("Quantity", [Optional(), NumberRange(0, 10**9)])
    amount = ExactField("Amount", [Optional(), NumberRange(0, 10**12)])


class IssueCredit(EditForm):
    scope = RadioField(
        "Credit",
        choices=[
            ("all", "Everything that is left"),
            ("lines", "Some lines, by quantity or amount"),
            ("amount", "An amount off the whole invoice"),
        ],
        default="all",
    )
    amount = ExactField("Amount", [Optional(), NumberRange(Decimal("0.0001"), 10**12)])
    reason = SelectField(
        "Reason",
        [InputRequired("Say why.")],
        coerce=lambda text: CreditReason(text) if text else None,
        choices=[("", "Pick a reason"), *((reason.value, text) for reason, text in REASONS["en"].items())],
    )
    remark = TextAreaField("Words to the customer", [Length(max=500)])
    lines = FieldList(FormField(CreditLine), max_entries=500)

    def of(self, lefts: Mapping[int, Left]) -> "IssueCredit":
        """With a row for each line of the invoice that has something left."""
        if not self.is_submitted():
            for line_id, left in lefts.items():
                if left.quantity or left.net:
                    self.lines.append_entry({"line_id": str(line_id)})
        return self

    def wanted(self) -> tuple[Mapping[int, Wanted] | None, Decimal | None]:
        """The lines, or the amount; neither for everything."""
        if self.scope.data == "amount":
            return None, self.amount.data or Decimal(0)
        rows = [row.form for row in self.lines]
        typed = {int(row.line_id.data): Wanted(row.quantity.data, row.amount.data) for row in rows if _is_id(row)}
        return (typed if self.scope.data == "lines" else None), None


def _is_id(row: CreditLine) -> bool:
    text = row.line_id.data or ""
    return text.isascii() and text.isdigit() and len(text) < 12
