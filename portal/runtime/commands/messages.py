"""`portal messages`: what can be worked out again about what was sent."""

import click

from ..cli import say, settings, with_json


@click.group()
def messages() -> None:
    """Messages that were sent."""


@messages.command()
@with_json
def reclassify() -> None:
    """Judge every opening and click again by the rules of today (portal/messages/rules/machines.csv)."""
    from portal.kernel.db import transact
    from portal.messages.queries.visits import visited_after
    from portal.messages.services.visits import SLICE, judge_again

    from ..serve import load_app

    seen = changed = last = 0
    with load_app(settings()).app_context():
        while ids := visited_after(last, SLICE):
            changed += transact(lambda ids=ids: judge_again(ids))  # type: ignore[misc]
            seen, last = seen + len(ids), ids[-1]
            click.echo(f"{seen:,} messages", err=True)
    say({"messages": seen, "changed": changed}, f"{seen:,} messages looked at, {changed:,} verdicts changed")


COMMANDS = [messages]
