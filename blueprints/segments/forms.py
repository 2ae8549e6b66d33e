"""Segments, lists, snapshots, members."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from portal.web.forms import EditForm, Form


class EditSegment(EditForm):
    name = StringField("Name", [DataRequired("Give it a name."), Length(max=120)])
    note = TextAreaField("Note", [Length(max=1000)], description="What it is for, for whoever finds it later")
    kind = HiddenField(default="dynamic")

    def terms(self) -> dict[str, str]:
        return {"name": self.name.data or "", "note": self.note.data or ""}


class TakeSnapshot(Form):
    name = StringField("Name of the snapshot", [DataRequired("Give it a name."), Length(max=120)])


class AddMember(Form):
    email = StringField("Email address of the contact", [DataRequired("Write an address."), Length(max=254)])
