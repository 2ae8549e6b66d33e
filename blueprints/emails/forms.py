"""Forms of emails; the one of a block is made from what can be set on its kind."""

import re
from functools import cache
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional, Regexp

from portal.emails.rules.blocks import KINDS, Prop
from portal.emails.rules.look import FONTS, LANGUAGES
from portal.emails.states import Missing
from portal.kernel.liquid import LiquidError, parse
from portal.web.choices import pairs
from portal.web.forms import EditForm, Form

from .events import event_choices

LINK = re.compile(r"(https?://|mailto:|tel:|\{\{|\{%)", re.I)
PICTURE = re.compile(r"(https?://|/mail-pictures/[0-9a-z-]+\.(png|jpeg|gif)\Z|\{\{)")
TOKENS = "Fields in braces: {{ contact.first_name | default: 'there' }}"


def liquid(form: Any, field: Field) -> None:
    """The field holds Liquid that can be read."""
    try:
        parse(field.data or "", False)
    except LiquidError as error:
        raise ValidationError(str(error)) from error


def _condition(form: Any, field: Field) -> None:
    if not field.data:
        return
    if re.search(r"[{}%]", field.data):
        raise ValidationError('Only the condition, without braces: contact.language == "de"')
    try:
        parse(f"{{% if {field.data} %}}{{% endif %}}", False)
    except LiquidError as error:
        raise ValidationError(str(error)) from error


class EditTitles(EditForm):
    subject = StringField("Subject", [InputRequired("Write a subject."), Length(max=250), liquid])
    preheader = StringField("Preview text", [Optional(), Length(max=250), liquid])


class EditText(EditForm):
    text = TextAreaField("Text part", [Optional(), Length(max=100_000), liquid])


class EditSource(EditForm):
    source = TextAreaField("HTML or MJML", [InputRequired("Paste the mail."), Length(max=400_000), liquid])


class EditSettings(EditForm):
    name = StringField(
        "Name", [InputRequired(), Length(max=120)], description="For yourselves; recipients never see it"
    )
    language = SelectField("Language", choices=pairs(LANGUAGES.items()))
    missing = SelectField(
        "When a field without a default is empty",
        choices=pairs([(Missing.BLANK, "Leave a gap and send"), (Missing.REFUSE, "Do not send to that person")]),
        coerce=Missing,
    )


class NewEmail(Form):
    name = StringField(
        "Name", [InputRequired(), Length(max=120)], description="For yourselves; recipients never see it"
    )
    language = SelectField("Language", choices=pairs(LANGUAGES.items()), default="en")
    template = StringField(validators=[Optional(), Length(max=60)])
    source = TextAreaField("HTML or MJML", [Optional(), Length(max=400_000), liquid])


class Translate(Form):
    language = SelectField("Language", choices=pairs(LANGUAGES.items()))


class SaveBlock(Form):
    name = StringField("Save this block as", [InputRequired(), Length(max=80)])


class SendTest(Form):
    to = StringField("Send a test to", [InputRequired(), Email(), Length(max=254)])


class UploadPicture(Form):
    file = FileField("Picture", [FileRequired("Choose a picture.")], description="PNG, JPEG, GIF or WebP, up to 5 MB")


class EditBrand(EditForm):
    sender = StringField("Name of the sender", [Optional(), Length(max=80)], description="Empty: the company's name")
    reply_to = StringField(
        "Answers go to", [Optional(), Email(), Length(max=254)], description="Empty: the company's address"
    )
    accent = StringField(
        "Colour of buttons and links",
        [Optional(), Regexp(r"#[0-9a-fA-F]{6}\Z", message="Write it as #0d5c6b.")],
        description="Empty: the company's. It is made darker or lighter where it could not be read",
    )
    font = SelectField("Typeface", choices=pairs((key, label) for key, (label, _) in FONTS.items()))
    logo = StringField(
        "Logo", [Optional(), Regexp(PICTURE, message="The address of a picture.")],
        description="The address of a picture, for example one of your pictures; shown 36 pixels high",
    )  # fmt: skip
    address = TextAreaField(
        "Postal address",
        [Optional(), Length(max=300)],
        description="With the legal name. Empty: as on the company's page",
    )
    social = TextAreaField(
        "Social links", [Optional(), Length(max=1000)], description="One per line: LinkedIn https://..."
    )

    def validate_social(self, field: Field) -> None:
        for line in (field.data or "").splitlines():
            if line.strip() and not re.fullmatch(r"\s*\S.*?\s+https://\S+\s*", line):
                raise ValidationError(f"Write a name and an address: LinkedIn https://... ({line[:40]})")


@cache
def block_form(kind: str) -> type[Form]:
    """The form of the properties of one kind of block."""
    fields = {f"p_{prop.name}": _field(prop) for prop in KINDS[kind].props}
    if any(prop.kind == "image" for prop in KINDS[kind].props):
        fields["upload"] = FileField("Or bring a picture", description="PNG, JPEG, GIF or WebP, up to 5 MB")
    return type(f"Edit{kind.capitalize()}", (EditForm,), fields)


def props_of(kind: str, form: Form) -> dict[str, Any]:
    return {prop.name: form[f"p_{prop.name}"].data for prop in KINDS[kind].props}


def _field(prop: Prop) -> Any:
    needed = [InputRequired()] if prop.needed else [Optional()]
    given = {"description": prop.hint}
    match prop.kind:
        case "choice":
            return SelectField(prop.label, choices=pairs(prop.choices), **given)
        case "flag":
            return BooleanField(prop.label, **given)
        case "whole":
            return IntegerField(prop.label, [InputRequired(), NumberRange(1, 200)], **given)
        case "url":
            return StringField(
                prop.label, [*needed, Length(max=2000), Regexp(LINK, message="Begin with https://"), liquid], **given
            )
        case "image":
            return StringField(
                prop.label, [*needed, Length(max=500), Regexp(PICTURE, message="Choose a picture.")], **given
            )
        case "event":
            return SelectField(prop.label, choices=event_choices, validate_choice=False, **given)
        case "condition":
            return StringField(prop.label, [Optional(), Length(max=300), _condition], **given)
        case "product":
            picked = {"list": "products", "autocomplete": "off"}
            return StringField(prop.label, [*needed, Length(max=200)], render_kw=picked, **given)
        case "rich" | "lines":
            return TextAreaField(prop.label, [*needed, Length(max=20_000), liquid], **given)
        case "code":
            return TextAreaField(prop.label, [*needed, Length(max=100_000), liquid], **given)
    return StringField(prop.label, [*needed, Length(max=500), liquid], **given)
