import pytest

from portal.runtime.checks import Report, conclude


@pytest.fixture(autouse=True)
def _no_ci(monkeypatch):
    monkeypatch.delenv("CI", raising=False)


def test_last_line_sums_the_lanes_in_the_words_of_pytest(capsys):
    lanes = [
        "tests on SQLite: 12 passed, 3 deselected in 2.50s",
        "tests on PostgreSQL: 1 failed, 11 passed in 61.00s (0:01:01)",
    ]
    assert conclude(Report(summaries=lanes)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "== 1 failed, 23 passed in 63.50s =="


def test_failed_stage_fails_the_run(capsys):
    assert conclude(Report(failed=["types (mypy)"])) == 1
    assert "FAILED: types (mypy)" in capsys.readouterr().out


def test_skips_are_named_and_allowed_except_in_ci(capsys, monkeypatch):
    report = Report(skipped=["tests in the browser: no chromium on PATH: apt-get install chromium"])
    assert conclude(report) == 0
    assert "apt-get install chromium" in capsys.readouterr().out
    monkeypatch.setenv("CI", "true")
    assert conclude(report) == 1
