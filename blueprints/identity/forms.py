"""What people say about themselves, and what administrators say about them."""

from typing import Any

from flask import current_app
from wtforms import EmailField, PasswordField, SelectField, StringField, ValidationError
from wtforms.validators import Email, EqualTo, InputRequired, Length

from portal.identity.rules import ROLE_NAMES
from portal.identity.rules import Role as RoleName
from portal.web.choices import COUNTRIES, CURRENCIES, LANGUAGES, MONTHS, ZONES, pairs
from portal.web.forms import ActForm, Form, Ticks


def inert_name(form: Form, field: Any) -> None:
    """A name is one line of text."""
    if not field.data.strip() or not field.data.isprintable():
        raise ValidationError("Write a name on one line.")


def good_password(form: Form, field: Any) -> None:
    """At least 12 characters, none of the passwords that everybody tries."""
    refused, field.data = current_app.extensions["security"].password_util.validate(field.data, False)
    if refused:
        raise ValidationError(str(refused[0]))

ROLES = pairs((role.value, name) for role, name in ROLE_NAMES.items())


class EditSettings(Form):
    name = StringField("Name", [InputRequired(), Length(max=120), inert_name])
    locale = SelectField("Language", [InputRequired()], choices=LANGUAGES)
    timezone = SelectField("Time zone", [InputRequired()], choices=ZONES)


class ChoosePassword(Form):
    password = PasswordField("New password", [InputRequired(), Length(max=200), good_password])
    repeated = PasswordField("Repeat it", [InputRequired(), EqualTo("password", "Both must be the same.")])


class EditUser(Form):
    name = StringField("Name", [InputRequired(), Length(max=120), inert_name])
    email = EmailField("Email", [InputRequired(), Length(max=200), Email()])


class ChangeRoles(Form):
    roles = Ticks("Roles", choices=ROLES, coerce=RoleName)

    def validate_roles(self, field: Any) -> None:
        if not field.data:
            raise ValidationError("Choose at least one role.")


class InviteUser(EditUser, ChangeRoles):
    pass


class RequireSecondFactor(ActForm):
    """Whose sign-in asks for more than a password."""

    roles = Ticks("Roles", choices=ROLES, coerce=RoleName)


class SetUp(Form):
    """The company, and who its first administrator is."""

    company = StringField("Company", [InputRequired(), Length(max=120), inert_name])
    country = SelectField("Country", [InputRequired()], choices=COUNTRIES, default="DE")
    currency = SelectField("Currency", [InputRequired()], choices=CURRENCIES, default="EUR")
    fiscal_year_start = SelectField("Fiscal year starts in", [InputRequired()], choices=MONTHS, coerce=int, default=1)
    timezone = SelectField("Time zone", [InputRequired()], choices=ZONES, default="Europe/Berlin")
    sender = EmailField("Company email, sender of its mails", [InputRequired(), Length(max=200), Email()])
    name = StringField("Your name", [InputRequired(), Length(max=120), inert_name])
    email = EmailField("Your email, with which you sign in", [InputRequired(), Length(max=200), Email()])
