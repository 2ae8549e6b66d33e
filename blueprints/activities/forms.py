"""Notes, calls, meetings, tasks."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import g
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from portal.kernel import clock
from portal.organization.queries import names_of_positions
from portal.web.forms import ActForm, Form, Moment


def tomorrow_morning() -> datetime:
    return datetime.combine(clock.today(g.timezone) + timedelta(days=1), time(9), ZoneInfo(g.timezone))


class NoteForm(Form):
    body = StringField("Note", validators=[DataRequired("Write something first."), Length(max=5000)])


class TalkForm(Form):
    kind = SelectField("Kind", choices=[SelectChoice("call", "Call"), SelectChoice("meeting", "Meeting")])
    subject = StringField("With whom, about what", validators=[DataRequired(), Length(max=200)])
    body = TextAreaField("Outcome", validators=[Length(max=5000)])
    at = Moment("When", validators=[Optional()], description="Now, if left empty")


class QuickTaskForm(Form):
    subject = StringField("What", validators=[DataRequired(), Length(max=200)])
    due_at = Moment("Due", validators=[InputRequired()], default=tomorrow_morning)


class TaskForm(QuickTaskForm):
    owner_id = SelectField("Who", coerce=int, validators=[Optional()])
    body = TextAreaField("Details", validators=[Length(max=5000)])
    noun = HiddenField()
    record_id = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = names_of_positions(clock.today(g.timezone))
        self.owner_id.choices = [SelectChoice(key, name) for key, name in sorted(names.items(), key=lambda n: n[1])]


class SnoozeForm(ActForm):
    days = IntegerField(validators=[DataRequired(), NumberRange(1, 60)])
