"""portal export and portal import, as an operator types them."""

import csv
import io
import json

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from portal.accounts.models import Contact
from portal.kernel.db import db
from portal.runtime.cli import load_commands

FILE = "E-Mail;Vorname;Nachname\nann@alpine.example;Ann;Berg\nnonsense;Bob;Bad\nann@alpine.example;Ann;Again\n"


@pytest.fixture
def portal(live_app, tmp_path):
    """Run a command on the database of this test; returns (exit code, what it printed)."""

    def run(*arguments):
        env = {
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": live_app.config["SQLALCHEMY_DATABASE_URI"],
            "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
            "DEMO": "0",
        }
        result = CliRunner().invoke(load_commands(), list(arguments), env=env)
        return result.exit_code, result.output

    return run


def imported(portal, tmp_path, *options):
    file = tmp_path / "contacts.csv"
    file.write_bytes(FILE.encode("cp1252"))
    return portal("import", "contacts", str(file), "--as", "operator@test-cycles.example", "--json", *options)


def contacts():
    db.session.rollback()
    return db.session.scalar(select(func.count(Contact.id)))


def test_a_dry_run_tells_and_changes_nothing(portal, tmp_path):
    code, out = imported(portal, tmp_path, "--dry-run")

    told = json.loads(out.splitlines()[-1])
    assert (code, told["rows"], told["refused"]) == (0, 3, 2)
    assert {row for row, *_ in told["report"]} == {3, 4}
    assert contacts() == 0


def test_an_import_can_be_repeated(portal, tmp_path):
    assert imported(portal, tmp_path)[0] == 0
    assert imported(portal, tmp_path)[0] == 0

    assert contacts() == 1


def test_an_export_has_the_eyes_of_a_person(portal, tmp_path):
    imported(portal, tmp_path)
    operator = portal("export", "contacts", "--as", "operator@test-cycles.example")[1]
    outsider = portal("export", "contacts", "--as", "outsider@test-cycles.example")[1]

    rows = list(csv.DictReader(io.StringIO(operator.removeprefix("\ufeff"))))
    assert [row["Email"] for row in rows] == ["ann@alpine.example"]
    assert "ann@alpine.example" not in outsider


@pytest.mark.parametrize(
    "arguments",
    [("export", "nonsense"), ("export", "contacts", "--as", "nobody@x.example"), ("import", "nonsense", __file__, "--as", "x")],
)  # fmt: skip
def test_what_cannot_be_done_ends_with_an_error(portal, arguments):
    assert portal(*arguments)[0] != 0
