"""migrate, backup, restore: the database as a whole."""

from pathlib import Path

import click

from ..cli import fail, say, settings, with_json


@click.command()
@click.option("--check", is_flag=True, help="Only compare; fail when the schema is not the newest.")
@click.option("--new", "message", metavar="MESSAGE", help="Write the next revision from the models (developers).")
@with_json
def migrate(check: bool, message: str | None) -> None:
    """Bring the database schema to the newest revision."""
    from .. import schema

    url = settings().database_url
    if message:
        path = schema.revise(url, message)
        return say({"written": str(path)}, f"written: {path}")
    if not check:
        schema.upgrade(url)
    found, wanted = schema.current(url), schema.head()
    if found != wanted:
        raise fail(f"the schema is at {found or 'nothing'}, the program expects {wanted}")
    if check and (lacking := schema.differences(url)):
        raise fail("the models differ from the database:\n" + "\n".join(map(str, lacking)))
    say({"revision": found}, f"schema at {found}")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_json
def backup(file: Path) -> None:
    """Write database and stored files into FILE, while people work."""
    from ..backup import backup as write_backup

    made = write_backup(settings(), file)
    say(made, f"{made['file']}: {made['bytes'] / 10**6:.1f} MB, {made['files']} stored files")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace what is there.")
@with_json
def restore(file: Path, force: bool) -> None:
    """Put the backup FILE back. Nothing is sent until somebody releases sending in the portal."""
    from ..backup import restore as read_backup

    done = read_backup(settings(), file, force=force)
    say(done, f"restored the backup of {done['made_at']}; sending is held until you release it")


COMMANDS = (migrate, backup, restore)
