"""What the form macros need to know about WTForms fields."""

from collections.abc import Iterator, Mapping

from flask import Flask
from wtforms import Field, Form
from wtforms.fields import FieldList, FormField, HiddenField


def own_errors(field: Field) -> list[str]:
    """Errors of the field itself: a group also lists those of its parts, as lists or by name."""
    if isinstance(field.errors, Mapping):
        return []
    return [str(error) for error in field.errors if not isinstance(error, list | tuple | dict)]


def described(field: Field, hint: str) -> str | bool:
    """Ids of the hint and the error below a control, for aria-describedby; False leaves the attribute out."""
    ids = [f"{field.id}-hint"] if hint else []
    if own_errors(field):
        ids.append(f"{field.id}-error")
    return " ".join(ids) or False


def field_errors(form: Form) -> list[tuple[str, str, str]]:
    """(id, label, error) of every control in error, also inside repeated and nested forms, in their order."""
    return [error for field in form for error in errors_within(field)]


def errors_within(field: Field) -> Iterator[tuple[str, str, str]]:
    if isinstance(field, FormField | FieldList):
        parts = field.form if isinstance(field, FormField) else field.entries
        yield from (error for part in parts for error in errors_within(part))
    if not isinstance(field, HiddenField):
        yield from ((field.id, field.label.text, error) for error in own_errors(field))


def register(app: Flask) -> None:
    app.jinja_env.globals.update(own_errors=own_errors, described=described, field_errors=field_errors)
