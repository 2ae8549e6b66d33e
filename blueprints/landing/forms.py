"""The visitor's form, and the form of the page it stands on."""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional, Regexp, ValidationError

from portal.consent.rules import normal_email
from portal.kernel.errors import Refused
from portal.kernel.places import countries
from portal.landing.queries import PublicPage
from portal.leads.rules import international
from portal.web.forms import EditForm, Form, ReadOnce
from portal.web.typed import line, lines

TRACKED = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "referrer")


def cut(length: int) -> Callable[[Any], Any]:
    """What was not typed by the visitor is cut, not refused."""
    return lambda text: text[:length] if isinstance(text, str) else text


class Tick(BooleanField):  # type: ignore[misc]
    """Comes back as we wrote it, whatever was sent instead."""

    def _value(self) -> str:
        return "y"


class VisitForm(FlaskForm):  # type: ignore[misc]
    """Has no session behind it: `token` is the signed proof of where and when it was shown (see portal.web.seal)."""

    class Meta(ReadOnce):
        csrf = False

    name = StringField(_("Your name"), [DataRequired(), Length(max=120)], filters=[line])
    email = EmailField(
        _("Work email"),
        [DataRequired(), Length(max=254), Email(_("Write one email address, like name@example.com."))],
        filters=[line],
    )
    company = StringField(_("Company"), [Optional(), Length(max=160)], filters=[line])
    country = SelectField(_("Country"), [InputRequired(_("Choose your country."))], validate_choice=False)
    phone = TelField(_("Phone"), [Optional(), Length(max=40)], filters=[line])
    message = TextAreaField(_("Message"), [Optional(), Length(max=5000)], filters=[lines])
    consent = Tick("", [DataRequired(_("Please agree, or we may not write to you."))])
    sms = Tick(_("Confirm by SMS as well"))
    website = StringField("Website")  # nobody sees it; whoever fills it in is a machine
    token = HiddenField()
    utm_source = HiddenField(filters=[line, cut(120)])
    utm_medium = HiddenField(filters=[line, cut(120)])
    utm_campaign = HiddenField(filters=[line, cut(120)])
    utm_term = HiddenField(filters=[line, cut(120)])
    utm_content = HiddenField(filters=[line, cut(120)])
    referrer = HiddenField(filters=[line, cut(300)])

    def fit(self, page: PublicPage) -> "VisitForm":
        """Ask what the page asks, in its words."""
        self.consent.label.text = page.consent_wording
        if not page.ask_phone:
            del self.phone, self.sms
        return self

    def offer(self, page: PublicPage) -> "VisitForm":
        """Fill the lists, which only a form that is shown needs: there are 250 countries."""
        self.country.choices = [("", _("Choose")), *countries(page.language).items()]
        return self

    def validate_country(self, field: SelectField) -> None:
        if field.data not in countries("en"):
            raise ValidationError(field.gettext("Not a valid choice."))

    def validate_email(self, field: EmailField) -> None:
        try:
            field.data = normal_email(field.data)
        except Refused as refusal:
            raise ValidationError(_("Write one email address, like name@example.com.")) from refusal

    def validate_sms(self, field: BooleanField) -> None:
        if field.data and not international(self.phone.data or "", self.country.data or ""):
            raise ValidationError(_("For an SMS we need your number with its country code, like +49 30 1234567."))

    def payload(self) -> dict[str, Any]:
        """What is kept of it, as typed."""
        kept = {name: field.data for name, field in self._fields.items() if name not in ("website", "token")}
        return {"phone": "", "sms": False} | {name: "" if value is None else value for name, value in kept.items()}


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
    consent_wording = TextAreaField(
        "Consent",
        [DataRequired(), Length(max=600)],
        description="Visitors tick this; the words are kept as evidence",
    )
    thanks = TextAreaField("Thank-you text", [DataRequired(), Length(max=600)])
    ask_phone = BooleanField("Ask for a phone number, and offer an SMS")


class PublishPage(Form):
    """A button."""
