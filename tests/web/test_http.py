"""What goes around every answer."""

import io
import json
import logging

from portal.runtime.logs import configure_logs
from portal.web import http


def test_an_answer_is_logged_as_one_line_with_its_request_id(client, app):
    kept, stream = logging.root.handlers[:], io.StringIO()
    try:
        configure_logs("INFO", stream)
        logging.root.handlers[0].addFilter(http._with_request_id)
        response = client.get("/signin?next=/secret-search")
    finally:
        logging.root.handlers[:] = kept

    line = json.loads(next(text for text in stream.getvalue().splitlines() if '"GET /signin"' in text))
    assert (line["status"], line["request_id"]) == (200, response.headers["X-Request-Id"])
    assert "secret-search" not in stream.getvalue()


def test_every_answer_carries_the_security_headers(client):
    headers = client.get("/signin").headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
