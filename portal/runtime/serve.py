"""The web server, one worker queue and the scheduler: each blocks until it is told to stop."""

import multiprocessing
from typing import TYPE_CHECKING

from .settings import Settings

if TYPE_CHECKING:
    from flask import Flask
    from redis import Redis

QUEUES = ("default", "mail", "pdf")
GOODBYE_SECONDS = 3  # an answer in flight may finish; the supervisor waits a little longer


def load_app(settings: Settings) -> "Flask":
    from wsgi import make_app

    app: Flask = make_app(settings)
    return app


def connect(settings: Settings) -> "Redis":
    from redis import Redis

    return Redis.from_url(settings.redis_url, health_check_interval=30)


def serve_web(app: "Flask", settings: Settings) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    multiprocessing.set_start_method("fork", force=True)  # the loaded app is shared, not imported again
    server = Granian(
        "wsgi",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_processes,
        blocking_threads=settings.threads,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=GOODBYE_SECONDS,
        log_level=LogLevels.error,
        log_dictconfig={"loggers": {"_granian": {"handlers": [], "propagate": True}}},
    )
    server.serve(target_loader=lambda: app, wrap_loader=False)


def serve_queue(app: "Flask", settings: Settings, queue: str) -> None:
    from jobs.worker import work

    work(app, queue, connect(settings))


def serve_schedule(app: "Flask") -> None:
    from jobs.schedule import run

    run(app)


def serve_mail(app: "Flask", settings: Settings) -> None:
    from .intake import serve_intake
    from .settings import parse_intake

    serve_intake(app, parse_intake(settings.intake))
