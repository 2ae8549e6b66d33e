"""Forms about what comes in."""

from wtforms import BooleanField, IntegerField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import PasswordInput

from portal.web.forms import Form


class EnterMailbox(Form):
    """Where answers and bounces are fetched from."""

    name = StringField(
        "Name", [InputRequired(), Length(max=80)], description="As it stands in the list, such as Replies."
    )
    protocol = SelectField(
        "How",
        [InputRequired()],
        choices=[
            SelectChoice("imaps", "IMAP with TLS, port 993"),
            SelectChoice("imap", "IMAP with STARTTLS, port 143"),
            SelectChoice("pop3s", "POP3 with TLS, port 995"),
            SelectChoice("pop3", "POP3 with STARTTLS, port 110"),
        ],
        default="imaps",
    )
    host = StringField(
        "Server",
        [InputRequired(), Length(max=200), Regexp(r"[A-Za-z0-9.:-]+\Z", message="A name like imap.example.com.")],
    )
    port = IntegerField("Port", [Optional(), NumberRange(1, 65535)], description="Empty: the usual one.")
    user = StringField("User name", [InputRequired(), Length(max=200)])
    password = PasswordField("Password", [InputRequired(), Length(max=200)], widget=PasswordInput(hide_value=True))
    folder = StringField(
        "Folder", [Length(max=200), Regexp(r'[^"\\\r\n]*\Z')], default="INBOX", description="IMAP only."
    )


class SetWebhook(Form):
    secret = PasswordField("Secret", [Optional(), Length(max=2000)], widget=PasswordInput(hide_value=True))
    active = BooleanField("Listen to it", default=True)
