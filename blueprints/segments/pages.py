"""Pages of segments that several routes answer with."""

from decimal import Decimal

from flask import Response, g, request, url_for

from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.organization.queries import allows, get
from portal.segments import queries
from portal.segments.models import Segment
from portal.segments.rules import note_lines, sentence
from portal.segments.states import SegmentKind
from portal.strategy.rules import axis
from portal.web.filters import format_date, format_number
from portal.web.forms import ActForm
from portal.web.htmx import page
from portal.web.records import tabs_of

from .builder import JOINTS, Node, rule_of, topics
from .forms import AddMember, EditSegment, TakeSnapshot


def crumbs(segment: Segment | None = None) -> list[tuple[str, str]]:
    found = [("Segments", url_for("segments.list_segments"))]
    return [*found, (segment.name, url_for("segments.show_segment", record_id=segment.id))] if segment else found


def builder_page(form: EditSegment, root: Node, segment: Segment | None = None, status: int = 200) -> Response:
    """The form with the rule in it, what it says in words, how many it means and some of them."""
    said, notes, found, wrong = "", [], None, ""
    try:
        rule = rule_of(root)
        said, notes = sentence(rule, queries.names_in(rule)), note_lines(rule)
        found = queries.preview(g.actor, rule, exact="exact" in request.args)
    except Refused as refusal:
        wrong = refusal.message
    return page(
        "segments/edit.html",
        "rule",
        "count",
        status=status,
        title=f"Edit {segment.name}" if segment else "New segment",
        crumbs=crumbs(segment),
        form=form,
        segment=segment,
        root=root,
        topics=topics(),
        joints=JOINTS,
        segments=[
            (key, name) for key, name in queries.segment_choices(g.actor) if not segment or key != str(segment.id)
        ],
        said=said,
        notes=notes,
        found=found,
        wrong=wrong,
        preview_url=url_for("segments.preview_changes", record_id=segment.id)
        if segment
        else url_for("segments.preview"),
    )


def segment_page(
    record_id: int, *, add: AddMember | None = None, snapshot: TakeSnapshot | None = None, status: int = 200
) -> Response:
    segment = get(g.actor, Segment, record_id)
    dynamic = segment.kind != SegmentKind.STATIC
    days = queries.traffic(record_id, clock.today("UTC"))
    other = request.args.get("with", type=int)
    return page(
        "segments/segment.html",
        "standing",
        status=status,
        title=segment.name,
        crumbs=crumbs(),
        segment=segment,
        kind=queries.KIND_NAMES[segment.kind],
        edits=allows(g.actor, "segments.edit", segment),
        said=sentence(segment.rule, queries.names_in(segment.rule))
        if dynamic
        else "Whoever was put in by hand or by a file.",
        notes=note_lines(segment.rule) if dynamic else [],
        seen=queries.seen_size(g.actor, record_id),
        rows=queries.member_rows(g.actor, record_id),
        decided=queries.overrides(g.actor, record_id),
        uses=queries.uses_of([record_id])[record_id],
        days=days,
        figures_of=[[format_date(day.day), day.entered, day.left] for day in reversed(days) if day.entered or day.left],
        day_names=[str(day.day.day) if n % 3 == 2 else "" for n, day in enumerate(days)],
        top=axis(Decimal(most)) if (most := max(day.entered + day.left for day in days)) else None,
        say=format_number,
        others=[pair for pair in queries.segment_choices(g.actor) if pair[0] != str(record_id)],
        other=other,
        overlap=queries.overlap(record_id, other) if other else None,
        add_form=add or AddMember(formdata=None),
        snapshot_form=snapshot or TakeSnapshot(formdata=None, data={"name": _snapshot_name(segment)}),
        act_form=ActForm(formdata=None),
        **tabs_of(segment, without="timeline"),
    )


def _snapshot_name(segment: Segment) -> str:
    return f"{segment.name}, {clock.today(g.timezone):%-d %B %Y}"
