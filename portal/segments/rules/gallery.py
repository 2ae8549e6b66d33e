"""Segments that most companies want first: a name and a rule, to begin with and to change."""

from typing import Any, NamedTuple


class Template(NamedTuple):
    key: str
    name: str
    rule: dict[str, Any]


def _field(key: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": key, "op": op} | ({} if value is None else {"value": value})


def _mail(key: str, **asked: Any) -> dict[str, Any]:
    return {"event": f"mail.{key}", "which": "any"} | asked


ORDERED: dict[str, Any] = {"event": "order.placed", "which": "any"}
AGREED = _field("consent.email", "is", "opted_in")
GALLERY = (
    Template(
        "opened-last", "All contacts in India who opened last email",
        {"all": [_field("contact.country", "is", "IN"), _mail("opened", which="last")]},
    ),
    Template("ignored-last", "Did not open the last email", {"all": [_mail("opened", which="last", exactly=0)]}),
    Template(
        "engaged", "Engaged in the last 90 days",
        {"any": [_mail("opened", at_least=2, within_days=90), _mail("clicked", within_days=90)]},
    ),
    Template(
        "sleeping", "Sleeping: mailed for half a year, never opened",
        {"all": [_mail("opened", exactly=0, within_days=180)]},  # a click is an opening as well
    ),
    Template("newsletter", "Agreed to email", {"all": [AGREED, _field("suppression.email", "empty")]}),
    Template(
        "customers", "Customers who may get email",
        {"all": [ORDERED, AGREED]},
    ),
    Template(
        "quiet-customers", "Customers without an order for a year",
        {"all": [ORDERED, ORDERED | {"exactly": 0, "within_days": 365}]},
    ),
    Template("open-deal", "At an account with an open deal", {"all": [_field("deal.stage", "known")]}),
    Template("new", "New in the last 30 days", {"all": [_field("contact.created", "last", 30)]}),
    Template(
        "unreachable", "No email and no mobile number",
        {"all": [_field("contact.email", "empty"), _field("contact.mobile", "empty")]},
    ),
)  # fmt: skip


def template(key: str) -> Template | None:
    return next((one for one in GALLERY if one.key == key), None)
