"""Forms about consent and blocks."""

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.consent.states import Channel, Enforcement, OverCap, Purpose, SuppressionReason
from portal.web.forms import EditForm, Form

CHANNELS = [(Channel.EMAIL.value, "Email"), (Channel.SMS.value, "SMS")]


class _AboutAddress(Form):
    channel = HiddenField(validators=[AnyOf([c.value for c in Channel])])
    address = HiddenField(validators=[InputRequired(), Length(max=254)])


class WithdrawConsent(_AboutAddress):
    """A customer told a colleague that they no longer want something."""

    purpose = SelectField(
        "No more", choices=[SelectChoice(p.value, f"{p.value.capitalize()} messages") for p in Purpose]
    )
    source = StringField(
        "How they said it",
        validators=[InputRequired(), Length(max=150)],
        description="For example: by phone on Monday.",
    )


class SuppressAddress(_AboutAddress):
    reason = SelectField(
        "Reason",
        choices=[
            SelectChoice(SuppressionReason.MANUAL.value, "Block everything"),
            SelectChoice(SuppressionReason.COMPLAINT.value, "Complaint: no more marketing"),
            SelectChoice(SuppressionReason.UNSUBSCRIBED.value, "Unsubscribed elsewhere: no more marketing"),
        ],
        validators=[InputRequired()],
    )
    note = StringField(
        "Note", validators=[InputRequired(), Length(max=300)], description="Why, for the next colleague."
    )


class ReleaseAddress(_AboutAddress):
    note = StringField("Why it may be written to again", validators=[InputRequired(), Length(max=300)])


class EditTopic(EditForm):
    name = StringField("Name", [InputRequired(), Length(max=80)])
    description = StringField(
        "What it brings", [Length(max=200)], description="One sentence, as the preference page tells it."
    )
    order = IntegerField(
        "Place in the list", [Optional(), NumberRange(0, 999)], default=0, filters=[lambda value: value or 0]
    )
    public = BooleanField("Offered on the preference page")
    archived = BooleanField("Archived: nothing new is sent under it")


MODELS = [
    SelectChoice(Enforcement.RESTRICTIVE.value, "Only people who said yes"),
    SelectChoice(Enforcement.NON_RESTRICTIVE.value, "Everybody who has not said no"),
]
ALL_MODELS = [*MODELS, SelectChoice(Enforcement.DISABLED.value, "Everybody, whatever they said")]
_LIMIT = [Optional(), NumberRange(1, 1000)]


class EditPolicy(EditForm):
    commercial = RadioField("Commercial messages go to", choices=MODELS, coerce=Enforcement)
    transactional = RadioField("Messages about the person's own business go to", choices=ALL_MODELS, coerce=Enforcement)
    tracking = RadioField(
        "Openings and clicks are noted of", choices=ALL_MODELS, coerce=Enforcement,
        description="In the European Union and the United Kingdom this needs a yes.",
    )  # fmt: skip
    per_day = IntegerField("At most in 24 hours", _LIMIT)
    per_week = IntegerField("At most in 7 days", _LIMIT)
    per_month = IntegerField("At most in 30 days", _LIMIT)
    over_cap = RadioField(
        "A commercial message over the cap",
        choices=[
            SelectChoice(OverCap.DROP.value, "is dropped"), SelectChoice(OverCap.WAIT.value, "waits for the next slot")
        ],
        coerce=OverCap,
    )  # fmt: skip
    hours = TextAreaField(
        "Sending hours", [Length(max=4000)],
        description="By the recipient's clock, one window a line: US-TX Mon-Sat 9:00-21:00. A place is a state of the "
        "United States, a country, or * for everywhere; the smallest place counts. Without a line: at any hour.",
    )  # fmt: skip


class AboutPerson(Form):
    """A contact, or an address on a channel."""

    contact = HiddenField()
    channel = HiddenField()
    q = HiddenField(validators=[Length(max=254)])


class RefuseRequest(Form):
    note = StringField("Why not", [InputRequired(), Length(max=300)])


class ErasePerson(AboutPerson):
    sure = BooleanField("Yes, erase this person for good", [DataRequired("Tick this, as it cannot be taken back.")])


class _Letter(Form):
    """The link itself says who it is, so no cookie and no CSRF token is needed."""

    class Meta:
        csrf = False


class ChangePreference(_Letter):
    channels = SelectMultipleField(
        _("News and offers"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), coerce=Channel
    )
    topics = SelectMultipleField(
        _("Topics"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), coerce=int
    )
    tracking = BooleanField(_("You may note whether I open your mails and which links I follow"))
    paused_until = DateField(_("Pause until"), [Optional()], description=_("No news before this day. Empty: no pause."))
    language = SelectField(_("Language"))


class LeaveAll(_Letter):
    """A button."""


class AskErasure(_Letter):
    sure = BooleanField(
        _("Yes, please erase what you know of me"), [DataRequired(_("Tick this, as it cannot be taken back."))]
    )
