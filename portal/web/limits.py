"""How often a stranger may try: counted in Redis, in memory while it is away."""

from typing import Any

from flask import Flask, Response, request, session
from flask_limiter import Limiter

from .http import client_ip

FAILED = 422


def _address_tried() -> str:
    return f"{client_ip()} {request.form.get('email', '').strip().casefold()[:200]}"


def _person_half_in() -> str:
    """Who passed the password and is asked for the second factor; on other pages who is signed in."""
    return str(session.get("tf_user_id") or session.get("_user_id") or client_ip())


def _anybody() -> str:
    return "anybody"


def _refused(response: Response) -> bool:
    """Only what failed counts: an office behind one address may sign in as often as it likes."""
    return response.status_code == FAILED


limiter = Limiter(client_ip, strategy="fixed-window", headers_enabled=False)


def register(app: Flask) -> None:
    """The figures are those of reliability promise A11: per person and address, so that nobody locks an owner out."""
    app.config.setdefault("RATELIMIT_IN_MEMORY_FALLBACK_ENABLED", True)
    app.config.setdefault("RATELIMIT_STORAGE_OPTIONS", {"socket_timeout": 1, "socket_connect_timeout": 1})
    limiter.init_app(app)
    second = ["security.two_factor_token_validation", "security.mf_recovery", "security.two_factor_setup_validate"]
    rules = [
        (["security.login", "security.verify"], "10 per 5 minutes", _address_tried, True),
        (["security.login"], "100 per 5 minutes", client_ip, True),
        (["security.login"], "1000 per 5 minutes", _anybody, True),
        (second, "5 per 5 minutes; 20 per hour; 50 per day", _person_half_in, True),
        (["security.forgot_password"], "5 per day", _address_tried, False),
        (["security.forgot_password"], "20 per hour", client_ip, False),
        (["security.reset_password", "identity.accept_invitation"], "20 per hour", client_ip, False),
        (["identity.save_setup"], "10 per 5 minutes", _anybody, True),
    ]
    for endpoints, figure, key, only_failed in rules:
        for endpoint in endpoints:
            counts = _refused if only_failed else None
            limit = limiter.limit(figure, key_func=key, methods=["POST"], deduct_when=counts)
            view: Any = limit(app.view_functions[endpoint])
            app.view_functions[endpoint] = view


def storage(redis_url: str) -> str:
    """The address in the spelling of the counting library."""
    return redis_url.replace("unix://", "redis+unix://", 1) if redis_url.startswith("unix:") else redis_url
