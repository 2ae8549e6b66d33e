"""Forms of quotes."""

from decimal import Decimal

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional

from portal.quotes.services import DraftValues, LineValues
from portal.web.forms import EditForm, ExactField, Form
from portal.web.typed import line

MOST_LINES = 200


def number_of(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None


class LineForm(PlainForm):  # type: ignore[misc]
    """One row of the draft. Price and text count for write-ins; products take theirs from the catalog."""

    line_id = HiddenField()
    product_id = HiddenField()
    description = StringField("Text", [Length(max=300)], filters=[line])
    quantity = ExactField("Quantity", [InputRequired(), NumberRange(Decimal("0.0001"), 1_000_000)])
    unit_price = ExactField("Unit price", [Optional(), NumberRange(0, 100_000_000)])
    discount_percent = ExactField("Discount %", [Optional(), NumberRange(0, 100)])

    def line_values(self) -> LineValues:
        return LineValues(
            quantity=self.quantity.data,
            discount_percent=self.discount_percent.data or Decimal(0),
            line_id=number_of(self.line_id.data),
            product_id=number_of(self.product_id.data),
            description=self.description.data or "",
            unit_price=self.unit_price.data,
        )


class EditDraft(EditForm):
    """The whole draft, with a row to add a product and one to write something in."""

    subject = StringField("Subject", [InputRequired(), Length(max=200)])
    contact_id = SelectField("Addressed to", coerce=int)
    valid_until = DateField("Valid until", [InputRequired()])
    payment_days = IntegerField("Days to pay", [InputRequired(), NumberRange(0, 365)])
    discount_percent = ExactField("Discount on everything, %", [Optional(), NumberRange(0, 100)], default=Decimal(0))
    intro = TextAreaField("Words to the customer", [Length(max=4000)])
    terms = TextAreaField("Terms", [Length(max=8000)])
    lines = FieldList(FormField(LineForm), max_entries=MOST_LINES)
    add_sku = StringField("Product", [Length(max=300)])
    add_text = StringField("Write in", [Length(max=300)])
    add_quantity = ExactField("Quantity", [Optional(), NumberRange(Decimal("0.0001"), 1_000_000)], default=Decimal(1))
    add_price = ExactField("Unit price", [Optional(), NumberRange(0, 100_000_000)])

    def draft_values(self, lines: list[LineValues]) -> DraftValues:
        return DraftValues(
            subject=self.subject.data,
            contact_id=self.contact_id.data or None,
            valid_until=self.valid_until.data,
            payment_days=self.payment_days.data,
            discount_percent=self.discount_percent.data or Decimal(0),
            intro=self.intro.data or "",
            terms=self.terms.data or "",
            lines=lines,
        )


class NewQuote(Form):
    account_id = SelectField("Account", coerce=int, validators=[InputRequired()])
    subject = StringField("Subject", [InputRequired(), Length(max=200)])


class NewQuoteFromDeal(Form):
    opportunity_id = HiddenField()
    subject = StringField("Subject", [InputRequired(), Length(max=200)])


class SendQuote(EditForm):
    to = EmailField("Send to", [InputRequired(), Email(), Length(max=254)])


class AcceptOffer(Form):
    signed_as = StringField(_("Your full name"), [InputRequired(), Length(min=3, max=120)])
    reference = StringField(_("Your order number"), [Length(max=60)])
    may_sign = BooleanField(_("I may order for this company and agree to the terms"), [InputRequired()])


class DeclineOffer(Form):
    reason = TextAreaField(_("Why it does not fit"), [InputRequired(), Length(max=1000)])
