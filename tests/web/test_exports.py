"""Exports: nothing in them is a formula to any spreadsheet, numbers and days stay what they are."""

import csv
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from portal.accounts.models import Account
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.kernel.listing import Field, Listing
from portal.web.exports import inert, write
from tests import world

DANGEROUS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", " =1+1", "  =1+1", "\t=1+1", "\r=1+1", "\n=1+1", "\x0b=1+1",
    "\x00=1+1", "\x01=1+1", "\xa0=1+1", "\u3000=1+1", "\u200b=1+1", "\ufeff=1+1", "\u2060=1+1", "\u202e=1+1", "＝1+1",
    "＋1+1", "－1+1", "＠SUM(A1)", " ＝1+1", "﹦1+1", "﹢1", "﹣1", "﹫x", "−1+1", "\tplain", "\nplain", "\rplain",
    "=HYPERLINK(\"http://x\")", "+49 30 1234", "-", "\u00ad=1+1",
]  # fmt: skip
HARMLESS = ["", "plain", "a=b", "1+1", "mail@x.example", "'quoted", "Müller & Söhne", "5 - 3", "…", "é", "日本"]


@pytest.mark.parametrize("text", DANGEROUS, ids=ascii)
def test_what_would_be_a_formula_is_text(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_everything_else_stays_as_it_is(text):
    assert inert(text) == text


@pytest.mark.parametrize("value", [-5, Decimal("-1.50"), 0, 2.5])
def test_numbers_stay_numbers(value):
    assert inert(value) is value


def accounts():
    return Listing(
        "test_exports",
        lambda actor: select(Account),
        Account.id,
        [
            Field("number", "=Number", Account.number),
            Field("name", "Name", Account.name),
            Field("annual_revenue", "Revenue", Account.annual_revenue, kind="money"),
            Field("created_at", "Since", Account.created_at, kind="datetime"),
            Field("owner", "Owner", value=lambda row: row.owner_id, kind="position"),
            Field("open", "Open", value=lambda row: True),
        ],
        "number",
    )


def fill(*texts):
    with unit_of_work():
        db.session.add_all(
            Account(
                number=f"{n:04}",
                name=text.replace("\0", ""),
                annual_revenue=Decimal("-1234.5"),
                created_at=datetime.fromisoformat("2026-03-01T23:30:00+00:00"),
                owner_id=world.position("rep").id,
            )
            for n, text in enumerate(texts)
        )


def exported(kind, zone="Europe/Berlin"):
    return b"".join(piece for _, piece in write(accounts(), SYSTEM, {}, kind, zone))


def test_no_cell_of_the_csv_begins_a_formula(app):
    fill(*DANGEROUS, *HARMLESS)
    rows = list(csv.reader(io.StringIO(exported("csv").decode("utf-8-sig"), newline="")))

    assert rows[0] == ["'=Number", "Name", "Revenue", "Since", "Owner", "Open"]
    assert rows[1] == ["0000", "'=1+1", "-1234.5", "2026-03-02T00:30:00+01:00", "Rita Rep", "yes"]
    assert len(rows) == 1 + len(DANGEROUS) + len(HARMLESS)
    assert all(row[1].startswith("'") for row in rows[1 : 1 + len(DANGEROUS)])


def test_the_workbook_holds_text_numbers_and_moments_but_no_formula(app):
    fill(*DANGEROUS, *HARMLESS)
    content = exported("xlsx")

    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<f " not in sheet
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[1] == ["0000", "=1+1", -1234.5, datetime(2026, 3, 2, 0, 30), "Rita Rep", "yes"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_of_many_rows_comes_in_pieces_and_counts_them(app, kind):
    fill(*("x" for _ in range(1_203)))

    told = [rows for rows, _ in write(accounts(), SYSTEM, {}, kind, "UTC")]

    assert told == sorted(told)
    assert told[-1] == 1_203
    assert {500, 1000} <= set(told)


def test_a_list_without_rows_is_its_head(app):
    assert exported("csv").decode("utf-8-sig").count("\n") == 1
    assert exported("xlsx").startswith(b"PK")


def test_days_stay_days():
    assert inert(date(2026, 1, 2)) == "2026-01-02"
