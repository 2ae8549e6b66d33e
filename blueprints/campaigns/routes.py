"""Campaigns and what came of them."""

from typing import Any

from flask import Blueprint, Response, flash, g, request, url_for

from portal.accounts.queries import contact_by_email
from portal.campaigns import queries, services
from portal.campaigns.models import Campaign
from portal.campaigns.rules import CREDIT_NAMES, CREDIT_WORDS, GOAL_NAMES, tagged
from portal.campaigns.states import CampaignState, Credit, Goal
from portal.insights import queries as insights
from portal.kernel.errors import Refused
from portal.organization.queries import business_day
from portal.targets.queries import currency
from portal.web.auth import needs
from portal.web.forms import ActForm, Form, act, submit
from portal.web.htmx import go, page, see
from portal.web.listing import list_page
from portal.web.records import tabs_of

from .forms import CampaignForm, CostForm, LinkForm, MemberForm, SegmentForm

bp = Blueprint("campaigns", __name__)

EMPTY = "A campaign holds mailings, posts, pages and their cost together, and counts what they brought."
NO_MEMBERS = "Add the members of a segment, or somebody by hand. Mailings of the campaign add whom they are sent to."


@bp.get("/campaigns")
@needs("campaigns.view")
def list_campaigns() -> Response:
    return list_page("campaigns/list.html", queries.CAMPAIGNS, title="Campaigns", row_url=_url, empty=EMPTY)


def _url(row: Any) -> str:
    return url_for("campaigns.show_campaign", record_id=row.id)


@bp.get("/campaigns/results")
@needs("campaigns.results")
def show_results() -> Response:
    credit = _credit()
    return page(
        "campaigns/results.html",
        title="Return on campaigns",
        crumbs=_crumbs(),
        found=insights.returns(g.actor, credit),
        **_models(credit),
    )


def _credit() -> Credit:
    asked = request.args.get("credit", "")
    return Credit(asked) if asked in list(Credit) else Credit.LINEAR


def _models(credit: Credit) -> dict[str, Any]:
    return {"credit": credit, "models": CREDIT_NAMES, "words": CREDIT_WORDS[credit]}


@bp.get("/campaigns/<int:record_id>")
@needs("campaigns.view")
def show_campaign(record_id: int) -> Response:
    return _show(record_id)


def _show(record_id: int, *, status: int = 200, **forms: Form) -> Response:
    found = queries.campaign(g.actor, record_id)
    credit, own = _credit(), currency()
    results = g.actor.may("campaigns.results")
    (came,) = insights.returns(g.actor, credit, record_id) if results else (None,)
    reached = {
        Goal.LEADS: came.leads if came else 0,
        Goal.PIPELINE: came.sourced_pipeline if came else 0,
        Goal.REVENUE: came.won if came else 0,
    }
    return page(
        "campaigns/campaign.html",
        status=status,
        title=found.name,
        crumbs=_crumbs(),
        campaign=found,
        currency=own,
        goals=GOAL_NAMES,
        reached=reached[found.goal],
        came=came,
        deals=insights.deals_seen(g.actor, own, record_id) if results else None,
        assets=insights.assets(g.actor, record_id),
        tally=queries.tally(record_id),
        spent=queries.spent([record_id]).get(record_id, 0),
        **_forms(forms),
        **_models(credit),
        **tabs_of(found, without="timeline"),
    )


def _forms(given: dict[str, Form]) -> dict[str, Form]:
    """The forms on the page, empty but for the one that was refused."""
    return {
        "act_form": ActForm(formdata=None),
        "cost_form": CostForm(formdata=None, data={"spent_on": business_day()}),
        "member_form": MemberForm(formdata=None),
        "segment_form": SegmentForm(formdata=None),
    } | given


def _crumbs(found: Campaign | None = None) -> list[tuple[str, str]]:
    crumbs = [("Campaigns", url_for(".list_campaigns"))]
    return [*crumbs, (found.name, _url(found))] if found else crumbs


@bp.get("/campaigns/new")
@needs("campaigns.edit")
def new_campaign() -> Response:
    return _edit(CampaignForm(formdata=None, data={"starts_on": business_day()}), "New campaign")


@bp.post("/campaigns/new")
@needs("campaigns.edit")
def create_campaign() -> Any:
    form = CampaignForm()
    done = submit(form, lambda: services.create_campaign(g.actor, **form.values()))
    if done is None:
        return _edit(form, "New campaign")
    flash("Campaign made", "success")
    return go(url_for(".show_campaign", record_id=done.result))


@bp.get("/campaigns/<int:record_id>/edit")
@needs("campaigns.edit")
def edit_campaign(record_id: int) -> Response:
    found = queries.campaign(g.actor, record_id)
    return _edit(CampaignForm(formdata=None, obj=found), f"Edit {found.name}", found)


@bp.post("/campaigns/<int:record_id>/edit")
@needs("campaigns.edit")
def change_campaign(record_id: int) -> Any:
    found = queries.campaign(g.actor, record_id)
    form, title = CampaignForm(), f"Edit {found.name}"

    def current() -> dict[str, Any]:
        stored = queries.campaign(g.actor, record_id)
        return {name: getattr(stored, name) for name in ("version", *form.values())}

    done = submit(
        form,
        lambda: services.change_campaign(g.actor, record_id, form.version.data, **form.values()),
        current=current,
    )
    if done is None:
        return _edit(form, title, queries.campaign(g.actor, record_id))
    flash("Campaign saved", "success")
    return go(url_for(".show_campaign", record_id=record_id))


def _edit(form: Form, title: str, found: Campaign | None = None) -> Response:
    status = form.status if form.errors or getattr(form, "conflict", None) else 200
    return page("layout/edit.html", status=status, title=title, crumbs=_crumbs(found), form=form, save="Save campaign")


@bp.post("/campaigns/<int:record_id>/state/<state>")
@needs("campaigns.edit")
def move_campaign(record_id: int, state: str) -> Any:
    target = CampaignState(state) if state in list(CampaignState) else CampaignState.PLANNED

    return act(
        lambda: services.move_campaign(g.actor, record_id, target),
        "Ended" if target == CampaignState.ENDED else "Started",
        then=lambda: see(show_campaign, record_id=record_id),
        again=lambda status: _show(record_id, status=status),
    )


@bp.post("/campaigns/<int:record_id>/costs")
@needs("campaigns.edit")
def add_cost(record_id: int) -> Any:
    form = CostForm()
    if submit(form, lambda: services.add_cost(g.actor, record_id, **form.values())) is None:
        return _show(record_id, cost_form=form, status=form.status)
    flash("Cost added", "success")
    return see(show_campaign, record_id=record_id)


@bp.post("/campaigns/<int:record_id>/costs/<int:cost_id>/removal")
@needs("campaigns.edit")
def remove_cost(record_id: int, cost_id: int) -> Any:
    return act(
        lambda: services.remove_cost(g.actor, record_id, cost_id),
        "Cost removed",
        then=lambda: see(show_campaign, record_id=record_id),
        again=lambda status: _show(record_id, status=status),
    )


@bp.get("/campaigns/members")
@needs("campaigns.view")
def list_members() -> Response:
    return list_page(
        "campaigns/members.html", queries.MEMBERS, title="Members of campaigns", crumbs=_crumbs(),
        act_form=ActForm(formdata=None), empty=NO_MEMBERS,
        row_url=lambda row: url_for("accounts.show_contact", record_id=row.contact_id),
    )  # fmt: skip


@bp.post("/campaigns/<int:record_id>/members")
@needs("campaigns.edit")
def add_member(record_id: int) -> Any:
    form = MemberForm()

    def add() -> None:
        contact = contact_by_email(g.actor, form.email.data or "")
        services.add_member(g.actor, record_id, contact.id, response=form.response.data or "")

    if submit(form, add) is None:
        return _show(record_id, member_form=form, status=form.status)
    flash("Member added", "success")
    return see(show_campaign, record_id=record_id)


@bp.post("/campaigns/<int:record_id>/members/segment")
@needs("campaigns.edit")
def add_segment(record_id: int) -> Any:
    form = SegmentForm()
    done = submit(form, lambda: services.add_segment(g.actor, record_id, form.segment_id.data))
    if done is None:
        return _show(record_id, segment_form=form, status=form.status)
    flash("One member added" if done.result == 1 else f"{done.result} members added", "success")
    return see(show_campaign, record_id=record_id)


@bp.post("/campaigns/<int:record_id>/members/<int:member_id>/removal")
@needs("campaigns.edit")
def remove_member(record_id: int, member_id: int) -> Any:
    return act(
        lambda: services.remove_member(g.actor, record_id, member_id),
        "Member removed",
        then=lambda: go(url_for(".list_members", campaign=record_id)),
        again=lambda status: _show(record_id, status=status),
    )


@bp.get("/campaigns/<int:record_id>/links")
@needs("campaigns.view")
def build_link(record_id: int) -> Response:
    """A form that changes nothing: the address with its UTM parameters, to be copied."""
    found = queries.campaign(g.actor, record_id)
    asked = "url" in request.args
    form, made = LinkForm(request.args if asked else None, meta={"csrf": False}), ""
    if asked and form.validate():
        try:
            made = tagged(campaign=found.utm_campaign, **form.values())
        except Refused as refusal:
            form.refuse(refusal)
    return page(
        "campaigns/links.html", status=422 if asked and not made else 200, title="Link of the campaign",
        crumbs=_crumbs(found), campaign=found, form=form, made=made,
    )  # fmt: skip
