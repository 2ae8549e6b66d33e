"""The page of a position, which many acts return to, and what the pages of the organization share."""

from flask import Response, g, url_for
from flask_wtf import FlaskForm

from portal.kernel import clock
from portal.organization import queries
from portal.organization.models import Position
from portal.web.forms import ActForm
from portal.web.htmx import page

from .forms import CoverTerritories, EditPosition, NameDeputy, TakeSeat, Vacate


def crumbs_home() -> list[tuple[str, str]]:
    return [("Organization", url_for("organization.show_chart"))]


def tabs_home() -> list[tuple[str, str, int | None]]:
    vacant = len(queries.vacancies(clock.today(g.timezone)))
    return [
        ("Chart", url_for("organization.show_chart"), None),
        ("On paper", url_for("organization.show_sheets"), None),
        ("Vacancies", url_for("organization.list_vacancies"), vacant),
        ("Units and ramps", url_for("organization.list_units"), None),
    ]


def position_page(record_id: int, *sent: FlaskForm) -> Response:
    """The position; `sent` is the form that was refused, shown again with what was typed."""
    position = queries.get(g.actor, Position, record_id)
    today = clock.today(g.timezone)
    forms: dict[type, FlaskForm] = {
        EditPosition: EditPosition(formdata=None, obj=position),
        TakeSeat: TakeSeat(formdata=None, data={"starts_on": max(today, position.opens_on or today)}),
        Vacate: Vacate(formdata=None, data={"ends_on": today}),
        NameDeputy: NameDeputy(formdata=None, data={"first_day": today}),
        CoverTerritories: CoverTerritories(formdata=None, data={"territories": queries.covered_by(record_id)}),
        ActForm: ActForm(formdata=None),
    } | {type(form): form for form in sent}
    return page(
        "organization/position.html",
        status=sent[0].status if sent else 200,
        title=position.title,
        crumbs=crumbs_home(),
        position=position,
        facts=queries.facts_of(position),
        seats=queries.seats_in(record_id),
        delegations=queries.delegations_of(record_id),
        may_delegate=queries.may_delegate(g.actor, position),
        today=today,
        form=forms[EditPosition],
        seat_form=forms[TakeSeat],
        vacate=forms[Vacate],
        deputy=forms[NameDeputy],
        cover=forms[CoverTerritories],
        act_form=forms[ActForm],
    )
