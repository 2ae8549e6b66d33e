"""Forms about consent and blocks."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length

from portal.consent.states import Channel, Purpose, SuppressionReason
from portal.web.forms import Form

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
    )
    note = StringField(
        "Note", validators=[InputRequired(), Length(max=300)], description="Why, for the next colleague."
    )


class ReleaseAddress(_AboutAddress):
    note = StringField("Why it may be written to again", validators=[InputRequired(), Length(max=300)])


class ChangePreference(Form):
    """The link itself says who it is, so no cookie and no CSRF token is needed."""

    class Meta:
        csrf = False

    state = RadioField(
        _("News and offers"),
        choices=[SelectChoice("opted_out", _("No, please stop")), SelectChoice("opted_in", _("Yes, keep me posted"))],
        validators=[InputRequired()],
    )
