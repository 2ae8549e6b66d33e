"""List, gallery, builder, page, members, and why."""

from typing import Any

from flask import Blueprint, flash, g, request, url_for

from portal.kernel.errors import NotFound
from portal.organization.queries import authorize, get
from portal.segments import queries, services
from portal.segments.models import Segment
from portal.segments.rules import EVERYBODY, GALLERY, sentence, template
from portal.segments.states import SegmentKind
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.forms import act as press
from portal.web.htmx import go, page, see
from portal.web.listing import list_page

from .builder import act, node_from, node_of, rule_of
from .forms import AddMember, EditSegment, TakeSnapshot
from .pages import builder_page, crumbs, segment_page

bp = Blueprint("segments", __name__)


@bp.get("/segments")
@needs("segments.view")
def list_segments() -> Any:
    return list_page(
        "segments/list.html",
        queries.SEGMENTS,
        title="Segments",
        row_url=lambda row: url_for(".show_segment", record_id=row.id),
        empty="A segment is a rule about contacts: who lives where, who opened what. A list holds whom you put in.",
    )


@bp.get("/segments/new")
@needs("segments.edit")
def new_segment() -> Any:
    """The gallery first; with what was chosen there, the builder."""
    chosen = request.args.get("from", "")
    if chosen == "list":
        return page("segments/new_list.html", title="New list", crumbs=crumbs(), form=EditSegment(formdata=None))
    begin = template(chosen)
    if begin is None and chosen != "blank":
        cards = [(one, sentence(one.rule, {})) for one in GALLERY]
        return page("segments/gallery.html", title="New segment", crumbs=crumbs(), cards=cards)
    form = EditSegment(formdata=None, data={"name": begin.name if begin else ""})
    return builder_page(form, node_of(begin.rule if begin else EVERYBODY))


@bp.post("/segments/preview")
@needs("segments.edit")
def preview() -> Any:
    return _previewed(None)


@bp.post("/segments/<int:record_id>/preview")
@needs("segments.edit")
def preview_changes(record_id: int) -> Any:
    return _previewed(get(g.actor, Segment, record_id))


def _previewed(segment: Segment | None) -> Any:
    """The form as it was sent, after what one of its buttons says; nothing is kept."""
    root = node_from(request.form)
    act(root, request.form.get("do", ""))
    return builder_page(EditSegment(), root, segment)


@bp.post("/segments")
@needs("segments.edit")
def create_segment() -> Any:
    form, static = EditSegment(), request.form.get("kind") == SegmentKind.STATIC
    root = node_from(request.form)

    def create() -> int:
        kind = SegmentKind.STATIC if static else SegmentKind.DYNAMIC
        rule = None if static else rule_of(root)
        return services.create_segment(g.actor, **form.terms(), kind=kind, rule=rule).id

    done = submit(form, create)
    if done:
        flash("List created." if static else "Segment created.", "success")
        return go(url_for(".show_segment", record_id=done.result))
    if static:
        return page("segments/new_list.html", status=form.status, title="New list", crumbs=crumbs(), form=form)
    return builder_page(form, root, status=form.status)


@bp.get("/segments/<int:record_id>")
@needs("segments.view")
def show_segment(record_id: int) -> Any:
    return segment_page(record_id)


@bp.get("/segments/<int:record_id>/edit")
@needs("segments.edit")
def edit_segment(record_id: int) -> Any:
    segment = get(g.actor, Segment, record_id)
    authorize(g.actor, "segments.edit", segment)
    return _edit(EditSegment(formdata=None, obj=segment), segment)


def _edit(form: EditSegment, segment: Segment) -> Any:
    if segment.kind == SegmentKind.DYNAMIC:
        root = node_from(request.form) if form.is_submitted() else node_of(segment.rule)
        return builder_page(form, root, segment, form.status if form.is_submitted() else 200)
    status = form.status if form.is_submitted() else 200
    where = {"crumbs": crumbs(segment), "form": form, "segment": segment}
    return page("segments/new_list.html", status=status, title=f"Edit {segment.name}", **where)


@bp.post("/segments/<int:record_id>")
@needs("segments.edit")
def update_segment(record_id: int) -> Any:
    segment = get(g.actor, Segment, record_id)
    form, dynamic = EditSegment(), segment.kind == SegmentKind.DYNAMIC

    def update() -> int:
        rule = rule_of(node_from(request.form)) if dynamic else None
        return services.update_segment(g.actor, record_id, version=form.version.data, **form.terms(), rule=rule).id

    def current() -> dict[str, Any]:
        stored = get(g.actor, Segment, record_id)
        return {"name": stored.name, "note": stored.note, "version": stored.version}

    if submit(form, update, current=current) is None:
        return _edit(form, get(g.actor, Segment, record_id))
    flash("Saved. Who is in it is being worked out." if dynamic else "Saved.", "success")
    return go(url_for(".show_segment", record_id=record_id))


@bp.post("/segments/<int:record_id>/snapshots")
@needs("segments.edit")
def take_snapshot(record_id: int) -> Any:
    get(g.actor, Segment, record_id)
    form = TakeSnapshot()
    done = submit(form, lambda: services.take_snapshot(g.actor, record_id, name=form.name.data or "").id)
    if not done:
        return segment_page(record_id, snapshot=form, status=form.status)
    flash("Snapshot taken: it stays as it is.", "success")
    return go(url_for(".show_segment", record_id=done.result))


@bp.post("/segments/<int:record_id>/removal")
@needs("segments.edit")
def delete_segment(record_id: int) -> Any:
    get(g.actor, Segment, record_id)
    return press(
        lambda: services.delete_segment(g.actor, record_id),
        "The segment is gone.",
        then=lambda: go(url_for(".list_segments")),
        again=lambda status: segment_page(record_id, status=status),
    )


@bp.post("/segments/<int:record_id>/members")
@needs("segments.edit")
def add_member(record_id: int) -> Any:
    get(g.actor, Segment, record_id)
    form = AddMember()

    def add() -> int:
        contact = queries.contact_with(g.actor, form.email.data or "")
        return services.add_members(g.actor, record_id, [contact.id])

    if submit(form, add) is None:
        return segment_page(record_id, add=form, status=form.status)
    flash("The contact is in it.", "success")
    return go(url_for(".show_segment", record_id=record_id))


@bp.post("/segments/<int:record_id>/members/<int:contact_id>/removal")
@needs("segments.edit")
def remove_member(record_id: int, contact_id: int) -> Any:
    undo = url_for(".restore_member", record_id=record_id, contact_id=contact_id)
    said: Any = {"text": "Taken out by hand: no rule brings the contact back.", "undo": undo}
    return _by_hand(record_id, lambda: services.remove_members(g.actor, record_id, [contact_id]), said)


@bp.post("/segments/<int:record_id>/members/<int:contact_id>/restoration")
@needs("segments.edit")
def restore_member(record_id: int, contact_id: int) -> Any:
    """Undo a removal: into a list by hand, into a segment if its rule says so."""

    def restore() -> None:
        if get(g.actor, Segment, record_id).kind == SegmentKind.STATIC:
            services.add_members(g.actor, record_id, [contact_id])
        else:
            services.let_rule_decide(g.actor, record_id, contact_id)

    return _by_hand(record_id, restore, "Back as it was.")


@bp.post("/segments/<int:record_id>/members/<int:contact_id>/rule")
@needs("segments.edit")
def let_rule_decide(record_id: int, contact_id: int) -> Any:
    said = "The rule decides again; in a moment the contact is in or out."
    return _by_hand(record_id, lambda: services.let_rule_decide(g.actor, record_id, contact_id), said)


def _by_hand(record_id: int, do: Any, said: Any) -> Any:
    get(g.actor, Segment, record_id)
    return press(
        do,
        said,
        then=lambda: see(show_segment, record_id=record_id),
        again=lambda status: segment_page(record_id, status=status),
    )


@bp.get("/segments/<int:record_id>/why")
@needs("segments.view")
def show_why(record_id: int) -> Any:
    """Leaf by leaf for one contact, given by number or by address."""
    segment = get(g.actor, Segment, record_id)
    asked, contact, missing = request.args.get("contact", ""), None, ""
    try:
        contact = queries.contact_with(g.actor, asked) if asked else None
    except NotFound as error:
        missing = error.message
    return page(
        "segments/why.html",
        status=404 if missing else 200,
        title=f"Why in or out of {segment.name}",
        crumbs=crumbs(segment),
        segment=segment,
        asked=asked,
        contact=contact,
        missing=missing,
        found=queries.explain(g.actor, segment, contact.id) if contact else None,
        act_form=ActForm(formdata=None),
    )
