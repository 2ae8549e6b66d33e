"""Forms of targets."""

from wtforms.validators import InputRequired, NumberRange

from portal.web.forms import EditForm, ExactField


class QuotaForm(EditForm):
    amount = ExactField(
        "Quota for the quarter",
        [InputRequired("Give an amount."), NumberRange(0, 10**12, "Give an amount from 0 to 1,000,000,000,000.")],
    )
