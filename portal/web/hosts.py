"""Two host names: staff work on one; customers, visitors and files are served on the other, where nobody is signed in.

With STAFF_URL unset both are the same host, and files are handed out with a policy under which nothing runs.
"""

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request, url_for
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import NotFound

from .auth import PUBLIC, permission_of

STAFF_ONLY = {"security", "identity"}  # signing in is open to everybody, but only where staff work
MINUTE = 60  # seconds in which a file's address works


def register(app: Flask) -> None:
    app.before_request(_keep_apart)


def _keep_apart() -> None:
    """What belongs to staff does not exist on the public host."""
    settings = current_app.extensions["settings"]
    if settings.staff_url == settings.public_url or request.host != urlsplit(settings.public_url).netloc:
        return
    endpoint = request.endpoint
    if endpoint and (request.blueprint in STAFF_ONLY or permission_of(current_app, endpoint) != PUBLIC):
        abort(404)


class _Signer(TimestampSigner):
    """Reads the time where everybody does."""

    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="file", signer=_Signer)


def file_token(file_id: int) -> str:
    token = _signer().dumps(file_id)
    return token if isinstance(token, str) else token.decode()


def send_to_file(file_id: int) -> Response:
    """To the file's own address on the public host, good for a minute: no cookie of ours goes along."""
    path = url_for("workspace.hand_out_file", token=file_token(file_id))
    return redirect(current_app.extensions["settings"].public_url + path, 303)


def file_of(token: str) -> int:
    """Raises NotFound for a token that was not made here or is older than a minute."""
    try:
        return int(_signer().loads(token[:200], max_age=MINUTE))
    except (BadData, ValueError, TypeError) as error:
        raise NotFound("link.not_found", "This link has ended. Open the file again from its record.") from error
