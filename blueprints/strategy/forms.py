"""Who does a step until when; scenarios and their hires."""

from typing import Any

from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.organization import queries as organization
from portal.strategy.states import STATES, StepState
from portal.web.choices import pairs
from portal.web.forms import EditForm, ExactField, Form


def id_or_none(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class EditStep(EditForm):
    lead_id = SelectField("Who does it", coerce=id_or_none)
    due_on = DateField("Until", [Optional()])
    note = TextAreaField("Note", [Optional(), Length(max=2000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lead_id.choices = pairs([("", "Nobody yet"), *organization.position_choices()])


class MoveStep(Form):
    state = SelectField("State", [InputRequired()], choices=pairs(STATES.items()), coerce=StepState)


class SaveScenario(Form):
    name = StringField("Name", [InputRequired(), Length(max=80)])


class AddHire(Form):
    title = StringField("Title", [InputRequired(), Length(max=120)], default="Account executive")
    count = IntegerField("How many", [InputRequired(), NumberRange(1, 500)], default=2)
    opens_on = DateField("From", [InputRequired()])
    reports_to_id = SelectField("Report to", [InputRequired()], coerce=id_or_none)
    ramp_id = SelectField("Ramp", coerce=id_or_none)
    quota = ExactField("Quota of a full year, each", [Optional(), NumberRange(min=1)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reports_to_id.choices = pairs(organization.position_choices())
        self.ramp_id.choices = pairs([("", "None: full quota from the first day"), *organization.ramp_choices()])
