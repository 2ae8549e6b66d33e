"""`./go check` and `./go test`: every stage that can run here, and why the others cannot."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from .settings import ROOT

PACKAGES = ("portal", "blueprints", "jobs", "wsgi.py")
SUMMARY = re.compile(r"^=*\s*(\d+ (?:passed|failed|skipped|error|deselected|xfailed)|no tests ran).* in [\d.]+s")
BIG = ["-m", "not browser", "-n", "2"]
WITHOUT_DATABASE = (  # one lane is enough for them
    "tests/*/test_rules*.py",
    "tests/architecture/test_templates.py",
    "tests/architecture/test_house_rules.py",
    "tests/emails/test_spam.py",
    "tests/inbound/test_reading.py",
    "tests/runtime/test_supervisor.py",
    "tests/runtime/test_translations.py",
    "tests/web/test_limits.py",
    "tests/web/test_pdf.py",
)
POSTGRES_FIX = "PostgreSQL is not installed: apt-get install postgresql, or set TEST_DATABASE_URL"
CHROMIUM_FIX = "no chromium on PATH: apt-get install chromium"


@dataclass
class Report:
    """What happened, for the last lines of the run."""

    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)


def run_check() -> Report:
    """Style, types and layers: no test is run."""
    report = Report()
    for name, command in _static_stages():
        _stage(report, name, lambda command=command: _call(command))  # type: ignore[misc]
    return report


def run_test(arguments: list[str], postgres: bool) -> Report:
    """Everything; with arguments only pytest with them, on SQLite or PostgreSQL."""
    if arguments or postgres:
        report = Report()
        lane = _postgres_lane if postgres else _sqlite_lane
        lane(report, arguments or BIG)
        return report
    report = run_check()
    _sqlite_lane(report, BIG)
    _postgres_lane(report, [*BIG, *(f"--ignore-glob={files}" for files in WITHOUT_DATABASE)])
    _browser_lane(report)
    return report


def conclude(report: Report) -> int:
    """Prints the end of the run and returns the exit code. With CI=true a skip is a failure."""
    print("\n== Result ==")
    for line in report.skipped:
        print(f"skipped: {line}")
    for line in report.failed:
        print(f"FAILED: {line}")
    strict = os.environ.get("CI", "").lower() in ("1", "true")
    if strict and report.skipped:
        print("with CI=true nothing may be skipped")
    for line in report.summaries:
        print(line)
    if report.summaries:
        print(f"== {_together(report.summaries)} ==")
    sys.stdout.flush()
    return int(bool(report.failed or (strict and report.skipped)))


def _together(summaries: list[str]) -> str:
    """The lanes' summary lines as one, in pytest's own words."""
    counts: Counter[str] = Counter()
    for line in summaries:
        for number, word in re.findall(r"(\d+) ([a-z]+)", line.rpartition(" in ")[0]):
            if word != "deselected":  # it runs in another lane
                counts[word] += int(number)
    seconds = sum(float(line.rpartition(" in ")[2].split("s")[0]) for line in summaries)
    words = ", ".join(f"{counts[word]} {word}" for word in sorted(counts, key=lambda word: word != "failed"))
    return f"{words or 'no tests ran'} in {seconds:.2f}s"


def _static_stages() -> Iterator[tuple[str, list[str]]]:
    programs = Path(sys.executable).parent
    present = [name for name in PACKAGES if (ROOT / name).exists()]
    yield "style (ruff)", [str(programs / "ruff"), "check", "."]
    yield "types (mypy)", [str(programs / "mypy"), *present]
    yield "layers (import-linter)", [str(programs / "lint-imports"), "--no-logo"]


def _stage(report: Report, name: str, run: Callable[[], bool]) -> None:
    print(f"\n== {name} ==", flush=True)
    started = time.monotonic()
    if not run():
        report.failed.append(name)
    print(f"-- {name}: {time.monotonic() - started:.1f} s", flush=True)


def _call(command: list[str]) -> bool:
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def _sqlite_lane(report: Report, arguments: list[str]) -> None:
    _pytest_stage(report, "tests on SQLite", arguments, {})


def _postgres_lane(report: Report, arguments: list[str]) -> None:
    name = "tests on PostgreSQL"
    with _postgres_url() as url:
        if url is None:
            report.skipped.append(f"{name}: {POSTGRES_FIX}")
            return
        _pytest_stage(report, name, arguments, {"TEST_DATABASE_URL": url})


def _browser_lane(report: Report) -> None:
    name = "tests in the browser"
    if not (shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")):
        report.skipped.append(f"{name}: {CHROMIUM_FIX}")
        return
    # These wait for others half of their time: three keep two cores busy.
    _pytest_stage(report, name, ["-m", "browser", "-n", "3", "--dist", "worksteal"], {})


@contextmanager
def _postgres_url() -> Iterator[str | None]:
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    sys.path.insert(0, str(ROOT))
    if find_spec("tests.postgres") is None:
        yield None
        return
    from tests.postgres import Postgres, available

    if not available():
        yield None
        return
    server = Postgres()
    try:
        yield server.url
    finally:
        server.stop()


def _pytest_stage(report: Report, name: str, arguments: list[str], environment: dict[str, str]) -> None:
    _stage(report, name, lambda: _pytest(report, name, arguments, environment))


def _pytest(report: Report, name: str, arguments: list[str], environment: dict[str, str]) -> bool:
    """Passes the output on while it comes, and keeps the summary and the reasons of skips."""
    inherited = {key: value for key, value in os.environ.items() if key != "TEST_DATABASE_URL"}
    command = [sys.executable, "-m", "pytest", "-rs", "--color=no", *arguments]
    pytest = subprocess.Popen(
        command, cwd=ROOT, env=inherited | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert pytest.stdout is not None
    for line in pytest.stdout:
        print(line, end="", flush=True)
        if line.startswith("SKIPPED"):
            report.skipped.append(f"{name}: {line.removeprefix('SKIPPED ').strip()}")
        elif SUMMARY.match(line):
            report.summaries.append(f"{name}: {line.strip()}")
    return pytest.wait() == 0
