"""Forms of posts and accounts."""

from typing import Any

from flask import g
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from portal.campaigns.queries import choices as campaign_choices
from portal.social.queries import accounts
from portal.social.rules import LONGEST, NETWORK_NAMES
from portal.social.states import Network
from portal.web.choices import maybe_id, or_none
from portal.web.forms import EditForm, Form, Moment, Ticks


class PostForm(EditForm):
    text = TextAreaField(
        "Post", [InputRequired("Write something."), Length(max=max(LONGEST.values()))],
        description=", ".join(f"{NETWORK_NAMES[one]} {LONGEST[one]:,}" for one in LONGEST) + " characters at most",
    )  # fmt: skip
    link = StringField(
        "Link", [Optional(), Length(max=1000)], description="Each network gets it with its own UTM parameters"
    )
    campaign_id = SelectField("Campaign", coerce=maybe_id)
    publish_at = Moment("Publish at", [Optional()], description="Your time. Empty: as soon as it is scheduled")
    account_ids = Ticks("Publish on", coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign_id.choices = or_none(campaign_choices(g.actor), "None")
        known = accounts(active=True)
        self.account_ids.choices = [SelectChoice(one.id, f"{one.name} ({NETWORK_NAMES[one.network]})") for one in known]


class AccountForm(EditForm):
    name = StringField("Name", [InputRequired("Give it a name."), Length(max=80)], description="@us@mastodon.example")
    network = SelectField(
        "Network", choices=[SelectChoice(one.value, name) for one, name in NETWORK_NAMES.items()], coerce=Network
    )
    url = StringField(
        "Address", [Optional(), Length(max=500)],
        description="Mastodon: the server. Webhook: where posts are sent. Others: the page on which to post",
    )  # fmt: skip
    secret = PasswordField(
        "Access token or signing key",
        [Optional(), Length(max=500)],
        description="Stored sealed. Empty: leaves it as it is",
    )
    active = BooleanField("In use", default=True)

    def validate_url(self, field: StringField) -> None:
        needed = self.network.data in (Network.MASTODON, Network.WEBHOOK)
        if needed and not (field.data or "").startswith(("https://", "http://")):
            raise ValidationError("Give the whole address, like https://mastodon.example.")


class PictureForm(Form):
    file = FileField("Picture", [FileRequired("Choose a picture.")], description="PNG, JPEG, GIF or WebP, up to 5 MB")
    alt = StringField(
        "What it shows", [InputRequired("Say what it shows."), Length(max=1500)],
        description="For people who cannot see it; networks show it beside the picture",
    )  # fmt: skip


class PublishedForm(Form):
    url = StringField("Where it stands", [Optional(), Length(max=500)])
