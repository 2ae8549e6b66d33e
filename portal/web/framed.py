"""The HTML of mails as documents that can do no harm, shown in frames."""

import re

from flask import Response

from .http import CSP

# A body may show itself and nothing else: no script, no form, no picture from another host, no cookie of ours. Its links
# open in a tab of their own, as the first click of a person, without telling where they came from.
BODY_CSP = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox allow-popups allow-popups-to-escape-sandbox",
    )
)
HEAD = re.compile(r"<head(\s[^>]*)?>", re.IGNORECASE)


def body_response(html: str) -> Response:
    """The HTML of a message as its own document inside a sandbox."""
    base = '<base target="_blank">'
    html = HEAD.sub(lambda found: found[0] + base, html, count=1) if HEAD.search(html) else base + html
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = BODY_CSP
    response.headers["Cache-Control"] = "no-store"
    return response


def framing(response: Response) -> Response:
    """Let this page show documents of our own host in frames."""
    response.headers["Content-Security-Policy"] = f"{CSP}; frame-src 'self'"
    return response
