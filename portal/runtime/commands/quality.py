"""check, test: what a developer runs before a change goes in."""

import click


@click.command()
def check() -> None:
    """Style, types and layers."""
    from .. import checks

    click.get_current_context().exit(checks.conclude(checks.run_check()))


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--pg", is_flag=True, help="Only on PostgreSQL.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(pg: bool, arguments: tuple[str, ...]) -> None:
    """Everything that can run here, or only pytest with ARGUMENTS (a path, -k name ...)."""
    from .. import checks

    click.get_current_context().exit(checks.conclude(checks.run_test(list(arguments), pg)))


COMMANDS = (check, test)
