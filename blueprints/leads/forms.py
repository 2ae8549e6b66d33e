"""What staff type about a lead."""

from typing import Any

from wtforms import EmailField, IntegerField, SelectField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional, ValidationError

from portal.consent.rules import normal_email
from portal.kernel.errors import Refused
from portal.leads.states import REASONS
from portal.web.forms import ActForm, EditForm
from portal.web.places import countries
from portal.web.typed import line, lines


class EditLead(EditForm):
    first_name = StringField("First name", [Optional(), Length(max=80)], filters=[line])
    last_name = StringField("Last name", [DataRequired(), Length(max=80)], filters=[line])
    email = EmailField(
        "Email",
        [DataRequired(), Length(max=254), Email("Write one email address, like name@example.com.")],
        filters=[line],
    )
    phone = TelField("Phone", [Optional(), Length(max=40)], filters=[line])
    company = StringField("Company", [Optional(), Length(max=160)], filters=[line])
    job_title = StringField("Job title", [Optional(), Length(max=120)], filters=[line])
    industry = StringField("Industry", [Optional(), Length(max=80)], filters=[line])
    employees = IntegerField("People in the company", [Optional(), NumberRange(0, 10_000_000)])
    city = StringField("City", [Optional(), Length(max=120)], filters=[line])
    postcode = StringField("Postcode", [Optional(), Length(max=20)], filters=[line])
    region = StringField(
        "State or region", [Optional(), Length(max=40)], filters=[line], description="The short code, for example CA"
    )
    country = SelectField("Country", [InputRequired("Choose a country: it decides the territory.")])
    source = StringField("Source", [DataRequired(), Length(max=80)], filters=[line])
    message = TextAreaField("What they want", [Optional(), Length(max=5000)], filters=[lines])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = [("", "Choose"), *countries("en")]

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
    reason = StringField("Why", [Optional(), Length(max=200)], filters=[line])

    def offer(self, people: list[tuple[int, str]]) -> "AssignLead":
        self.position_id.choices = [("", "Choose"), *people]
        return self
