"""Logging for every process: one JSON object a line, or readable lines on a terminal."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

LONGEST = 8_000  # characters of one value; a traceback fits


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.processName if record.processName != "MainProcess" else None,
            "message": record.getMessage(),
            "request_id": getattr(record, "request_id", None),
            **getattr(record, "facts", {}),
            "exception": self.formatException(record.exc_info) if record.exc_info else None,
        }
        return json.dumps({key: _short(value) for key, value in entry.items() if value is not None}, ensure_ascii=False)


def _short(value: object) -> object:
    """What strangers send ends up in logs: a line has an end."""
    return f"{value[:LONGEST]}…" if isinstance(value, str) and len(value) > LONGEST else value


class ReadableLines(logging.Formatter):
    default_time_format = "%H:%M:%S"
    default_msec_format = None

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")


def configure_logs(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Replaces whatever was configured. `request_id` and `facts` (a dict) appear when the record carries them."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ReadableLines() if stream.isatty() else JsonLines())
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    logging.captureWarnings(True)
    for chatty in ("rq", "weasyprint", "fontTools", "alembic"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.root.level))
