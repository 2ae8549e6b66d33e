"""Forms about tests of variants."""

from typing import Any

from wtforms import FieldList, IntegerField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange

from portal.broadcasts.models import Broadcast
from portal.broadcasts.rules.trials import METHODS, METRICS
from portal.broadcasts.states import Metric
from portal.experiments.states import Method
from portal.web.forms import Form


class SetUpTest(Form):
    """What is compared, when it is decided, and who takes part."""

    metric = SelectField(
        "Compare", [InputRequired()], choices=[SelectChoice(key.value, name) for key, (name, _) in METRICS.items()]
    )
    method = SelectField(
        "Decide",
        [InputRequired()],
        choices=[SelectChoice(key.value, name) for key, name in METHODS.items()],
        description="Both keep false winners below 5 %. As soon as it is clear needs more people for small differences.",
    )
    hours = IntegerField("After at most, hours", [InputRequired(), NumberRange(1, 30 * 24)])
    minimum = IntegerField(
        "Delivered per variant, at least",
        [InputRequired(), NumberRange(20, 10_000_000)],
        description="Below it nothing is said.",
    )
    share = IntegerField(
        "Percent of the audience in the test", [InputRequired(), NumberRange(2, 100)],
        description="The rest waits and gets the winner. 100: everybody takes part.",
    )  # fmt: skip
    hold_out = IntegerField(
        "Percent that gets nothing", [NumberRange(0, 50)], description="To see what people do without the mail."
    )
    default_label = SelectField("Where none is clearly best, the rest gets", [InputRequired()])
    delays = FieldList(IntegerField(validators=[NumberRange(0, 14 * 24)], default=0))

    def fit(self, broadcast: Broadcast) -> "SetUpTest":
        """With the variants of this broadcast as choices."""
        labels = [variant.label for variant in broadcast.variants]
        self.default_label.choices = [SelectChoice(label, f"Variant {label}") for label in labels]
        for label, field in zip(labels, self.delays, strict=False):
            field.label.text = f"{label} goes out so many hours later"
        return self

    def terms(self) -> dict[str, Any]:
        own = {
            "metric": Metric(self.metric.data),
            "method": Method(self.method.data),
            "hold_out": self.hold_out.data or 0,
        }
        return self.values("delays") | own


class EndTest(Form):
    label = RadioField("The rest gets", validators=[InputRequired()])

    def fit(self, broadcast: Broadcast) -> "EndTest":
        self.label.choices = [SelectChoice(one.label, f"Variant {one.label}") for one in broadcast.variants]
        return self
