"""bench: how fast the portal is beside the least that could count as the same work."""

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module

import click

from ..cli import fail, say, with_json
from ..settings import ROOT


@click.command()
@click.argument("names", nargs=-1)
@click.option("--db", "database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@click.option("--size", type=click.IntRange(1), help="How much data or work, instead of each workload's own.")
@click.option("--rounds", type=click.IntRange(3), default=3, show_default=True)
@with_json
def bench(names: tuple[str, ...], database: str, size: int | None, rounds: int) -> None:
    """Measure each workload (or only NAMES) beside its floor in the same run. Nothing is judged."""
    sys.path.insert(0, str(ROOT))
    frame = import_module("tests.bench.frame")
    if unknown := sorted(set(names) - set(frame.NAMES)):
        raise fail(f"no workload {', '.join(unknown)}: there are {', '.join(frame.NAMES)}")
    found = []
    for name in names or frame.NAMES:
        click.echo(f"measuring {name} ...", err=True)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
            found.append(alone.submit(frame.measure, name, database, size, rounds).result())
    say(found, "\n\n".join(map(frame.in_words, found)))
    click.get_current_context().exit(int(any("error" in one for one in found)))


COMMANDS = (bench,)
