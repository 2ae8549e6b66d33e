"""Files on records, the history of a record, notifications."""

import io
import zipfile

import pytest
from flask import render_template
from sqlalchemy import select

from portal.accounts.models import Account
from portal.accounts.services import reassign
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Refused
from portal.web.records import changes_of
from portal.workspace import services
from portal.workspace.documents import media_type_of
from portal.workspace.models import Notification, StoredFile
from portal.workspace.queries import files_of
from tests import world

PDF = b"%PDF-1.7\n..."


def account(who="rep"):
    return world.add(Account(number="A-1", name="Alpine", owner_id=world.position(who).id))


def send(client, record_id, name="offer.pdf", content=PDF, noun="accounts"):
    data = {"file": (io.BytesIO(content), name), "next": "/notifications"}
    return client.post(f"/records/{noun}/{record_id}/files", data=data, content_type="multipart/form-data")


def handed_out(client, file_id):
    """The file behind its address of one minute, asked for without any cookie."""
    sent_on = client.get(f"/files/{file_id}")
    assert sent_on.location.startswith("http://portal.test/f/")
    return client.application.test_client().get(sent_on.location.removeprefix("http://portal.test"))


def stored():
    return db.session.scalars(select(StoredFile)).all()


def test_a_file_comes_back_as_a_download_that_runs_nowhere(client_of):
    client = client_of("rep")
    answer = send(client, account().id, "Angebot für 3 €.pdf")
    assert answer.location == "/notifications"

    got = handed_out(client, stored()[0].id)

    assert got.data == PDF
    assert got.mimetype == "application/pdf"
    assert got.headers["Content-Disposition"].startswith('attachment; filename="Angebot f_r 3 _.pdf"')
    assert "Angebot%20f%C3%BCr%203%20%E2%82%AC.pdf" in got.headers["Content-Disposition"]
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert got.headers["X-Content-Type-Options"] == "nosniff"


def test_who_does_not_see_the_record_does_not_see_its_files(client_of):
    record = account()
    send(client_of("rep"), record.id)
    file = stored()[0]
    other = client_of("outsider")

    assert other.get(f"/files/{file.id}").status_code == 404
    assert other.post(f"/files/{file.id}/removal").status_code == 404
    assert other.post(f"/files/{file.id}/restoration").status_code == 404
    assert send(other, record.id).status_code == 404
    assert handed_out(client_of("manager"), file.id).status_code == 200
    assert len(stored()) == 1


def test_files_hang_on_records_with_a_page_only(client_of):
    assert send(client_of("rep"), 1, noun="audit").status_code == 404
    assert send(client_of("rep"), 1, noun="saved_views").status_code == 404


def test_removal_can_be_undone(client_of):
    client = client_of("rep")
    send(client, account().id)
    file = stored()[0]
    client.post(f"/files/{file.id}/removal", data={"next": "/notifications"})
    assert client.get(f"/files/{file.id}").status_code == 404

    undo = f"/files/{file.id}/restoration?next=/notifications"
    assert undo.replace("/notifications", "%2Fnotifications") in client.get("/notifications").text or undo
    client.post(undo)

    assert handed_out(client, file.id).status_code == 200


def office(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in ("[Content_Types].xml", *names):
            file.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html>"), ("picture.svg", b"<svg>"), ("run.exe", b"MZ"), ("x.phar", b"PK\x03\x04"),
        ("offer.pdf", b"<html><script>"), ("offer.pdf.html", PDF), ("picture.png", b"\xff\xd8\xff"),
        ("letter.docx", b"PK\x03\x04 no zip"), ("letter.docx", office("xl/a.xml")),
        ("letter.docx", office("word/document.xml", "word/vbaProject.bin")), ("note.txt", b"a\0b"), ("note.txt", b"MZ"),
        ("empty.txt", b""), (".pdf", PDF), ("pdf", PDF), ("big.txt", b"x" * (10 * 2**20 + 1)), ("note.txt", b"%PDF-1"),
    ],
)  # fmt: skip
def test_what_is_not_on_the_list_is_refused(app, actor, name, content):
    with pytest.raises(Refused), unit_of_work():
        services.attach(actor("rep"), Account(id=1, number="1", name="A"), name, content)
    assert stored() == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"), ("C:\\x\\note.TXT", "note.txt"), ("a\r\nb\0.txt", "ab.txt"),
        ("\u202etxt.exe.txt", "txt.exe.txt"), ("x" * 300 + ".txt", "x" * 146 + ".txt"), ("'\";<b>.txt", "'\";<b>.txt"),
    ],
)  # fmt: skip
def test_names_are_made_harmless(given, kept):
    assert media_type_of(given, b"text") == (kept, "text/plain")


def test_office_documents_are_told_apart():
    assert media_type_of("a.docx", office("word/document.xml"))[1].endswith("wordprocessingml.document")
    assert media_type_of("a.xlsx", office("xl/workbook.xml"))[1].endswith("spreadsheetml.sheet")


def test_no_file_at_all_is_said(client_of):
    client = client_of("rep")
    client.post(f"/records/accounts/{account().id}/files", data={"next": "/notifications"})

    assert "Choose a file first." in client.get("/notifications").text


def test_changes_are_told_from_old_to_new(app):
    record = account()
    with app.test_request_context():
        app.preprocess_request()
        with unit_of_work():
            to, today = world.position("manager").id, clock.today("UTC")
            reassign(SYSTEM, [record.id], owner_id=to, reason="Fair share", on=today)
        with unit_of_work():
            db.session.get(Account, record.id, populate_existing=True).city = "Bern"
        told = changes_of(record)

    fields = [field for entry in told for field in entry.fields]
    assert told[-1].action == "created"
    assert ("Owner", "Rita Rep", "Max Manager") in fields
    assert ("City", "", "Bern") in fields


def test_both_includes_render_for_a_record(app, actor):
    record = account()
    with unit_of_work():
        services.attach(actor("rep"), record, "offer.pdf", PDF)
    with app.test_request_context("/x"):
        app.preprocess_request()
        values = {
            "record": record,
            "changed": [record],
            "may": lambda permission: True,
            "files_of": files_of,
            "changes_of": changes_of,
        }
        for name, words in (("files", "offer.pdf"), ("changes", "created")):
            assert words in render_template(f"components/record/{name}.html", **values)


def told(who="rep"):
    return db.session.scalars(select(Notification).where(Notification.user_id == world.user(who).id)).all()


def tell(text="A lead is yours", reason="lead:1:assigned:1", url="/long-work", who="rep"):
    with unit_of_work():
        services.notify(world.user(who).id, text, url, reason)


def test_the_same_reason_tells_once(app):
    tell()
    tell("Other words")
    tell(reason="lead:1:assigned:2")

    assert [one.text for one in told()] == ["A lead is yours"] * 2


def test_nobody_is_told_nothing(app):
    with unit_of_work():
        services.notify(None, "x", "/", "r")


def test_opening_marks_as_read_and_leads_there(client_of):
    tell()
    client = client_of("rep")
    assert '<span class="unread num">1' in client.get("/notifications").text

    answer = client.post(f"/notifications/{told()[0].id}/opening")

    assert (answer.status_code, answer.location) == (303, "/long-work")
    assert "unread num" not in client.get("/notifications").text


def test_notifications_of_others_stay_shut(client_of):
    tell()

    assert client_of("manager").post(f"/notifications/{told()[0].id}/opening").status_code == 404
    assert "A lead is yours" not in client_of("manager").get("/notifications").text
    assert told()[0].read_at is None


def test_all_can_be_marked_at_once_and_pages_follow(client_of):
    for n in range(60):
        tell(f"Note {n:02}", f"n:{n}")
    client = client_of("rep")
    first = client.get("/notifications").text
    assert "Note 59" in first
    assert "Note 09" not in first
    older = first.partition('rel="next" href="')[2].partition('"')[0]
    assert "Note 09" in client.get(older).text

    client.post("/notifications/read")

    assert all(one.read_at for one in told())
