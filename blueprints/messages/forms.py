"""Forms about messages."""

from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from portal.web.forms import ActForm, Form


class ResolveMessage(ActForm):
    """What a person knows about a message whose outcome is unknown."""

    decision = RadioField(
        "What happened",
        choices=[SelectChoice("resend", "Resend"), SelectChoice("sent", "Treat as sent")],
        validators=[InputRequired()],
    )


class CancelMessage(ActForm):
    """Stop a message that waits."""


class HoldSending(Form):
    why = StringField("Why", validators=[Length(max=200)], description="Shown to everybody who looks at messages.")


class ReleaseSending(ActForm):
    """Let messages go again."""
