"""Imports in the browser: a file, its columns, a check, the run; and the files people really have."""

import io

import pytest
import xlsxwriter
from sqlalchemy import func, select

from jobs.workspace import move_along
from portal.accounts.models import Account
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.tables import Table, decoded, read_table, separator
from portal.workspace.models import LongWork, StoredFile
from portal.workspace.rules import check_columns, offer_import, suggest

from .worker_process import STORES

CSV = "Number;Account name;Ort\r\n1;Müller;Köln\r\n\r\n2;;\r\n3;Weiß;\r\n".encode("cp1252")


@pytest.fixture(autouse=True)
def _stores():
    offer_import(STORES)


def hand_in(client, content=CSV, name="stores.csv", kind="stores"):
    data = {"kind": kind, "file": (io.BytesIO(content), name), "nonce": name}
    return client.post("/imports", data=data, content_type="multipart/form-data")


def columns(*names, nonce="n"):
    return {f"column-{place}": name for place, name in enumerate(names)} | {"nonce": nonce}


def accounts():
    return db.session.scalar(select(func.count(Account.id)))


def test_from_the_file_over_the_check_to_the_records(client_of):
    client = client_of("operator")
    mapping = hand_in(client).location
    html = client.get(mapping).text
    assert '<option value="name" selected>' in html
    assert "Müller · Weiß" in html
    assert "3 rows to become stores" in html

    work_page = client.post(f"{mapping}/check", data=columns("number", "name", "city")).location
    move_along("w")
    html = client.get(work_page).text
    assert "3 rows done: 2 would be added, 0 would be updated, 1 refused. Nothing was changed so far." in html
    assert '>4</th><td data-label="Field">Name</td><td data-label="Why">A store needs a name.</td>' in html
    assert accounts() == 0

    work_page = client.post(f"{mapping}/run", data=columns("number", "name", "city", nonce="n2")).location
    move_along("w")
    assert "2 added, 0 updated, 1 refused." in client.get(work_page).text
    assert set(db.session.scalars(select(Account.name))) == {"Müller", "Weiß"}


def test_pressing_twice_starts_one_import(client_of):
    client = client_of("operator")
    mapping = hand_in(client).location
    first, second = (client.post(f"{mapping}/run", data=columns("number", "name")).location for _ in range(2))

    assert first == second
    assert db.session.scalar(select(func.count(LongWork.id))) == 1


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (("number",), "Say which column holds: Name."),
        (("number", "name", "name"), "Two columns are set to Name."),
        (("number", "name", "password"), "Stores have no field"),
    ],
)
def test_columns_that_do_not_fit_are_refused_and_kept(client_of, chosen, words):
    client = client_of("operator")
    mapping = hand_in(client).location

    answer = client.post(f"{mapping}/run", data=columns(*chosen))

    assert answer.status_code == 422
    assert words in answer.text
    assert '<option value="number" selected>' in answer.text
    assert db.session.scalar(select(func.count(LongWork.id))) == 0


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [(b"", "a.csv", "stores"), (b"only\n", "a.csv", "stores"), (b"PK\x03\x04rubbish", "a.xlsx", "stores"),
     (b"\xd0\xcf\x11\xe0rubbish", "a.xls", "stores"), (CSV, "a.csv", "nonsense"), (b"\0\0\0", "a", "stores")],
)  # fmt: skip
def test_what_is_no_table_is_refused(client_of, content, name, kind):
    answer = hand_in(client_of("operator"), content, name, kind)

    assert answer.status_code == 422
    assert db.session.scalar(select(func.count(StoredFile.id))) == 0


def test_who_may_not_import_gets_no_page(client_of):
    mapping = hand_in(client_of("operator")).location

    assert client_of("rep").get("/imports/new").status_code == 403
    assert hand_in(client_of("rep")).status_code == 403
    assert client_of("marketer").get(mapping).status_code == 404
    assert client_of("marketer").post(f"{mapping}/run").status_code == 404
    assert client_of("operator").get("/imports/new").status_code == 200


def test_a_file_for_import_is_no_download(client_of):
    client = client_of("operator")
    hand_in(client)

    assert client.get(f"/files/{db.session.scalar(select(StoredFile.id))}").status_code == 404


def cells(content):
    return [row.cells for row in Table(content)]


TEXT = "Name,Ort\nMüller,Köln\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_encodings_and_separators(encoding, mark):
    table, rows = read_table(TEXT.replace(",", mark).encode(encoding))

    assert (table.header, list(table), rows) == (["Name", "Ort"], [(2, ["Müller", "Köln"], False)], 1)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('a,b\n"x, y","line 1\nline 2"\n', [["x, y", "line 1\nline 2"]]),
        ("a,b\n1\n1,2,3\n", [["1", ""], ["1", "2"]]),
        ("a,,b,,\n1,2,3,4,5\n", [["1", "2", "3"]]),
        ("\n\n,,\na,b\n1,2\n", [["1", "2"]]),
        ("a;b\n1,5;2\n", [["1,5", "2"]]),
        ("a\r1\r2\r", [["1"], ["2"]]),
        ('a,b\n"unclosed,1\n2,3\n', [["unclosed,1\n2,3", ""]]),
        ("a,b\n\0x\0,y\n", [["x", "y"]]),
    ],
)
def test_odd_but_readable(text, rows):
    assert cells(text.encode()) == rows


def test_a_cell_of_a_megabyte_is_cut():
    assert len(cells(f"a,b\n{'x' * 2**20},y\n".encode())[0][0]) == 10_000


def test_a_workbook_is_read_as_shown():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for row, values in enumerate((("Name", "Employees"), ("Müller", 12), ("Weiß", 1.5))):
        sheet.write_row(row, 0, values)
    book.close()

    assert cells(out.getvalue()) == [["Müller", "12"], ["Weiß", "1.5"]]


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(monkeypatch):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet().write_string(0, 0, "x")
    book.close()
    monkeypatch.setattr("portal.kernel.tables.UNPACKED", 100)

    with pytest.raises(Refused, match="too large"):
        read_table(out.getvalue())


def test_headers_of_common_exports_are_recognised():
    google = ["Name", "Given Name", "Family Name", "E-mail 1 - Value", "Organization 1 - Name", "Phone 1 - Value"]
    outlook = ["Title", "First Name", "Last Name", "Company", "E-mail Address", "Mobile Phone", "Business Phone"]
    kind = contacts()

    assert suggest(google, kind) == ["", "first_name", "last_name", "email", "account", "phone"]
    assert suggest(outlook, kind) == ["job_title", "first_name", "last_name", "account", "email", "mobile", "phone"]
    assert suggest(["Vorname", "Nachname", "Firma", "E-Mail-Adresse"], kind) == [
        "first_name",
        "last_name",
        "account",
        "email",
    ]
    check_columns(suggest(google, kind), kind)


def contacts():
    names = ("email", "first_name", "last_name", "job_title", "phone", "mobile", "account")
    return type(STORES)(
        "contacts", "Contacts", "contacts.edit", [(n, n.replace("_", " ")) for n in names], ["email"], STORES.take
    )


def test_the_separator_is_not_taken_from_within_words():
    assert separator("name;note\nA;x, y, z\nB;u, v") == ";"
    assert decoded(b"\xff\xfea\0") == "a"
