"""run, web, worker, schedule, intake: the processes of the portal."""

import click

from ..cli import settings


@click.command()
def run() -> None:
    """Start everything on this machine."""
    from portal.seeds import first_start

    from ..system import run as run_system

    run_system(settings(), first_start)


@click.command()
def web() -> None:
    """Start the web server only."""
    from .. import serve
    from ..system import require_free_port

    require_free_port(settings().host, settings().port)
    serve.serve_web(serve.load_app(settings()), settings())


@click.command()
@click.argument("queue")
def worker(queue: str) -> None:
    """Start one worker for QUEUE (default, mail or pdf)."""
    from .. import serve

    if queue not in serve.QUEUES:
        raise click.BadParameter(f"there is no queue {queue!r}: use one of {', '.join(serve.QUEUES)}")
    serve.serve_queue(serve.load_app(settings()), settings(), queue)


@click.command()
def schedule() -> None:
    """Start the scheduler. Several are harmless: one of them works at a time."""
    from .. import serve

    serve.serve_schedule(serve.load_app(settings()))


@click.command()
def intake() -> None:
    """Take in bounces and answers by LMTP or SMTP, at the address that INTAKE names."""
    from .. import serve

    if not settings().intake:
        raise click.UsageError("set INTAKE, for example INTAKE=127.0.0.1:2525")
    serve.serve_mail(serve.load_app(settings()), settings())


COMMANDS = (run, web, worker, schedule, intake)
