"""Rules of the house that a reader can check in the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted(
    p for name in ("portal", "blueprints", "jobs") for p in (ROOT / name).rglob("*.py") if "versions" not in p.parts
)
TEMPLATES = sorted(p for p in (ROOT / "templates").rglob("*.*") if p.suffix in (".html", ".mjml", ".txt"))
BANNED_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc", "tools"}
MAY_COMMIT = {"portal/kernel/db.py"}
# Markup made from escaped parts, or from what one of our own renderers drew; each place was read.
MAY_MARK = {
    "portal/web/filters.py", "portal/web/rich.py", "portal/web/signin.py", "portal/web/mail.py",
    "blueprints/accounts/pages.py",  # joins what format_money made, which escapes
    "portal/emails/rules/bricks.py", "portal/kernel/liquid/filters.py",  # line breaks between what is escaped
}  # fmt: skip
LONGEST_FUNCTION, LONGEST_FILE, LONGEST_TEMPLATE = 40, 300, 150
ACTING_GETS: set[str] = set()  # GET views that may reach services: none


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_there_is_code_to_look_at() -> None:
    assert len(CODE) > 100
    assert len(TEMPLATES) > 50


def test_only_the_unit_of_work_commits() -> None:
    said = re.compile(r"(?<!savepoint)\.commit\(\)")
    found = {name(p) for p in CODE if said.search(p.read_text()) and "runtime" not in p.parts}
    assert found <= MAY_COMMIT


def test_names_say_something() -> None:
    assert not [name(p) for p in CODE if {p.stem, p.parent.name} & BANNED_NAMES]


def test_files_and_functions_stay_short() -> None:
    long_files = [f"{name(p)}: {n}" for p in CODE if (n := len(p.read_text().splitlines())) > LONGEST_FILE]
    long_functions = [
        f"{name(p)}:{f.lineno} {f.name}: {length}"
        for p in CODE
        for f in functions(p)
        if (length := (f.end_lineno or 0) - f.lineno + 1) > LONGEST_FUNCTION
    ]
    long_templates = [f"{name(p)}: {n}" for p in TEMPLATES if (n := len(p.read_text().splitlines())) > LONGEST_TEMPLATE]
    assert not long_files + long_functions + long_templates


def test_every_module_says_what_it_is_for() -> None:
    assert not [name(p) for p in CODE if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))]


def test_reading_never_reaches_services() -> None:
    """A GET view, and the functions of its module that only it calls, name nothing of `services`."""
    found = [
        f"{name(p)} {view}"
        for p in CODE
        if p.parts[len(ROOT.parts)] == "blueprints"
        for view in acting_gets(p.read_text())
        if view not in ACTING_GETS
    ]
    assert not found


def acting_gets(source: str) -> Iterator[str]:
    """Names of GET views from which a call into `services` can be reached within the module."""
    tree = ast.parse(source)
    there = {f.name: f for f in tree.body if isinstance(f, ast.FunctionDef)}
    for view in there.values():
        if any(is_get(decorator) for decorator in view.decorator_list) and touches(view, there, set()):
            yield view.name


def is_get(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute) and decorator.func.attr == "get"
    )


def touches(function: ast.FunctionDef, there: dict[str, ast.FunctionDef], seen: set[str]) -> bool:
    seen.add(function.name)
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "services":
            return True
        further = called.id if isinstance(called, ast.Name) else ""
        if further in there and further not in seen and touches(there[further], there, seen):
            return True
    return False


def test_the_check_of_reading_sees_an_act_behind_a_function() -> None:
    bad = "@bp.get('/x')\ndef show():\n    return _page()\n\ndef _page():\n    services.act()\n"
    good = bad.replace("bp.get", "bp.post")
    assert (list(acting_gets(bad)), list(acting_gets(good))) == (["show"], [])


def test_markup_is_made_in_few_places() -> None:
    marked = {name(p) for p in CODE if re.search(r"\bMarkup\(", p.read_text())}
    assert marked == MAY_MARK
    assert not [
        name(p) for p in TEMPLATES if p.suffix in (".html", ".mjml") and re.search(r"\|\s*safe\b", p.read_text())
    ]


@pytest.mark.parametrize("word", ["pickle.load", "eval(", "exec(", "yaml.load(", "shell=True", "verify=False"])
def test_dangerous_calls_are_absent(word: str) -> None:
    pattern = re.compile(rf"(?<![\w.]){re.escape(word)}")
    assert not [name(p) for p in CODE if pattern.search(p.read_text())]


def test_every_list_is_made_with_its_module_so_that_workers_know_it() -> None:
    """An export of many rows runs in another process, which finds the list by its name."""
    made_late = [
        f"{name(p)}:{call.lineno}"
        for p in CODE
        for function in functions(p)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Listing"
    ]
    assert not made_late
