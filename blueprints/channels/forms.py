"""Forms of channels, partners and registrations."""

from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.catalog.queries import price_lists
from portal.channels.queries import KIND_NAMES, channel_choices, partner_choices
from portal.channels.states import ChannelKind
from portal.organization.queries import position_choices
from portal.web.choices import maybe_id, or_none
from portal.web.forms import EditForm, ExactField, Form

PERCENT = NumberRange(0, 100, message="Give a percentage from 0 to 100.")
MOST = Decimal(10**12)


class ChannelForm(EditForm):
    name = StringField("Name", [InputRequired("Give it a name."), Length(max=80)])
    kind = SelectField(
        "Kind", choices=[SelectChoice(kind.value, name) for kind, name in KIND_NAMES.items()], coerce=ChannelKind
    )
    answers_id = SelectField("Who answers for it", coerce=maybe_id)
    cost_percent = ExactField(
        "Cost of sale in percent", [InputRequired("Give a percentage."), PERCENT], default=Decimal(0),
        description="What selling through it costs, of revenue",
    )  # fmt: skip
    price_list_id = SelectField("Default price list", coerce=maybe_id)
    max_discount_percent = ExactField(
        "Largest discount in percent", [Optional(), PERCENT], description="Off the list price. Empty: no limit"
    )
    protect_days = IntegerField(
        "Exclusivity window in days", [InputRequired("Give a number of days."), NumberRange(1, 365)], default=90,
        description="How long a deal registration protects a partner",
    )  # fmt: skip
    sources = TextAreaField(
        "Sources", [Optional(), Length(max=4000)], description="One a line: leads and deals of these come through it"
    )
    note = TextAreaField("Note", [Optional(), Length(max=2000)])
    active = BooleanField("In use", default=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answers_id.choices = or_none(position_choices(), "Nobody yet")
        self.price_list_id.choices = or_none([(one.id, one.name) for one in price_lists()], "That of the account")


class PartnerForm(EditForm):
    channel_id = SelectField("Channel", [InputRequired("Choose a channel.")], coerce=maybe_id)
    level = StringField("Level", [Optional(), Length(max=40)], description="Such as Silver or Gold")
    margin_percent = ExactField(
        "What the partner keeps, in percent", [InputRequired("Give a percentage."), PERCENT], default=Decimal(0)
    )
    since = DateField("Since", [InputRequired("Give the day.")])
    note = TextAreaField("Note", [Optional(), Length(max=2000)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.channel_id.choices = or_none(channel_choices(ChannelKind.PARTNER), "Choose")


class EditPartnerForm(PartnerForm):
    ended_on = DateField("Ended on", [Optional()], description="From that day on it sells for us no more")


class NewPartnerForm(PartnerForm):
    account = StringField(
        "Account", [InputRequired("Name the account."), Length(max=200)], description="Number or name"
    )


class RegistrationForm(Form):
    partner_id = SelectField("Partner", [InputRequired("Choose a partner.")], coerce=maybe_id)
    customer = StringField("Customer", [InputRequired("Name the customer."), Length(max=160)])
    domain = StringField(
        "Its domain",
        [Optional(), Length(max=200)],
        description="Such as example.com: tells two companies of one name apart",
    )
    subject = StringField("Deal", [InputRequired("Say what they want."), Length(max=200)])
    amount = ExactField(
        "Estimated amount", [InputRequired("Give an amount."), NumberRange(0, MOST)], default=Decimal(0)
    )
    close_on = DateField("Expected close date", [InputRequired("Give a date.")])

    def offer(self, day: date) -> "RegistrationForm":
        self.partner_id.choices = or_none(partner_choices(day), "Choose")
        return self


class DecideForm(EditForm):
    until = DateField("Protected until", [Optional()], description="Empty: for the window of the channel")
    reason = TextAreaField("Why", [Optional(), Length(max=1000)])


class DealChannelForm(EditForm):
    channel_id = SelectField("Channel", coerce=maybe_id)
    partner_id = SelectField("Partner of record", coerce=maybe_id, description="Brings its channel along")

    def offer(self, day: date) -> "DealChannelForm":
        self.channel_id.choices = or_none(channel_choices(), "None")
        self.partner_id.choices = or_none(partner_choices(day), "None: we sell ourselves")
        return self
