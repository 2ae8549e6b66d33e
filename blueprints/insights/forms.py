"""Forms of the work list."""

from wtforms import IntegerField
from wtforms.validators import NumberRange

from portal.web.forms import Form


class LaterForm(Form):
    days = IntegerField("Days", [NumberRange(1, 60, "Pick 1 to 60 days.")], default=1)
