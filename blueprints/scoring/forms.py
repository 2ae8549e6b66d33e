"""One rule of the model."""

from wtforms import BooleanField, IntegerField, SelectField, StringField, SubmitField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from portal.scoring.rules import FACTS, OPERATORS, PARTS
from portal.web.forms import EditForm


class EditRule(EditForm):
    part = SelectField("Counts as", choices=[SelectChoice(*part) for part in PARTS])
    label = StringField("Name", [DataRequired(), Length(max=80)], description="As it stands on receipts")
    fact = SelectField("What", choices=[SelectChoice(fact.name, fact.label) for fact in FACTS.values()])
    operator = SelectField("Condition", choices=[SelectChoice(name, words) for name, (words, _) in OPERATORS.items()])
    value = StringField("Value", [Optional(), Length(max=400)])
    points = IntegerField("Points", [InputRequired("Give a number, also below zero."), NumberRange(-100, 100)])
    half_life = IntegerField(
        "Half of it fades in", [Optional(), NumberRange(1, 3650)], description="Days; empty: it stays"
    )
    cap = IntegerField("At most", [Optional(), NumberRange(1, 100)], description="Points, however often it happened")
    active = BooleanField("In force", default=True)
    preview = SubmitField("Preview")
