"""The audit, and how the machinery is doing: for people, for load balancers, for Prometheus."""

import hmac
from ipaddress import ip_address
from time import perf_counter
from typing import Any

from flask import Response, abort, current_app, flash, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from portal.insights import queries, services
from portal.kernel import clock
from portal.runtime.doctor import Verdict, examine
from portal.web.auth import needs, public
from portal.web.forms import ActForm, submit
from portal.web.htmx import page, see
from portal.web.http import client_ip
from portal.web.listing import list_page

from . import bp

VERSION = "0.1.0"
REQUESTS = CollectorRegistry()
SECONDS = Histogram(
    "portal_request_seconds",
    "Time to answer, by endpoint",
    ("endpoint", "method", "status"),
    registry=REQUESTS,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


@bp.after_app_request
def observe(response: Response) -> Response:
    """Every answer but static files is timed; unknown addresses share one name, so that names stay few."""
    if request.endpoint != "static" and "started" in g:
        labels = (request.endpoint or "none", request.method, str(response.status_code))
        SECONDS.labels(*labels).observe(perf_counter() - g.started)
    return response


@bp.get("/audit")
@needs("audit.view")
def list_audit() -> Response:
    return list_page(
        "insights/audit.html",
        queries.TRAIL,
        title="Audit",
        empty="Every change leaves a line here.",
    )


@bp.get("/health")
@needs("system.view")
def show_health() -> Response:
    checks = examine(current_app.extensions["settings"])
    return page(
        "insights/health.html",
        "health",
        title="System health",
        checks=checks,
        worst=max((list(Verdict).index(check.verdict) for check in checks), default=0),
        dead=queries.dead_entries(),
        counts=queries.counts(),
        waits=queries.oldest_wait(clock.now()),
        beats=queries.heartbeats(),
        now=clock.now(),
        version=VERSION,
        act_form=ActForm(formdata=None),
    )


@bp.post("/health/outbox/<int:record_id>/retry")
@needs("system.view")
def retry_entry(record_id: int) -> Any:
    form = ActForm()
    if submit(form, lambda: services.retry_entry(g.actor, record_id)):
        flash("It will be tried again within seconds", "success")
    for problem in form.form_errors:
        flash(problem, "warn")
    return see(show_health)


@bp.get("/healthz")
@public
def healthz() -> Response:
    """For load balancers: 200 while the database answers."""
    try:
        queries.oldest_wait(clock.now())
    except SQLAlchemyError:
        return Response(f"database does not answer\nversion {VERSION}\n", 503, mimetype="text/plain")
    return Response(f"ok\nversion {VERSION}\n", mimetype="text/plain")


@bp.get("/metrics")
@public
def metrics() -> Response:
    """For Prometheus: on this machine, or with METRICS_TOKEN as bearer token."""
    if not (_is_local() or _has_token()):
        abort(404)
    return Response(generate_latest(REQUESTS) + generate_latest(_depths()), mimetype=CONTENT_TYPE_LATEST)


def _is_local() -> bool:
    """Not what a proxy on this machine hands on."""
    handed_on = {"X-Forwarded-For", "Forwarded", "X-Real-Ip"} & set(request.headers.keys())
    return not handed_on and ip_address(client_ip() or "0.0.0.0").is_loopback


def _has_token() -> bool:
    wanted = current_app.extensions["settings"].metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def _depths() -> CollectorRegistry:
    """What the database says at this moment; request times are this process's own."""
    registry = CollectorRegistry()
    for name, states in queries.counts().items():
        gauge = Gauge(f"portal_{name}", f"Rows of the {name} by state", ("state",), registry=registry)
        for state, count in states.items():
            gauge.labels(state).set(count)
    wait = Gauge("portal_outbox_oldest_seconds", "How long the oldest due entry has waited", registry=registry)
    wait.set(queries.oldest_wait(clock.now()).total_seconds())
    return registry
