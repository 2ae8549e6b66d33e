"""Forms of orders."""

from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from portal.web.forms import EditForm


class FulfilOrder(EditForm):
    """A button with the version that was shown."""


class CancelOrder(EditForm):
    reason = TextAreaField("Why", [InputRequired(), Length(max=500)])
