"""What staff type about a lead."""

from typing import Any

from wtforms import EmailField, IntegerField, SelectField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional, ValidationError

from portal.consent.rules import normal_email
from portal.kernel.errors import Refused
from portal.kernel.places import countries
from portal.leads.states import REASONS
from portal.web.forms import ActForm, EditForm


class EditLead(EditForm):
    first_name = StringField("First name", [Optional(), Length(max=80)])
    last_name = StringField("Last name", [DataRequired(), Length(max=80)])
    email = EmailField(
        "Email",
        [DataRequired(), Length(max=254), Email("Write one email address, like name@example.com.")],
    )
    phone = TelField("Phone", [Optional(), Length(max=40)])
    company = StringField("Company", [Optional(), Length(max=160)])
    job_title = StringField("Job title", [Optional(), Length(max=120)])
    industry = StringField("Industry", [Optional(), Length(max=80)])
    employees = IntegerField("People in the company", [Optional(), NumberRange(0, 10_000_000)])
    city = StringField("City", [Optional(), Length(max=120)])
    postcode = StringField("Postcode", [Optional(), Length(max=20)])
    region = StringField("State or region", [Optional(), Length(max=40)], description="The short code, for example CA")
    country = SelectField("Country", [InputRequired("Choose a country: it decides the territory.")])
    source = StringField("Source", [DataRequired(), Length(max=80)])
    message = TextAreaField("What they want", [Optional(), Length(max=5000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = [("", "Choose"), *countries().items()]

    def validate_email(self, field: EmailField) -> None:
        try:
            field.data = normal_email(field.data)
        except Refused as refusal:
            raise ValidationError(refusal.message) from refusal


class DisqualifyLead(ActForm):
    reason = SelectField(
        "Reason",
        [InputRequired("Choose a reason.")],
        choices=[SelectChoice("", "Choose"), *(SelectChoice(r, r) for r in REASONS)],
    )


class AssignLead(ActForm):
    position_id = SelectField("To", [InputRequired("Choose somebody.")], coerce=lambda text: int(text) if text else 0)
    reason = StringField("Why", [Optional(), Length(max=200)])

    def offer(self, people: list[tuple[int, str]]) -> "AssignLead":
        self.position_id.choices = [("", "Choose"), *people]
        return self
