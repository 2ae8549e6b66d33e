"""Forms of incentive pay."""

import re
from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from portal.compensation.states import AdjustmentKind, Basis, DrawKind, Interval, Kind, Measure, Method, Role, Unit
from portal.kernel.errors import Refused
from portal.web.forms import EditForm, ExactField, Form, list_of

MOST = Decimal(10**12)
BLANK_TIERS, MOST_TIERS = 3, 20
KINDS = {"commission": "Commission: a rate on credits", "bonus": "Bonus: for attainment", "spif": "SPIF: per credit",
         "mbo": "MBO: for objectives reached"}  # fmt: skip
MEASURES = {
    "booked": "Booked orders",
    "invoiced": "Issued invoices",
    "paid": "Money received",
    "margin": "Margin of invoices",
}
ROLES = {"direct": "Direct", "overlay": "Overlay", "rollup": "Roll-up from below"}
INTERVALS = {"transaction": "Each credit on its own", "month": "Month", "quarter": "Quarter", "year": "Fiscal year"}
METHODS = {"marginal": "Marginal: each slice its rate", "flat": "Flat: the tier reached for all",
           "interpolated": "Interpolated: flat, gliding within a tier"}  # fmt: skip
BASES = {"amount": "Money", "attainment": "Percent of the quota"}
UNITS = {"percent": "Percent of the credit", "multiplier": "Times the base commission rate"}
DRAWS = {"recoverable": "Recoverable draw", "non_recoverable": "Non-recoverable draw", "guarantee": "Guarantee"}


def choices(texts: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, text) for value, text in texts.items()]


def choice(label: str, kind: type, texts: dict[str, str], **more: Any) -> SelectField:
    return SelectField(label, [InputRequired("Choose one.")], choices=choices(texts), coerce=kind, **more)


def figure(label: str, *, required: bool = False, least: Decimal = Decimal(0), **more: Any) -> ExactField:
    asked = InputRequired("Give a number.") if required else Optional()
    return ExactField(label, [asked, NumberRange(least, MOST, f"Give a number from {least} on.")], **more)


def sentence(label: str, most: int = 500, **more: Any) -> StringField:
    return StringField(label, [InputRequired("Say why."), Length(max=most)], **more)


class NewPlan(Form):
    name = StringField("Name", [InputRequired("Give the plan a name."), Length(max=80)])
    starts_on = DateField("In force from", [InputRequired("Give the first day of a month.")])
    note = TextAreaField("What it is for", [Length(max=1000)])


class NewVersion(Form):
    starts_on = DateField("In force from", [InputRequired("Give the first day of a month.")])


class MoveDraft(EditForm):
    starts_on = DateField("In force from", [InputRequired("Give the first day of a month.")])


class ApproveVersion(EditForm):
    seen = BooleanField("I have seen what the check found, and accept it")


class TierForm(PlainForm):  # type: ignore[misc]
    """One row of the rate table; left empty it is no row."""

    start = figure("From")
    end = figure("To")
    rate = figure("Rate")
    rate_to = figure("Gliding to")
    retroactive = BooleanField("Also for what lies below")

    @property
    def is_blank(self) -> bool:
        return all(field.data is None for field in (self.start, self.end, self.rate, self.rate_to))

    def terms(self) -> dict[str, Any]:
        rows = {"from": self.start, "to": self.end, "rate": self.rate, "rate_to": self.rate_to}
        given = {name: plain(field.data) for name, field in rows.items() if field.data is not None}
        return given | ({"retroactive": True} if self.retroactive.data else {})


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


class ComponentForm(EditForm):
    name = StringField("Name", [InputRequired("Give it a name."), Length(max=80)])
    kind = choice("Kind", Kind, KINDS)
    measure = choice("Counts", Measure, MEASURES, default=Measure.INVOICED)
    credits = SelectMultipleField(
        "Credits", choices=choices(ROLES), default=[Role.DIRECT], widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )  # fmt: skip
    interval = choice("Adds up over", Interval, INTERVALS, default=Interval.QUARTER)
    method = choice("Rate table", Method, METHODS)
    basis = choice("Tiers count in", Basis, BASES, default=Basis.ATTAINMENT)
    unit = choice("Rates are", Unit, UNITS)
    weight = figure("Weight", default=Decimal(100), description="Percent of the target incentive it is meant to pay")
    tiers = FieldList(FormField(TierForm), "Tiers", max_entries=MOST_TIERS)
    cap = figure("Cap", description="Most per interval, in money")
    cap_percent = figure("Cap in percent", description="Most per interval, in percent of its target incentive")
    gate_attainment = figure("Gate", description="Percent of the year's quota to be reached first")
    gate_rate = figure("Highest rate before the gate")
    gate_through = BooleanField("The running interval counts towards the gate")
    clawback_days = IntegerField(
        "Clawback within days", [Optional(), NumberRange(0, 10_000)], description="Empty: at any time"
    )
    clawback_percent = ExactField("Clawback in percent", [Optional(), NumberRange(0, 100)], default=Decimal(100))
    amount = figure("SPIF pays", description="For each credit")
    minimum = figure("SPIF from", description="Credits of at least this")

    def terms(self) -> dict[str, Any]:
        """As the plan's JSON has it; fields that do not belong to the kind are left out."""
        kind = self.kind.data
        terms: dict[str, Any] = {"name": self.name.data, "kind": kind.value, "interval": self.interval.data.value}
        if kind in (Kind.COMMISSION, Kind.BONUS, Kind.SPIF):
            terms |= {"measure": self.measure.data.value, "credits": list(self.credits.data)}
        if kind in (Kind.COMMISSION, Kind.BONUS):
            terms |= {"method": self.method.data.value, "basis": self.basis.data.value}
            terms["tiers"] = [row.form.terms() for row in self.tiers if not row.form.is_blank]
        if kind == Kind.COMMISSION:
            terms["unit"] = self.unit.data.value
        if self.gate_attainment.data is not None and kind == Kind.COMMISSION:
            gate = {"attainment": plain(self.gate_attainment.data), "rate": plain(self.gate_rate.data or Decimal(0))}
            terms["gate"] = gate | {"through": self.gate_through.data}
        numbers = {"spif": ("amount", "minimum"), "mbo": ("weight",)}.get(kind, ("weight", "cap", "cap_percent"))
        if kind != Kind.MBO:
            numbers = (*numbers, "clawback_days", "clawback_percent")
        given = {name: self[name].data for name in numbers}
        return terms | {name: plain(Decimal(value)) for name, value in given.items() if value is not None}

    def refuse(self, refusal: Refused) -> None:
        """A path such as components[0].tiers[2].from leads to the control it came from."""
        found = re.fullmatch(r"components\[\d+\]\.(\w+)(?:\[(\d+)\])?(?:\.(\w+))?", refusal.field or "")
        name, place, part = found.groups() if found else ("", None, None)
        if name == "gate":
            name = f"gate_{part}"
        field = self[name] if name and name in self else None
        if name == "tiers" and place is not None:
            rows = [row for row in self.tiers if not row.form.is_blank]
            field = rows[int(place)].form[{"from": "start", "to": "end"}.get(part or "", part or "start")]
        if field is None:
            super().refuse(refusal)
            return
        list_of(field).append(refusal.message.partition(": ")[2].capitalize())


def component_data(terms: dict[str, Any]) -> dict[str, Any]:
    """What the editor shows for a component of the stored plan."""
    exact = ("weight", "cap", "cap_percent", "clawback_percent", "amount", "minimum")
    data: dict[str, Any] = {name: Decimal(str(terms[name])) for name in exact if terms.get(name) is not None}
    for name, kind in (("kind", Kind), ("measure", Measure), ("interval", Interval), ("method", Method), ("basis", Basis),
                       ("unit", Unit)):  # fmt: skip
        if name in terms:
            data[name] = kind(terms[name])
    gate = terms.get("gate") or {}
    data |= {f"gate_{name}": Decimal(str(gate[name])) for name in ("attainment", "rate") if name in gate}
    names = (("start", "from"), ("end", "to"), ("rate", "rate"), ("rate_to", "rate_to"))
    rows = [
        {mine: Decimal(str(row[theirs])) for mine, theirs in names if row.get(theirs) is not None}
        | {"retroactive": bool(row.get("retroactive"))}
        for row in terms.get("tiers", ())
    ]
    return data | {
        "name": terms["name"], "credits": terms.get("credits", ["direct"]), "gate_through": bool(gate.get("through")),
        "clawback_days": int(terms["clawback_days"]) if terms.get("clawback_days") is not None else None, "tiers": rows,
    }  # fmt: skip


class NewParticipant(Form):
    position_id = SelectField("Position", [InputRequired()], coerce=int)
    starts_on = DateField("From", [InputRequired("Give the first day.")])
    ends_on = DateField("Until, exclusive", [Optional()])
    target_incentive = figure("Target incentive of a year", required=True)


class ChangeParticipant(EditForm):
    target_incentive = figure("Target incentive of a year", required=True)
    ends_on = DateField("Until, exclusive", [Optional()])


class NewDraw(Form):
    kind = choice("Kind", DrawKind, DRAWS)
    amount = figure("At least, each month", required=True, least=Decimal("0.01"))
    starts_on = DateField("From", [InputRequired("Give the first day of a month.")])
    ends_on = DateField("Until, exclusive", [Optional()])
    recovery = ExactField(
        "Kept back of what is earned above it, in percent", [NumberRange(0, 100)], default=Decimal(100)
    )
    recovers_from = DateField("Kept back from", [Optional()])


class Policy(Form):
    managers_see_pay = BooleanField("Managers see what the people below them are paid")


class NewPeriod(Form):
    starts_on = DateField("Month", [InputRequired("Give a day of the month.")])


class PeriodAct(EditForm):
    """A button with the version that was shown."""


class NewAdjustment(Form):
    participant_id = SelectField("Person", [InputRequired()], coerce=int)
    kind = choice("Kind", AdjustmentKind, {one.value: one.value.capitalize() for one in AdjustmentKind})
    amount = figure("Amount", required=True, least=-MOST, description="Below zero takes it off")
    reason = sentence("Reason")


class NewObjective(Form):
    participant_id = SelectField("Person", [InputRequired()], coerce=int)
    component = StringField("Objective", [InputRequired("Name the component."), Length(max=80)])
    percent = ExactField("Reached in percent", [InputRequired("Give a number."), NumberRange(0, 200)])
    reason = sentence("Why so far")


class RaiseDispute(Form):
    earning_id = IntegerField("Line", [Optional()])
    question = TextAreaField("Your question", [InputRequired("Say what you want to know."), Length(max=2000)])


class AnswerDispute(EditForm):
    answer = TextAreaField("Answer", [InputRequired("Say what you found."), Length(max=2000)])
    amount = figure(
        "Correction", least=-MOST, description="Goes into the open month; leave it empty when nothing changes"
    )


class ShowMe(Form):
    shown = BooleanField("Show me on the leaderboard, with badges")
