"""Forms about messages."""

from wtforms import IntegerField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import PasswordInput

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


class EnterMailServer(Form):
    """Where mail goes out. The password is shown to whoever typed it only, and never again."""

    host = StringField(
        "Server",
        [InputRequired(), Length(max=200), Regexp(r"[A-Za-z0-9.:-]+\Z", message="A name like smtp.example.com.")],
    )
    port = IntegerField("Port", [InputRequired(), NumberRange(1, 65535)], default=587)
    security = SelectField(
        "Encryption",
        [InputRequired()],
        choices=[
            SelectChoice("starttls", "STARTTLS, usual with port 587"),
            SelectChoice("tls", "TLS from the start, port 465"),
            SelectChoice("none", "None, inside a network only"),
        ],
        default="starttls",
    )
    user = StringField("User name", [Optional(), Length(max=200)])
    password = PasswordField("Password", [Optional(), Length(max=200)], widget=PasswordInput(hide_value=False))
