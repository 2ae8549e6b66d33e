"""Forms: one way from a POST to an act, with refusals, conflicts and double clicks handled once."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.support import NullTranslations, Translations
from flask import flash, g, request
from flask_wtf import FlaskForm
from wtforms import (
    DateTimeLocalField,
    DecimalField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.core import UnboundField
from wtforms.i18n import messages_path
from wtforms.validators import Optional, StopValidation
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from portal.kernel import nonces
from portal.kernel.db import transact
from portal.kernel.errors import Refused, Stale
from portal.kernel.money import LIMIT

from .http import locale
from .typed import line, lines


@cache
def messages(language: str) -> NullTranslations:
    """What WTForms says about a wrong value, in the language; read from its catalogue once."""
    return Translations.load(messages_path(), [language], domain="wtforms")


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose submission acts once: `nonce` is new in every rendering."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: Any) -> NullTranslations:
            return messages(locale())

        def bind_field(self, form: Any, unbound_field: UnboundField, options: dict[str, Any]) -> Field:
            """Text arrives tidied (see `typed`), never None; passwords stay as typed."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                tidy = lines if issubclass(kind, TextAreaField) else line
                options["filters"] = [tidy, *unbound_field.kwargs.get("filters", ())]
            return super().bind_field(form, unbound_field, options)

    nonce = HiddenField(default=lambda: secrets.token_urlsafe(16))
    status = 422  # what an unaccepted form answers with

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflict: list[tuple[str, str, str]] = []  # label, mine, theirs
        self.clashing: list[str] = []  # the fields of `conflict` that one can pick for: keep-NAME=theirs

    def process(self, *args: Any, **kwargs: Any) -> None:
        """What was typed as a number or a day is shown again as it came: without what no page may hold."""
        super().process(*args, **kwargs)
        for field in self:
            if field.raw_data and not isinstance(field, StringField):
                field.raw_data = [line(one) if isinstance(one, str) else one for one in field.raw_data]

    def refuse(self, refusal: Refused) -> None:
        self.status = 409 if isinstance(refusal, Stale) else 422
        field = self[refusal.field] if refusal.field and refusal.field in self else None
        (list_of(field) if field is not None else self.form_errors).append(refusal.message)

    def compare(self, current: Mapping[str, Any]) -> None:
        """Fill `conflict` with the fields in which what was typed differs from what is stored now."""
        for name, theirs in current.items():
            if name in self and (mine := self[name].data) != theirs:
                self.conflict.append((self[name].label.text, _words(self[name], mine), _words(self[name], theirs)))
                self.clashing.append("" if isinstance(self[name], FormField | FieldList) else name)

    def take_theirs(self, current: Callable[[], Mapping[str, Any]]) -> None:
        """Put the stored value into every field for which theirs was picked on the conflict page."""
        picked = [name for name in self._fields if request.form.get(f"keep-{name}") == "theirs"]
        stored = current() if picked else {}
        for name in picked:
            if name in stored:
                self[name].data, self[name].raw_data = stored[name], [str(stored[name] or "")]

    def values(self, *leave_out: str) -> dict[str, Any]:
        """What was typed, without the fields that steer the form itself."""
        steering = {"nonce", "version", "csrf_token", "submit", *leave_out}
        return {name: value for name, value in self.data.items() if name not in steering}


class EditForm(Form):
    """A form over an existing record; `version` tells which state of it was shown."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def compare(self, current: Mapping[str, Any]) -> None:
        """Besides: who saves again after seeing both versions means it, so the form moves on to `current["version"]`."""
        super().compare({name: value for name, value in current.items() if name != "version"})
        self.version.data, self.version.raw_data = current.get("version"), None


class ExactField(DecimalField):  # type: ignore[misc]
    """An amount, price, quantity or rate: a decimal that can be stored without rounding."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"places": None, **kwargs})

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            return
        if self.data.is_finite() and abs(self.data) >= LIMIT:
            raise StopValidation("This number is too large.")
        if not self.data.is_finite() or round(self.data, 4) != self.data:
            raise StopValidation("Give a number with at most four decimal places.")

    def _value(self) -> str:
        """As typed, else without trailing zeros."""
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{Decimal(self.data).normalize():f}"


class Ticks(SelectMultipleField):  # type: ignore[misc]
    """Several of a few choices: a box for each."""

    option_widget = CheckboxInput()
    widget = ListWidget(prefix_label=False)


class Moment(DateTimeLocalField):  # type: ignore[misc]
    """A moment, typed and shown in the viewer's zone."""

    data: Any  # a datetime with its zone, or None

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None:
            self.data = self.data.replace(tzinfo=ZoneInfo(g.timezone))

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return self.data.astimezone(ZoneInfo(g.timezone)).strftime("%Y-%m-%dT%H:%M") if self.data else ""


def list_of(field: Any) -> list[str]:
    """The field's errors as a list that can be added to."""
    field.errors = list(field.errors)
    return field.errors  # type: ignore[no-any-return]


def _words(field: Field, value: Any) -> str:
    """A value as the form shows it: the text of a choice, yes or no, nothing for none."""
    texts = {str(choice.value): str(choice.label) for choice in getattr(field, "iter_choices", tuple)()}
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else texts.get(str(value), str(value))


@dataclass(frozen=True)
class Done:
    """The act was done, now or by an earlier click; `result` is what it returned (an id or a number)."""

    result: Any = None


def submit(
    form: Form, act: Callable[[], Any], *, current: Callable[[], Mapping[str, Any]] | None = None
) -> Done | None:
    """Validate, act in one transaction, and hand a refusal back to the form that caused it.

    `act` returns the id or number of what it made (or None). The same rendered form sent again does nothing and
    returns the first result. When the record moved on meanwhile, `current` tells what is stored now, for the 409 page.
    """
    if current and form.is_submitted():
        form.take_theirs(current)
    if not form.validate_on_submit():
        return None
    nonce = (form.nonce.data or "")[:64]

    def once() -> Any:
        spent = nonces.spend(nonce) if nonce else None  # first, so that a second click waits here and not in `act`
        result = act()
        if spent and isinstance(result, int | str):
            spent.result = result
        return result

    try:
        return Done(transact(once))
    except nonces.AlreadyDone:
        return Done(nonces.result_of(nonce))
    except Refused as refusal:
        form.refuse(refusal)
        if isinstance(refusal, Stale) and current:
            form.compare(current())
        # The next click is a new attempt, so it must not be taken for this one.
        return None


class ActForm(Form):
    """A form with a button and nothing else: CSRF and nonce."""


def act(
    do: Callable[[], Any],
    said: str,
    *,
    then: Callable[[], Any],
    again: Callable[[int], Any] | None = None,
    form: Form | None = None,
) -> Any:
    """A button: done, `said` and on to `then`; refused, the words why and the page again with their status, or `then`."""
    form = form or ActForm()
    if submit(form, do):
        flash(said, "success")
        return then()
    flash(" ".join(words for errors in form.errors.values() for words in errors), "bad")
    return again(form.status) if again else then()
