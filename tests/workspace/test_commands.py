"""portal export and portal import, as an operator types them."""

import csv
import io
import json

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Contact
from portal.kernel.db import db

FILE = "E-Mail;Vorname;Nachname\nann@alpine.example;Ann;Berg\nnonsense;Bob;Bad\nann@alpine.example;Ann;Again\n"


def imported(command_line, tmp_path, *options):
    file = tmp_path / "contacts.csv"
    file.write_bytes(FILE.encode("cp1252"))
    return command_line("import", "contacts", str(file), "--as", "operator@test-cycles.example", "--json", *options)


def contacts():
    db.session.rollback()
    return db.session.scalar(select(func.count(Contact.id)))


def test_a_dry_run_tells_and_changes_nothing(command_line, tmp_path):
    code, out = imported(command_line, tmp_path, "--dry-run")

    told = json.loads(out.splitlines()[-1])
    assert (code, told["rows"], told["refused"]) == (0, 3, 2)
    assert {row for row, *_ in told["report"]} == {3, 4}
    assert contacts() == 0


def test_an_import_can_be_repeated(command_line, tmp_path):
    assert imported(command_line, tmp_path)[0] == 0
    assert imported(command_line, tmp_path)[0] == 0

    assert contacts() == 1


def test_an_export_has_the_eyes_of_a_person(command_line, tmp_path):
    imported(command_line, tmp_path)
    operator = command_line("export", "contacts", "--as", "operator@test-cycles.example")[1]
    outsider = command_line("export", "contacts", "--as", "outsider@test-cycles.example")[1]

    rows = list(csv.DictReader(io.StringIO(operator.removeprefix("\ufeff"))))
    assert [row["Email"] for row in rows] == ["ann@alpine.example"]
    assert "ann@alpine.example" not in outsider


@pytest.mark.parametrize(
    "arguments",
    [("export", "nonsense"), ("export", "contacts", "--as", "nobody@x.example"), ("import", "nonsense", __file__, "--as", "x")],
)  # fmt: skip
def test_what_cannot_be_done_ends_with_an_error(command_line, arguments):
    assert command_line(*arguments)[0] != 0
