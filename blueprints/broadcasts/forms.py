"""Forms about broadcasts."""

from typing import Any
from zoneinfo import available_timezones

from flask import g
from wtforms import DateTimeLocalField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from portal.broadcasts.rules.sms import LONGEST
from portal.broadcasts.states import Passed, Timing
from portal.campaigns.queries import choices as campaign_choices
from portal.consent.queries import topic_choices
from portal.consent.states import Channel, Purpose
from portal.emails.queries import email_choices
from portal.messages.rules import CHANNEL_NAMES
from portal.segments.queries import segment_choices
from portal.web.choices import maybe_id, or_none
from portal.web.forms import EditForm, Form

NOBODY = "–"


class WriteBroadcast(EditForm):
    name = StringField("Name", [InputRequired(), Length(max=120)], description="For you; recipients see the subject.")
    segment_id = SelectField("To", coerce=maybe_id, description="Everybody who is in it when it is read.")
    purpose = SelectField(
        "Purpose",
        choices=[
            SelectChoice(Purpose.COMMERCIAL.value, "Commercial: needs a yes and an unsubscribe link"),
            SelectChoice(Purpose.TRANSACTIONAL.value, "Transactional: about business they have with us"),
        ],
    )
    topic_id = SelectField("Topic", coerce=maybe_id, description="Who unsubscribes ends this topic only.")
    campaign_id = SelectField("Campaign", coerce=maybe_id)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field, choices in (
            (self.segment_id, segment_choices(g.actor)),
            (self.topic_id, topic_choices()),
            (self.campaign_id, campaign_choices(g.actor)),
        ):
            field.choices = or_none(choices, NOBODY)


class NewBroadcast(WriteBroadcast):
    channel = RadioField(
        "Channel", choices=[SelectChoice(one.value, CHANNEL_NAMES[one]) for one in Channel], default=Channel.EMAIL.value
    )


class WriteEmailVariant(Form):
    email_id = SelectField("Email", coerce=maybe_id)
    subject = StringField("Subject", [Optional(), Length(max=200)], description="Empty: as the email says")
    sender = StringField("Sender's name", [Optional(), Length(max=100)], description="Empty: as the brand says")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email_id.choices = or_none(email_choices(g.actor), NOBODY)


class WriteSmsVariant(Form):
    text = TextAreaField(
        "Text", [InputRequired(), Length(max=LONGEST)], description="{{ contact.first_name }} is filled in"
    )


class StartBroadcast(EditForm):
    """When it goes out, and how fast."""

    timing = RadioField(
        "When",
        choices=[
            SelectChoice(Timing.NOW.value, "Now"),
            SelectChoice(Timing.AT.value, "At a time, everywhere at once"),
            SelectChoice(Timing.LOCAL.value, "At a time where each recipient lives"),
        ],
        default=Timing.NOW.value,
    )
    wall_time = DateTimeLocalField("Day and time", [Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    timezone = SelectField("Time zone", description="Of the time above, when it goes everywhere at once")
    if_passed = RadioField(
        "Where that time has passed already",
        choices=[
            SelectChoice(Passed.NEXT_DAY.value, "The next day at that time"),
            SelectChoice(Passed.AT_ONCE.value, "At once"),
        ],
        default=Passed.NEXT_DAY.value,
    )
    per_hour = IntegerField(
        "At most, each hour", [Optional(), NumberRange(1, 10_000_000)], description="Empty: as fast as the servers may"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timezone.choices = [SelectChoice(zone, zone) for zone in sorted(available_timezones())]

    def validate_wall_time(self, field: Any) -> None:
        if self.timing.data != Timing.NOW.value and field.data is None:
            raise ValidationError("Give a day and a time.")

    def when(self) -> dict[str, Any]:
        wall = self.wall_time.data
        return {
            "timing": Timing(self.timing.data),
            "wall_time": wall.isoformat(timespec="minutes") if wall else "",
            "timezone": self.timezone.data,
            "if_passed": Passed(self.if_passed.data),
            "per_hour": self.per_hour.data,
        }


class PauseBroadcast(Form):
    why = StringField("Why", [Optional(), Length(max=200)], description="Shown to everybody who looks at it.")
