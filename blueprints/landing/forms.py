"""The visitor's form, and the form of the page it stands on."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp, ValidationError

from portal.campaigns import queries as campaigns
from portal.consent.queries import topic_choices
from portal.kernel.places import countries
from portal.landing.queries import PublicPage
from portal.leads.rules import international
from portal.web.choices import maybe_id, or_none
from portal.web.forms import EditForm, Form
from portal.web.typed import line, lines
from portal.web.visitor import Tick, VisitorForm, tracked

BOXES = ("consent", "news", "sms")


class CountryField(SelectField):  # type: ignore[misc]
    """Its 250 choices are made when they are shown; what comes back is looked up."""

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in countries():
            raise ValidationError(self.gettext("Not a valid choice."))


class VisitForm(VisitorForm):
    company = StringField(_("Company"), [Optional(), Length(max=160)], filters=[line])
    country = CountryField(_("Country"), [InputRequired(_("Choose your country."))])
    phone = TelField(_("Phone"), [Optional(), Length(max=40)], filters=[line])
    message = TextAreaField(_("Message"), [Optional(), Length(max=5000)], filters=[lines])
    consent = Tick("", [DataRequired(_("Please agree, or we may not write to you."))])
    news = Tick("")
    sms = Tick(_("Confirm by SMS as well"))

    def fit(self, page: PublicPage, origin: Mapping[str, str]) -> "VisitForm":
        """Ask what the page asks, in its words and its language."""
        self.country.choices = partial(_country_choices, page.language)
        self.consent.label.text, self.news.label.text = page.consent_wording, page.news_wording
        self.origin = tracked(origin)
        if not page.ask_phone:
            del self.phone, self.sms
        if not page.news_wording:
            del self.news
        return self

    def validate_sms(self, field: BooleanField) -> None:
        if field.data and not international(self.phone.data or "", self.country.data or ""):
            raise ValidationError(_("For an SMS we need your number with its country code, like +49 30 1234567."))

    def payload(self) -> dict[str, Any]:
        """What is kept of it, as typed, with the words beside every box that was ticked."""
        typed = {name: "" if value is None else value for name, value in self.data.items()}
        words = {f"{name}_wording": str(self[name].label.text) for name in BOXES if typed.get(name)}
        return {"phone": "", "sms": False, "news": False} | self.origin | typed | words


def _country_choices(language: str) -> list[tuple[str, Any]]:
    return [("", _("Choose")), *countries(language).items()]


class EditPage(EditForm):
    title = StringField("Title", [DataRequired(), Length(max=160)])
    slug = StringField(
        "Address",
        [
            DataRequired(),
            Length(max=80),
            Regexp(r"[a-z0-9]+(-[a-z0-9]+)*\Z", message="Small letters, digits and single hyphens."),
        ],
        description="The page is at /p/ and this",
    )
    lead = TextAreaField(
        "Introduction",
        [Optional(), Length(max=600)],
        description="One or two sentences below the title",
    )
    body = TextAreaField(
        "Text",
        [Optional(), Length(max=20_000)],
        description="Markdown: ## heading, **bold**, - list, > quote, [link](https://...)",
    )
    language = SelectField("Language", choices=[SelectChoice("en", "English"), SelectChoice("de", "Deutsch")])
    source = StringField(
        "Source of its leads", [DataRequired(), Length(max=80)], description="Reports count leads by it"
    )
    campaign_id = SelectField("Campaign", coerce=maybe_id, description="Leads without a campaign in their link get it")
    consent_wording = TextAreaField(
        "Box that everybody must tick",
        [DataRequired(), Length(max=600)],
        description="What you do with what they write, your privacy notice; the words are kept as evidence",
    )
    news_wording = TextAreaField(
        "Box for news, if you offer any",
        [Optional(), Length(max=600)],
        description="Never ticked beforehand and never needed; only a yes here lets you send news",
    )
    topic_id = SelectField("Topic of the news", coerce=maybe_id, description="A yes then counts for this topic only")
    double_opt_in = BooleanField(
        "Confirm by mail (double opt-in)", description="No news goes out before the visitor has clicked the mailed link"
    )
    thanks = TextAreaField("Thank-you text", [DataRequired(), Length(max=600)])
    ask_phone = BooleanField("Ask for a phone number, and offer an SMS")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign_id.choices = or_none(campaigns.choices(g.actor), "None")
        self.topic_id.choices = or_none(topic_choices(), "News as a whole")


class PublishPage(Form):
    """A button."""
