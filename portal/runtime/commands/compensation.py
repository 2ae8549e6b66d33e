"""`portal compensation try`: what a plan would pay, computed from two files."""

from pathlib import Path

import click

from portal.kernel.errors import Refused

from ..cli import fail, say, with_json


@click.group()
def compensation() -> None:
    """Incentive pay."""


@compensation.command("try")
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("credits", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_json
def try_plan(plan: Path, credits: Path) -> None:
    """Compute PLAN (JSON, as `pydoc portal.compensation` describes) on CREDITS (CSV) and save nothing.

    CREDITS has the columns person, day, amount, and if you like measure, role, key, reverses.
    """
    from portal.compensation.rules import read_json
    from portal.compensation.rules.trial import read_credits, read_trial, run_trial, told
    from portal.kernel.tables import decoded, read_table

    try:
        trial = read_trial(read_json(decoded(plan.read_bytes())))
    except Refused as refusal:
        raise fail(f"{plan.name}: {refusal.message}") from None
    try:
        given = read_credits(read_table(credits.read_bytes())[0])
    except Refused as refusal:
        raise fail(f"{credits.name}: {refusal.message}") from None
    results = run_trial(trial, given)
    total = sum(one.pays for one in results)
    lines = [
        f"{one.person}: {one.component} pays {one.pays:,} {trial.plan.currency} on {len(one.earned)} credits"
        + (f" ({one.problem})" if one.problem else "")
        for one in results
    ]
    say(
        {
            "plan": trial.plan.name,
            "currency": trial.plan.currency,
            "pays": str(total),
            "results": [told(r) for r in results],
        },
        "\n".join([*lines, f"Together {total:,} {trial.plan.currency}"]),
    )


COMMANDS = [compensation]
