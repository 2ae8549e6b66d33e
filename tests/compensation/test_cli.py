"""`portal compensation try`: a plan and credits in two files, nothing stored."""

import json
from pathlib import Path
from typing import Any

import pytest

from portal.runtime.cli import main

from .test_rules import BASE, CASES, tiers

PLAN: dict[str, Any] = {
    "name": "Trial", "currency": "USD", "people": {"Ann": {"target": 60000, "quota": 600000}},
    "components": [{"name": "Commission", "interval": "year", "basis": "attainment", "unit": "multiplier", "tiers": BASE}],
}  # fmt: skip


def run(folder: Path, capsys: pytest.CaptureFixture[str], plan: Any, credits: str, *more: str) -> tuple[int, str, str]:
    (folder / "plan.json").write_text(plan if isinstance(plan, str) else json.dumps(plan))
    (folder / "credits.csv").write_text(credits)
    with pytest.raises(SystemExit) as ended:
        main(["compensation", "try", str(folder / "plan.json"), str(folder / "credits.csv"), *more])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_the_example_of_the_multipliers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "person,day,amount\nAnn,2026-02-01,240000\nAnn,2026-05-01,480000\n"
    code, out, _ = run(tmp_path, capsys, PLAN, rows, "--json")
    found = json.loads(out)
    assert (code, found["pays"]) == (0, "63000.00")
    last = found["results"][0]["credits"][1]
    assert (last["attained"], [one["rate"] for one in last["slices"]]) == ("120.00", ["5.0000", "10.0000", "15.0000"])
    assert "Together 63,000.00 USD" in run(tmp_path, capsys, PLAN, rows)[1]


def test_a_published_example(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = CASES["oracle_step_rate_individual"]
    plan = {"name": "Steps", "currency": "USD", "components": [
        {"name": "C", "interval": "transaction", "tiers": tiers(case["tiers"])}
    ]}  # fmt: skip
    rows = [f"X,{case['dates'][key]},{amount},{key}" for key, amount in case["transactions"].items()]
    _, out, _ = run(tmp_path, capsys, plan, "\n".join(["person,day,amount,key", *rows]), "--json")
    assert float(json.loads(out)["pays"]) == case["expected"]["total"]


@pytest.mark.parametrize(
    ("plan", "rows", "said"),
    [
        ("{", "person,day,amount\nAnn,2026-01-01,1", "plan.json: This is no JSON"),
        (
            PLAN | {"people": {"Ann": {"targt": 1}}},
            "person,day,amount\nAnn,2026-01-01,1",
            "people.Ann.targt: is not a field",
        ),
        (PLAN | {"components": []}, "person,day,amount\nAnn,2026-01-01,1", "components: a plan needs"),
        (PLAN, "person,day\nAnn,2026-01-01", "credits.csv: The credits need a column 'amount'"),
        (PLAN, "person,day,amount\nAnn,2026-01-01,much", "line 2, amount: 'much' is not a number"),
        (PLAN, "person,day,amount\nAnn,soon,1", "line 2: Invalid isoformat"),
        (PLAN, "person,day,amount,role\nAnn,2026-01-01,1,boss", "line 2: 'boss' is not a valid Role"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], plan: Any, rows: str, said: str
) -> None:
    code, _, err = run(tmp_path, capsys, plan, rows)
    assert code == 1
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_without_a_quota_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "needs a quota" in run(tmp_path, capsys, PLAN, "person,day,amount\nBob,2026-01-01,1\n")[1]
