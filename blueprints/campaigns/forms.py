"""Forms of campaigns."""

from decimal import Decimal
from typing import Any

from flask import g
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.campaigns.rules import GOAL_NAMES
from portal.campaigns.states import Goal
from portal.segments.queries import segment_choices
from portal.web.choices import pairs
from portal.web.forms import EditForm, ExactField, Form

MOST = Decimal(10**12)


class CampaignForm(EditForm):
    name = StringField("Name", [InputRequired("Give it a name."), Length(max=120)])
    utm_campaign = StringField(
        "Word in its links", [Optional(), Length(max=60)], description="utm_campaign. Empty: made from the name"
    )
    goal = SelectField(
        "Goal", choices=[SelectChoice(goal.value, name) for goal, name in GOAL_NAMES.items()], coerce=Goal
    )
    goal_value = ExactField(
        "How much of it", [InputRequired("Give a number."), NumberRange(0, MOST)], default=Decimal(0),
        description="A number of leads, or an amount",
    )  # fmt: skip
    budget = ExactField("Budget", [InputRequired("Give an amount."), NumberRange(0, MOST)], default=Decimal(0))
    starts_on = DateField("Starts on", [Optional()])
    ends_on = DateField("Ends on", [Optional()])
    objective = TextAreaField(
        "Objective", [Optional(), Length(max=2000)], description="What should be different after it"
    )


class CostForm(Form):
    spent_on = DateField("Day", [InputRequired("Give the day.")])
    what = StringField("What for", [InputRequired("Say what for."), Length(max=200)])
    amount = ExactField("Amount", [InputRequired("Give an amount."), NumberRange(Decimal("0.01"), MOST)])


class SegmentForm(Form):
    segment_id = SelectField("Segment", [InputRequired("Choose a segment.")], coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.segment_id.choices = pairs(segment_choices(g.actor))


class MemberForm(Form):
    email = StringField("Email of the contact", [InputRequired("Give the address."), Length(max=254)])
    response = StringField(
        "Response", [Optional(), Length(max=200)], description="What the contact did, such as: visited our stand"
    )


class LinkForm(Form):
    url = StringField("Address", [InputRequired("Give the address of the page."), Length(max=2000)])
    source = StringField(
        "Source", [InputRequired("Say where it stands."), Length(max=60)], description="Such as newsletter"
    )
    medium = StringField(
        "Medium", [InputRequired("Say what kind."), Length(max=60)], description="Such as email, social, print"
    )
    content = StringField("Content", [Optional(), Length(max=60)], description="Tells two links of one mail apart")
    term = StringField("Term", [Optional(), Length(max=60)], description="The word that was searched for")
