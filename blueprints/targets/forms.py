"""Forms of targets."""

from wtforms import DecimalField
from wtforms.validators import InputRequired, NumberRange

from portal.web.forms import EditForm


class QuotaForm(EditForm):
    amount = DecimalField(
        "Quota for the quarter",
        [InputRequired("Give an amount."), NumberRange(0, 10**12, "Give an amount from 0 to 1,000,000,000,000.")],
        places=None,
    )
