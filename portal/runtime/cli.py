"""The command line: a third door for operators. Each file in `commands` adds its own."""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeVar

import click

from . import commands
from .logs import configure_logs
from .settings import Settings, SettingsError, load_settings

F = TypeVar("F", bound=Callable[..., Any])


def with_json(command: F) -> F:
    """Adds --json; the command answers through `say`."""
    option = click.option("--json", "as_json", is_flag=True, expose_value=False, help="Answer as JSON.", callback=_note)
    return option(command)


def say(data: Any, text: str) -> None:
    """One answer: `text` for people, `data` with --json."""
    click.echo(json.dumps(data, default=str, ensure_ascii=False) if _json_wanted() else text)


def fail(message: str) -> click.ClickException:
    return click.ClickException(message)


def settings() -> Settings:
    found: Settings = click.get_current_context().find_root().obj
    return found


def _note(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.find_root().meta["json"] = True


def _json_wanted() -> bool:
    return bool(click.get_current_context().find_root().meta.get("json"))


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.pass_context
def portal(context: click.Context) -> None:
    """Throughline: sales and marketing in one portal. Every command but run, web, worker, schedule and intake takes --json."""
    context.obj = load_settings()
    configure_logs(context.obj.log_level)


def load_commands() -> click.Group:
    """A new command: a file in `commands` that lists it in COMMANDS."""
    for module in iter_modules(commands.__path__):
        for command in import_module(f"{commands.__name__}.{module.name}").COMMANDS:
            portal.add_command(command)
    return portal


def main(arguments: list[str] | None = None) -> None:
    """Exit code 0 only on success. What a person can mend is said in one line, without a traceback."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        sys.exit(load_commands().main(arguments, prog_name="portal", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        _complain("stopped", arguments)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except click.ClickException as error:
        _complain(error.format_message(), arguments)
        sys.exit(error.exit_code)
    except Exception as error:
        if not _expected(error):
            raise
        _complain(str(error), arguments)
        sys.exit(1)


def _expected(error: Exception) -> bool:
    """Settings and the named refusals of runtime and kernel; anything else is a bug and keeps its traceback."""
    from portal.kernel.errors import DomainError

    from .backup import BackupError
    from .processes import ChildFailed
    from .system import CannotStart
    from .valkey import NoServer

    return isinstance(error, SettingsError | DomainError | BackupError | CannotStart | NoServer | ChildFailed)


def _complain(message: str, arguments: list[str]) -> None:
    if "--json" in arguments:
        click.echo(json.dumps({"error": message}, ensure_ascii=False))
    click.echo(f"portal: {message}", err=True)
