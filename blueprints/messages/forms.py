"""Forms about messages."""

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import PasswordInput

from portal.messages.models import MailServer
from portal.web.forms import ActForm, EditForm, Form
from portal.web.servers import SmtpServer


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


class JudgeHistory(ActForm):
    """Have every opening and click judged again."""


class ReleaseSending(ActForm):
    """Let messages go again."""


class EnterMailServer(EditForm):
    """Where mail goes out, what may go there, and how fast. The password is shown to whoever typed it only."""

    name = StringField("Name", [InputRequired(), Length(max=80)], description="For you: what this way out is called.")
    active = BooleanField("In use", default=True)
    host = StringField(
        "Server",
        [InputRequired(), Length(max=200), Regexp(r"[A-Za-z0-9.:-]+\Z", message="A name like smtp.example.com.")],
        description="As your mail provider names it, such as smtp.example.com",
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
    user = StringField("User name", [Optional(), Length(max=200)], description="Often your email address")
    password = PasswordField("Password", [Optional(), Length(max=200)], widget=PasswordInput(hide_value=False))
    transactional = BooleanField("Quotes, invoices, confirmations: single mails", default=True)
    bulk = BooleanField("Broadcasts", default=True)
    sender_domains = StringField(
        "Only for mail from these domains", [Optional(), Length(max=400)], description="With blanks between; empty: all"
    )
    per_second = IntegerField("At most, each second", [Optional(), NumberRange(1, 10_000)])
    per_hour = IntegerField("At most, each hour", [Optional(), NumberRange(1, 10_000_000)])
    connections = IntegerField("Connections at once", [InputRequired(), NumberRange(1, 1000)], default=10)
    domain_limits = TextAreaField(
        "At most to one domain, each minute",
        [
            Optional(),
            Length(max=4000),
            Regexp(r"(?s)(\s*[\w.-]+\s+\d{1,6}\s*(\n|\Z))*\Z", message="Lines like gmail.com 600."),
        ],
        description="A line each: gmail.com 600",
    )
    warm_up = StringField(
        "Broadcast mails on the first day, the second, ...",
        [Optional(), Length(max=400), Regexp(r"[\d ]*\Z", message="Numbers with blanks between, like 50 100 200.")],
        description="A new address earns its name slowly: 50 100 200 400 800. Then there is no limit",
    )
    warm_up_from = DateField("First day", [Optional()])

    LIMITS = ("active", "transactional", "bulk", "per_second", "per_hour", "connections", "warm_up_from")

    def columns(self) -> dict[str, Any]:
        """What is kept besides the address of the server."""
        pairs = (line.split() for line in (self.domain_limits.data or "").lower().splitlines() if line.strip())
        return {name: self[name].data for name in self.LIMITS} | {
            "name": self.name.data,
            "sender_domains": (self.sender_domains.data or "").lower().split(),
            "domain_limits": {domain: int(limit) for domain, limit in pairs},
            "warm_up": [int(number) for number in (self.warm_up.data or "").split()],
        }

    @classmethod
    def showing(cls, server: MailServer, address: SmtpServer | None) -> "EnterMailServer":
        limits = {name: getattr(server, name) for name in (*cls.LIMITS, "name", "version")}
        lists = {
            "sender_domains": " ".join(server.sender_domains),
            "domain_limits": "\n".join(f"{domain} {limit}" for domain, limit in server.domain_limits.items()),
            "warm_up": " ".join(map(str, server.warm_up)),
        }
        names = ("host", "port", "security", "user")
        return cls(formdata=None, data=limits | lists | {name: getattr(address, name) for name in names if address})

    def by_environment(self) -> "EnterMailServer":
        """SMTP_URL says where it is."""
        for name in ("host", "port", "security", "user", "password"):
            del self[name]
        return self


class EditSenderDomain(EditForm):
    """How mail from this domain proves that it is ours."""

    signing = BooleanField("Sign mail with DKIM here", description="Leave it off where your provider signs")
    return_domain = StringField(
        "Bounces come back to", [Optional(), Length(max=200), Regexp(r"[\w.-]*\Z")],
        description="A domain whose mail reaches this portal, such as bounces.example.com; empty: to the sender",
    )  # fmt: skip
    spf_include = StringField(
        "SPF record of your mail provider", [Optional(), Length(max=200), Regexp(r"[\w.-]*\Z")],
        description="What it tells you to include, such as _spf.provider.example",
    )  # fmt: skip


class AddSenderDomain(Form):
    domain = StringField(
        "Domain",
        [InputRequired(), Length(max=200), Regexp(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z", message="Like example.com.")],
    )
