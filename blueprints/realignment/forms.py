"""Copying and naming models, searching for a balance, pinning, activating."""

from wtforms import DateField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from portal.kernel import clock
from portal.web.forms import EditForm, Form


class CopyModel(Form):
    name = StringField("Name of the plan", [DataRequired(), Length(max=80)])
    note = TextAreaField("What it tries", [Length(max=1000)])


class RenameModel(EditForm):
    name = StringField("Name", [DataRequired(), Length(max=80)])
    note = TextAreaField("What it tries", [Length(max=1000)])


class ProposeModel(Form):
    name = StringField("Name of the plan", [DataRequired(), Length(max=80)])
    most_moves = IntegerField(
        "Accounts that may change hands",
        [InputRequired("Give a number."), NumberRange(1, 1_000_000)],
        description="The search stops there, or earlier when nothing gains enough",
    )


class PinAccount(Form):
    reason = StringField("Why it stays", [DataRequired(), Length(max=200)])


class ActivateModel(Form):
    reason = StringField(
        "Why", [DataRequired(), Length(max=200)], description="Goes to the history of every account that moves"
    )
    effective_on = DateField(
        "Accounts move on",
        [DataRequired()],
        default=lambda: clock.now().date(),
        description="What is new is placed by the model from now on; on a later day owners know ahead",
    )
    hold_over_days = IntegerField(
        "Hold-over, days",
        [InputRequired("Give a number, 0 for none."), NumberRange(0, 366)],
        default=60,
        description="So long the former owner still gets credit for what closes",
    )
    moves = IntegerField("Accounts that move", [InputRequired()])
