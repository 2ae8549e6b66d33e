"""Timelines and tasks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, request, url_for

from portal.activities import services
from portal.activities.states import Kind
from portal.kernel import clock
from portal.organization.queries import own_position
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import by_htmx, go, page, see, wanted_fragment
from portal.web.records import record_url

from .forms import NoteForm, QuickTaskForm, SnoozeForm, TalkForm, TaskForm
from .pages import record_of, tasks_page, timeline_of, timeline_page

bp = Blueprint("activities", __name__)
bp.add_app_template_global(timeline_of)


@bp.get("/timeline/<noun>/<int:record_id>")
@needs("activities.view")
def show_timeline(noun: str, record_id: int) -> Any:
    return timeline_page(noun, record_id)


@bp.post("/timeline/<noun>/<int:record_id>/notes")
@needs("activities.edit")
def create_note(noun: str, record_id: int) -> Any:
    record_of(noun, record_id)
    form = NoteForm(prefix="note")

    def log() -> int:
        return services.log(Kind.NOTE, form.body.data, **_mine(noun, record_id))

    if not submit(form, log):
        return timeline_page(noun, record_id, status=form.status, note=form)
    flash("Note added.", "success")
    return _back(noun, record_id)


@bp.post("/timeline/<noun>/<int:record_id>/talks")
@needs("activities.edit")
def create_talk(noun: str, record_id: int) -> Any:
    record_of(noun, record_id)
    form = TalkForm(prefix="talk")

    def log() -> int:
        kind, subject, body = Kind(form.kind.data), form.subject.data, form.body.data
        return services.log(kind, subject, body=body, at=form.at.data, **_mine(noun, record_id))

    if not submit(form, log):
        return timeline_page(noun, record_id, status=form.status, talk=form)
    flash(f"{form.kind.data.capitalize()} logged.", "success")
    return _back(noun, record_id)


@bp.post("/timeline/<noun>/<int:record_id>/tasks")
@needs("activities.edit")
def create_task_about(noun: str, record_id: int) -> Any:
    record_of(noun, record_id)
    form = QuickTaskForm(prefix="task")

    def add() -> int:
        return services.add_task(form.subject.data, due_at=form.due_at.data, **_mine(noun, record_id))

    if not submit(form, add):
        return timeline_page(noun, record_id, status=form.status, task=form)
    flash("Task added.", "success")
    return _back(noun, record_id)


@bp.get("/tasks")
@needs("activities.view")
def list_tasks() -> Any:
    return tasks_page(request.args.get("view", ""))


@bp.get("/tasks/new")
@needs("activities.edit")
def new_task() -> Any:
    noun, record_id = request.args.get("noun", ""), request.args.get("record_id", type=int)
    if noun and record_id is not None:
        record_of(noun, record_id)
    given = {"owner_id": own_position(g.actor), "noun": noun, "record_id": str(record_id or "")}
    return _task_page(TaskForm(formdata=None, data=given))


@bp.post("/tasks")
@needs("activities.edit")
def create_task() -> Any:
    form = TaskForm()
    noun, record_id = form.noun.data, int(form.record_id.data) if form.record_id.data.isdecimal() else 0
    if noun:
        record_of(noun, record_id)

    def add() -> int:
        about = [(noun, record_id)] if noun else []
        owner_id, author = form.owner_id.data, g.actor.name
        subject, body = form.subject.data, form.body.data
        return services.add_task(
            subject, due_at=form.due_at.data, body=body, about=about, owner_id=owner_id, author=author
        )

    if not submit(form, add):
        return _task_page(form, status=form.status)
    flash("Task added.", "success")
    return go(record_url(noun, record_id)) if noun and record_url(noun, record_id) else see(list_tasks)


@bp.post("/tasks/<int:record_id>/completion")
@needs("activities.edit")
def complete_task(record_id: int) -> Any:
    place = _place()
    undo = url_for(".reopen_task", record_id=record_id, noun=place and place.noun, of=place and place.of)
    return _change_task(lambda: services.complete_task(g.actor, record_id).id, {"text": "Task done.", "undo": undo})


@bp.post("/tasks/<int:record_id>/reopening")
@needs("activities.edit")
def reopen_task(record_id: int) -> Any:
    return _change_task(lambda: services.reopen_task(g.actor, record_id).id, "The task is open again.")


@bp.post("/tasks/<int:record_id>/snooze")
@needs("activities.edit")
def snooze_task(record_id: int) -> Any:
    form = SnoozeForm()

    def snooze() -> int:
        zone = ZoneInfo(g.timezone)
        day = clock.today(g.timezone) + timedelta(days=form.days.data)
        until = datetime.combine(day, datetime.min.time().replace(hour=9), zone)
        return services.snooze_task(g.actor, record_id, until).id

    return _change_task(snooze, "Task moved to a later day.", form)


def _change_task(act: Callable[[], int], said: str | dict[str, str], form: ActForm | None = None) -> Any:
    """Acts on a task from a timeline or from the list of tasks, and leads back to where the button was."""
    form = form or ActForm()
    place = _place()
    if submit(form, act):
        flash(said, "success")  # type: ignore[arg-type]
        return _back(place.noun, place.of) if place else see(list_tasks)
    flash(" ".join(form.form_errors) or "That did not work; the task is as it was.", "bad")
    return timeline_page(place.noun, place.of, form.status) if place else tasks_page("", form.status)


class Place(NamedTuple):
    """The record on whose timeline a button stood."""

    noun: str
    of: int


def _place() -> Place | None:
    """As the query string tells it; checked before use."""
    noun, of = request.args.get("noun", ""), request.args.get("of", type=int)
    if not noun or of is None:
        return None
    record_of(noun, of)
    return Place(noun, of)


def _mine(noun: str, record_id: int) -> dict[str, Any]:
    """Said by the person who asks, on the timeline of the record, kept by their position."""
    owner_id, of = own_position(g.actor), getattr(record_of(noun, record_id), "owner_id", None)
    return {"author": g.actor.signs(of), "about": [(noun, record_id)], "owner_id": owner_id}


def _back(noun: str, record_id: int) -> Any:
    if by_htmx() and wanted_fragment() == "timeline":
        return timeline_page(noun, record_id)
    return go(record_url(noun, record_id) or url_for(".show_timeline", noun=noun, record_id=record_id))


def _task_page(form: TaskForm, status: int = 200) -> Any:
    crumbs = [("Tasks", url_for(".list_tasks"))]
    return page("activities/new_task.html", status=status, title="New task", form=form, crumbs=crumbs)
