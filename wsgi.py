"""The only module that knows every layer."""

import os
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flask import Flask, current_app, has_request_context
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy.engine import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

import blueprints
import jobs
import portal
from portal.consent import rules as consent
from portal.kernel import files, public
from portal.kernel.db import db, on_commit, prepare_engine
from portal.kernel.spool import Spool
from portal.messages.rules import headers
from portal.messages.rules.tracking import use_key as sign_links_with
from portal.runtime.settings import Settings
from portal.web import (
    assets,
    attempts,
    auth,
    compression,
    cookies,
    errors,
    fields,
    filters,
    hosts,
    http,
    layout,
    limits,
    pdf,
    rich,
    signin,
    tracking,
)


def make_app(settings: Settings | None = None, **overrides: Any) -> Flask:
    """The whole portal. `overrides` are Flask configuration, for tests."""
    settings = settings or Settings()
    app = Flask(__name__, static_folder="static", template_folder="templates")
    app.config.update(_config(settings) | overrides)
    app.extensions["settings"] = settings
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    _connect(app, settings)
    for layer in (compression, cookies, http, hosts, auth, errors, fields, filters, rich, assets, layout):
        layer.register(app)
    blueprints.register(app)
    attempts.register(app)
    auth.check_declared(app)
    tracking.register(app, Spool(settings.data_dir / "tracking"))
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, *[settings.trusted_proxies] * 4)  # type: ignore[method-assign]
    return app


def _config(settings: Settings) -> dict[str, Any]:
    secure = settings.public_url.startswith("https:")
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "MAX_CONTENT_LENGTH": 10 * 2**20,
        "MAX_FORM_MEMORY_SIZE": 1 * 2**20,
        "MAX_FORM_PARTS": 1_000,
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "SIGNED_IN_LONGEST": timedelta(hours=settings.session_hours),
        "SIGNED_IN_IDLE": timedelta(minutes=settings.session_idle_minutes),
        "DEMO": settings.demo,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_TRANSLATION_DIRECTORIES": os.path.join(portal.__path__[0], "translations"),
    } | signin.config(settings.secret_key)


def _connect(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        os.register_at_fork(after_in_child=lambda engine=db.engine: _forget_connections(engine))
    files.keep_in(settings.files_dir)
    public.reached_at(settings.public_url)
    consent.use_key(app.config["SECRET_KEY"])
    headers.use_key(app.config["SECRET_KEY"])
    sign_links_with(app.config["SECRET_KEY"])
    Babel(app, locale_selector=http.locale, timezone_selector=http.timezone)
    CSRFProtect(app)
    signin.connect(app)
    for module in iter_modules(jobs.__path__):
        import_module(f"jobs.{module.name}")
    from jobs.relay import Bell, connect

    bell = Bell(connect(settings.redis_url))
    app.extensions["bell"] = bell
    limits.register(app)
    app.extensions["preload_pdf"] = pdf.preload
    on_commit(_ring)


def _ring(queues: set[str]) -> None:
    bell = current_app.extensions["bell"]
    (bell.ring_soon if has_request_context() else bell.ring)(queues)


def _forget_connections(engine: Engine) -> None:
    """A database connection must not be used on both sides of a fork."""
    engine.dispose(close=False)
