"""Transfers, rules of engagement, assignment rules, account teams."""

from datetime import date, timedelta
from typing import Any

from flask import g
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms import Form as PlainForm
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from portal.accounts.states import Access, TeamRole, Tier
from portal.kernel import clock
from portal.kernel.places import countries
from portal.organization.queries import names_of_positions, territory_choices
from portal.responsibility.queries import cadence, in_force
from portal.responsibility.rules import METHOD_NAMES
from portal.responsibility.states import Method, Subject
from portal.web.forms import EditForm, Form
from portal.web.typed import line

YEAR = 366


def id_or_none(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


def positions() -> list[tuple[int, str]]:
    """Who sits there, by name."""
    names = names_of_positions(clock.today(g.timezone))
    return sorted(names.items(), key=lambda pair: pair[1])


def words(value: str) -> str:
    return value.replace("_", " ").capitalize()


class Terms(PlainForm):  # type: ignore[misc]
    """Who gets the accounts, when and on what terms: asked by GET to see the consequences, and sent on to act."""

    to_position_id = SelectField(
        "To", coerce=id_or_none, description="Left open, owners stay and only the territory changes"
    )
    territory_id = SelectField("Territory", coerce=id_or_none, description="Left open, every account keeps its own")
    on = DateField("From", [InputRequired("Choose a day.")])
    hold_over_until = DateField(
        "Hold-over until", [Optional()], description="So long the former owner still gets credit for the deals"
    )
    reason = StringField("Why", [DataRequired("Say why, for whoever asks later."), Length(max=300)], filters=[line])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.to_position_id.choices = [("", "Choose"), *positions()]
        self.territory_id.choices = [("", "As it is"), *territory_choices()]

    @staticmethod
    def proposed(today: date) -> dict[str, Any]:
        """What the rules of engagement suggest."""
        rules = in_force(today)
        on = today + timedelta(days=rules.notice_days)
        until = on + timedelta(days=rules.hold_over_days) if rules.hold_over_days else None
        return {"on": on, "hold_over_until": until}


class ConfirmTransfer(Terms, Form):
    """The same, with the accounts that were shown."""

    ids = HiddenField()


class EditEngagement(Form):
    starts_on = DateField("From", [InputRequired("Choose a day.")])
    named_first = BooleanField(
        "A known account goes before geography",
        description="A lead of a company that is an account goes to the owner of the account, wherever it sits",
    )
    notice_days = IntegerField(
        "Days of notice", [InputRequired(), NumberRange(0, YEAR)], description="Before an account leaves its owner"
    )
    hold_over_days = IntegerField(
        "Days of hold-over", [InputRequired(), NumberRange(0, YEAR)], description="Proposed for every transfer"
    )
    exclusive_days = IntegerField(
        "Days a new owner keeps an account",
        [InputRequired(), NumberRange(0, YEAR)],
        description="0: may move again at once",
    )
    reps_give = BooleanField("Reps may give away their own accounts")
    managers_give_out = BooleanField("Managers may give accounts to positions outside their team")


class EditCadence(Form):
    cadence_a = IntegerField("Tier A", [InputRequired(), NumberRange(1, YEAR)])
    cadence_b = IntegerField("Tier B", [InputRequired(), NumberRange(1, YEAR)])
    cadence_c = IntegerField("Tier C", [InputRequired(), NumberRange(1, YEAR)])

    @staticmethod
    def stored() -> dict[str, int]:
        return {f"cadence_{tier.value.lower()}": days for tier, days in cadence().items()}

    def days(self) -> dict[Tier, int]:
        return {Tier.A: self.cadence_a.data, Tier.B: self.cadence_b.data, Tier.C: self.cadence_c.data}


class EditRule(EditForm):
    name = StringField("Name", [DataRequired(), Length(max=80)])
    subject = SelectField(
        "For", [InputRequired()], choices=[(s.value, words(s.value)) for s in Subject], coerce=Subject
    )
    priority = IntegerField(
        "Priority",
        [InputRequired(), NumberRange(0, 10_000)],
        default=100,
        description="The lowest that can give decides",
    )
    territory_id = SelectField("Territory", coerce=id_or_none, description="Or anything below it")
    country = SelectField("Country", [Optional()])
    industry = StringField("Industry", [Optional(), Length(max=80)])
    source = StringField("Source", [Optional(), Length(max=80)], description="Of leads, for example webinar")
    employees_from = IntegerField("People from", [Optional(), NumberRange(0, 10_000_000)])
    employees_to = IntegerField("People to", [Optional(), NumberRange(0, 10_000_000)])
    method = SelectField(
        "Give to", [InputRequired()], choices=[(m.value, words(METHOD_NAMES[m])) for m in Method], coerce=Method
    )
    position_ids = SelectMultipleField(
        "Positions", coerce=int, description="Several with Ctrl or Cmd. Not needed for who covers the territory"
    )
    capacity = IntegerField(
        "At most", [Optional(), NumberRange(1, 100_000)], description="Open leads, or accounts, of one position"
    )
    skips_away = BooleanField("Pass over who is away, and vacant positions", default=True)
    active = BooleanField("In force", default=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = [("", "Any country"), *countries().items()]
        self.territory_id.choices = [("", "Anywhere"), *territory_choices()]
        self.position_ids.choices = positions()

    def terms(self) -> dict[str, Any]:
        """As the rule keeps them: nothing asked for is an empty text."""
        return self.values() | {name: self[name].data or "" for name in ("country", "industry", "source")}


class EditCare(EditForm):
    tier = SelectField("Tier", [InputRequired()], choices=[(tier.value, f"Tier {tier}") for tier in Tier], coerce=Tier)
    cadence_days = IntegerField(
        "Days between touches", [Optional(), NumberRange(1, YEAR)], description="Left empty, as the tier says"
    )


class JoinTeam(Form):
    position_id = SelectField("Who", [InputRequired()], coerce=int)
    role = SelectField(
        "Role", [InputRequired()], choices=[(role.value, words(role.value)) for role in TeamRole], coerce=TeamRole
    )
    access = SelectField(
        "May",
        [InputRequired()],
        choices=[(Access.VIEW.value, "See everything of the account"), (Access.EDIT.value, "See and edit it")],
        coerce=Access,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.position_id.choices = positions()
