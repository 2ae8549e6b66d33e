"""The form by which people register, and the form of an event."""

from collections.abc import Mapping
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateTimeLocalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from portal.campaigns import queries as campaigns
from portal.consent.queries import topic_choices
from portal.events.queries import Invitee, PublicEvent
from portal.web.choices import LANGUAGES, ZONES, maybe_id, or_none, pairs
from portal.web.forms import EditForm
from portal.web.typed import line
from portal.web.visitor import Tick, VisitorForm, tracked


class RegisterForm(VisitorForm):
    company = StringField(_("Company"), [Optional(), Length(max=160)], filters=[line])
    news = Tick("")

    def fit(self, event: PublicEvent, given: Mapping[str, str]) -> "RegisterForm":
        """`given`: what travels with the form unseen."""
        self.news.label.text = event.news_wording
        self.carried = tracked(given) | {"m": line(given.get("m", ""))[:40]}
        if not event.news_wording:
            del self.news
        return self

    def welcome(self, invitee: Invitee | None) -> "RegisterForm":
        """Filled in for whom we invited."""
        for name in ("name", "email", "company") if invitee else ():
            self[name].data = getattr(invitee, name)
        return self


class EventForm(EditForm):
    name = StringField("Name", [InputRequired("Give it a name."), Length(max=120)])
    summary = TextAreaField(
        "Summary",
        [Optional(), Length(max=600)],
        description="One or two sentences: on top of its page, and in calendars",
    )
    description = TextAreaField(
        "Description", [Optional(), Length(max=20_000)],
        description="Markdown: ## heading, **bold**, - list, [link](https://...)",
    )  # fmt: skip
    starts_at = DateTimeLocalField("Begins", [InputRequired("Give the day and the time.")])
    ends_at = DateTimeLocalField("Ends", [InputRequired("Give the day and the time.")])
    timezone = SelectField("Time zone", choices=pairs((zone, zone) for zone in ZONES), description="Of all its times")
    closes_at = DateTimeLocalField("Registration closes", [Optional()], description="Empty: when it begins")
    venue = TextAreaField("Place", [Optional(), Length(max=300)], description="Name and address; empty: online only")
    online_url = StringField(
        "Address to join online",
        [Optional(), Length(max=500), Regexp(r"https://\S+\Z", message="A whole address beginning with https://.")],
        description="Told only to those who have a seat",
    )
    capacity = IntegerField(
        "Seats", [Optional(), NumberRange(1, 1_000_000)],
        description="Empty: as many as like. When all are taken, people wait in line",
    )  # fmt: skip
    campaign_id = SelectField("Campaign", coerce=maybe_id, description="Registrations count as its responses")
    language = SelectField("Language", choices=LANGUAGES, description="Of its page and its mails")
    news_wording = TextAreaField(
        "Box for news, if you offer any", [Optional(), Length(max=600)],
        description="Never ticked beforehand and never needed; only a yes here lets you send news",
    )  # fmt: skip
    topic_id = SelectField("Topic of the news", coerce=maybe_id, description="A yes then counts for this topic only")
    double_opt_in = BooleanField(
        "Confirm news by mail (double opt-in)", description="No news goes out before the mailed link was clicked"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign_id.choices = or_none(campaigns.choices(g.actor), "None")
        self.topic_id.choices = or_none(topic_choices(), "News as a whole")
