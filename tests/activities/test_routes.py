from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.activities.models import Activity
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from tests import world
from tests.accounts.makers import make_account, make_contact


@pytest.fixture
def place(app):
    return f"/timeline/accounts/{make_account().id}"


def stored():
    return db.session.scalars(select(Activity).order_by(Activity.id)).all()


def count():
    return db.session.scalar(select(func.count()).select_from(Activity))


def make_task(client, place, subject="Call back", due="2030-01-02T09:00"):
    client.post(f"{place}/tasks", data={"task-subject": subject, "task-due_at": due})
    return db.session.scalar(select(Activity.id).order_by(Activity.id.desc()))


def test_a_note_without_scripts_leads_back_to_the_record(client_of, place):
    answer = client_of("rep").post(f"{place}/notes", data={"note-body": "Likes red <b>bikes</b>"})

    assert answer.status_code == 303
    assert answer.location == place.replace("/timeline", "")
    assert "Likes red &lt;b&gt;bikes" in client_of("rep").get(answer.location).text


def test_a_note_by_htmx_is_answered_by_the_timeline_alone(client_of, place):
    answer = client_of("rep").post(f"{place}/notes", data={"note-body": "Likes red"}, htmx="timeline")

    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<section class="card" id="timeline"')
    assert "Likes red" in answer.text
    assert "Note added." in answer.text


@pytest.mark.parametrize("htmx", [None, "timeline"])
@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("notes", {"note-body": "  "}, "Write something first"),
        ("notes", {"note-body": "x" * 5001}, "longer than 5000"),
        ("talks", {"talk-kind": "call", "talk-subject": "", "talk-body": "kept words"}, "required"),
        ("talks", {"talk-kind": "dance", "talk-subject": "x"}, "Not a valid choice"),
        ("talks", {"talk-kind": "call", "talk-subject": "x", "talk-at": "soon"}, "Not a valid datetime"),
        ("tasks", {"task-subject": "x", "task-due_at": "2026-02-30T09:00"}, "Not a valid datetime"),
        ("tasks", {"task-subject": "x", "task-due_at": ""}, "required"),
    ],
)
def test_wrong_input_is_refused_and_nothing_happens(client_of, place, path, data, said, htmx):
    answer = client_of("rep").post(f"{place}/{path}", data=data, htmx=htmx)

    assert answer.status_code == 422
    assert said in answer.text
    assert data.get("talk-body", "") in answer.text
    assert count() == 0


def test_times_are_typed_in_the_viewers_zone(client_of, place):
    with unit_of_work():
        world.user("rep").timezone = "America/Los_Angeles"
    data = {"talk-kind": "meeting", "talk-subject": "Visit", "talk-at": "2026-06-01T10:00"}
    client_of("rep").post(f"{place}/talks", data=data)

    assert stored()[0].at == datetime.fromisoformat("2026-06-01T17:00:00+00:00")
    assert stored()[0].kind == "meeting"


def test_a_double_click_logs_once(client_of, place):
    client = client_of("rep")
    for _ in range(2):
        client.post(f"{place}/notes", data={"note-body": "Once", "note-nonce": "n"})

    assert count() == 1


@pytest.mark.parametrize(("key", "status"), [("outsider", 404), ("admin", 403), ("hr", 403)])
@pytest.mark.parametrize("path", ["notes", "talks", "tasks"])
def test_who_does_not_write_on_a_timeline(client_of, place, key, status, path):
    data = {
        "note-body": "x",
        "talk-kind": "call",
        "talk-subject": "x",
        "task-subject": "x",
        "task-due_at": "2030-01-01T09:00",
    }

    assert client_of(key).post(f"{place}/{path}", data=data).status_code == status
    assert count() == 0


@pytest.mark.parametrize(
    "path", ["/timeline/accounts/99999", "/timeline/nonsense/1", "/timeline/seats/1", "/timeline/activities/1"]
)
def test_there_is_no_timeline_of_nothing(client_of, path):
    assert client_of("rep").get(path).status_code == 404
    assert client_of("rep").post(f"{path}/notes", data={"note-body": "x"}).status_code == 404


def test_who_may_only_read_gets_no_forms(client_of, place):
    page = client_of("admin").get(place).text

    assert "Nothing happened yet" in page
    assert "Write a note" not in page


def test_the_filter_works_as_a_page_and_as_a_fragment(client_of, place):
    client = client_of("rep")
    client.post(f"{place}/notes", data={"note-body": "A remark"})
    make_task(client, place)

    for htmx in (None, "timeline"):
        shown = client.get(f"{place}?show=tasks", htmx=htmx).text
        assert "Call back" in shown
        assert "A remark" not in shown
    assert "Nothing of this kind" in client.get(f"{place}?show=mail").text


def test_a_task_is_done_from_the_timeline_and_undone_from_the_message(client_of, place):
    client = client_of("rep")
    task = make_task(client, place)
    noun, record_id = place.split("/")[-2:]
    shown = client.get(place).text
    assert f'action="/tasks/{task}/completion?noun={noun}&amp;of={record_id}"' in shown
    done = client.post(f"/tasks/{task}/completion?noun={noun}&of={record_id}", htmx="timeline")

    assert 'id="timeline"' in done.text
    undo = f"/tasks/{task}/reopening?noun={noun}&amp;of={record_id}"
    assert f'action="{undo}"' in done.text
    assert db.session.get(Activity, task).done_at is not None
    answer = client.post(undo.replace("&amp;", "&"))
    assert answer.location == f"/accounts/{record_id}"
    assert db.session.get(Activity, task).done_at is None


def test_tasks_are_listed_open_overdue_and_done(client_of, place):
    client = client_of("rep")
    make_task(client, place, "Far ahead")
    late = make_task(client, place, "Too late", due="2020-01-02T09:00")
    done = make_task(client, place, "Finished")
    assert client.post(f"/tasks/{done}/completion").location == "/tasks"

    def shown(view):
        text = client.get(f"/tasks?view={view}").text
        return [name for name in ("Far ahead", "Too late", "Finished") if name in text]

    assert shown("") == ["Far ahead", "Too late"]
    assert shown("overdue") == ["Too late"]
    assert shown("done") == ["Finished"]
    moved = client.post(f"/tasks/{late}/snooze", data={"days": "1"}, htmx="tasks")
    assert moved.text.lstrip().startswith('<div class="stack" id="tasks"')
    assert db.session.get(Activity, late).due_at.date() == clock.now().date() + timedelta(days=1)
    assert shown("overdue") == []


@pytest.mark.parametrize("days", ["0", "61", "", "soon", "-1"])
def test_a_task_is_not_put_off_by_nonsense(client_of, place, days):
    client = client_of("rep")
    task = make_task(client, place)
    before = db.session.get(Activity, task).due_at

    assert client.post(f"/tasks/{task}/snooze", data={"days": days}).status_code == 422
    assert db.session.get(Activity, task).due_at == before


@pytest.mark.parametrize(("key", "status"), [("outsider", 404), ("admin", 403)])
@pytest.mark.parametrize("path", ["completion", "reopening", "snooze"])
def test_who_does_not_touch_my_tasks(client_of, place, key, status, path):
    task = make_task(client_of("rep"), place)

    assert client_of(key).post(f"/tasks/{task}/{path}", data={"days": "1"}).status_code == status


def test_a_task_for_a_colleague_appears_in_their_list(client_of, place):
    noun, record_id = place.split("/")[-2:]
    client = client_of("rep")
    form = client.get(f"/tasks/new?noun={noun}&record_id={record_id}").text
    assert "Rita Rep" in form
    colleague = world.position("colleague").id
    data = {
        "subject": "Help me",
        "due_at": "2030-01-02T09:00",
        "owner_id": colleague,
        "noun": noun,
        "record_id": record_id,
    }

    assert client.post("/tasks", data=data).location == f"/accounts/{record_id}"
    assert "Help me" in client_of("colleague").get("/tasks").text
    assert "Help me" not in client.get("/tasks").text


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"subject": ""}, 422),
        ({"owner_id": "99999"}, 422),
        ({"noun": "accounts", "record_id": "99999"}, 404),
        ({"noun": "x"}, 404),
    ],
)
def test_tasks_that_cannot_be(client_of, wrong, status):
    data = {"subject": "x", "due_at": "2030-01-02T09:00", "owner_id": world.position("rep").id} | wrong

    assert client_of("rep").post("/tasks", data=data).status_code == status
    assert count() == 0


def test_a_timeline_costs_the_same_for_any_number_of_entries(client_of, count_queries):
    person = make_contact()
    client, place = client_of("rep"), f"/timeline/contacts/{person.id}"

    def cost():
        client.get(place)
        count_queries.clear()
        client.get(place)
        return len([s for s in count_queries if s.startswith("SELECT")])

    make_task(client, place)
    one = cost()
    make_task(client, place)
    make_task(client, place)
    assert cost() == one <= 14
