import io
import json
import logging

import pytest

from portal.runtime.logs import configure_logs


@pytest.fixture(autouse=True)
def _restored():
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logging.captureWarnings(False)


def test_one_json_object_a_line():
    out = io.StringIO()
    configure_logs("INFO", out)
    try:
        raise ValueError("bad\nthing")
    except ValueError:
        logging.getLogger("portal.x").exception("failed %s", "Zoë", extra={"request_id": "r1"})
    logging.getLogger("portal.x").debug("not said")
    (line,) = out.getvalue().splitlines()
    entry = json.loads(line)
    assert entry["time"].endswith("+00:00")
    assert (entry["level"], entry["logger"], entry["request_id"]) == ("error", "portal.x", "r1")
    assert entry["message"] == "failed Zoë"
    assert "ValueError: bad\nthing" in entry["exception"]


def test_readable_on_a_terminal():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    out = Terminal()
    configure_logs("INFO", out)
    logging.getLogger("portal").info("hello")
    assert out.getvalue().endswith("INFO    portal: hello\n")
