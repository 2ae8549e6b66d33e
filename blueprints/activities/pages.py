"""The timeline block that every record's page includes, and the page of tasks."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import g, request, url_for

from portal.activities import queries
from portal.activities.queries import Entry
from portal.activities.rules import FILTERS
from portal.kernel import clock
from portal.kernel.db import Base
from portal.kernel.errors import NotFound
from portal.organization.queries import get
from portal.web.htmx import page
from portal.web.records import PAGES, model_of, record_url

from .forms import NoteForm, QuickTaskForm, TalkForm

SHOWN = 30
ALL = 500
ICONS = {
    "note": "note", "call": "phone", "meeting": "calendar", "task": "list-check", "email": "mail", "sms": "message",
    "form": "forms", "stage": "flag", "document": "file-text", "payment": "coin", "system": "settings",
}  # fmt: skip


@dataclass
class TimelineBlock:
    """What templates/components/record/timeline.html reads."""

    noun: str
    record_id: int
    entries: list[Entry]
    has_more: bool
    show: str
    is_whole: bool
    note: NoteForm
    talk: TalkForm
    task: QuickTaskForm
    now: datetime = field(default_factory=clock.now)
    filters = FILTERS
    icons = ICONS


def record_of(noun: str, record_id: int) -> Base:
    """The visible record. Raises NotFound, also for nouns that have no page."""
    if noun not in PAGES:
        raise NotFound("record.not_found", "This is not here, or not yours to see.")
    return get(g.actor, model_of(noun), record_id)


def timeline_of(
    noun: str,
    record_id: int,
    *,
    whole: bool = False,
    note: NoteForm | None = None,
    talk: TalkForm | None = None,
    task: QuickTaskForm | None = None,
) -> TimelineBlock:
    """The newest entries of a record that the caller has already read, with fresh forms for those not given."""
    show = request.args.get("show", "")
    limit = ALL if whole else SHOWN
    entries = queries.timeline(g.actor, noun, record_id, limit + 1, show)
    return TimelineBlock(
        noun=noun,
        record_id=record_id,
        entries=entries[:limit],
        has_more=len(entries) > limit and not whole,
        show=show if show in FILTERS else "",
        is_whole=whole,
        note=note or NoteForm(formdata=None, prefix="note"),
        talk=talk or TalkForm(formdata=None, prefix="talk"),
        task=task or QuickTaskForm(formdata=None, prefix="task"),
    )


def timeline_page(noun: str, record_id: int, status: int = 200, **forms: Any) -> Any:
    """The timeline alone: as a page of its own, or as the block of a record's page."""
    record = record_of(noun, record_id)
    name = getattr(record, "name", "") or getattr(record, "number", "")
    return page(
        "activities/timeline.html",
        "timeline",
        status=status,
        title="Timeline",
        name=name,
        noun=noun,
        record_id=record_id,
        crumbs=[(name, url)] if (url := record_url(noun, record_id)) else [],
        timeline_block=timeline_of(noun, record_id, whole=True, **forms),
    )


def tasks_page(view: str, status: int = 200) -> Any:
    """My tasks: open (default), overdue, done."""
    now = clock.now()
    counts = queries.count_tasks(g.actor, now)
    if view == "done":
        entries = queries.done_tasks(g.actor)
    else:
        view = "overdue" if view == "overdue" else "open"
        entries = queries.open_tasks(g.actor, now if view == "overdue" else None)
    tabs = [
        ("Open", url_for("activities.list_tasks"), counts["open"]),
        ("Overdue", url_for("activities.list_tasks", view="overdue"), counts["overdue"]),
        ("Done", url_for("activities.list_tasks", view="done"), None),
    ]
    shown: dict[str, Any] = {"tabs": tabs, "view": view, "entries": entries, "now": now, "icons": ICONS}
    return page("activities/tasks.html", "tasks", status=status, title="Tasks", **shown)
