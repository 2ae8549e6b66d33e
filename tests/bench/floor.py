"""The least that could take in a form: Flask, one INSERT, the portal's own web server. Run as `-m tests.bench.floor`."""

import sys

from flask import Flask, redirect, request
from sqlalchemy import JSON, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from werkzeug.wrappers import Response

from portal.kernel.db import prepare_engine
from portal.runtime.serve import serve_web
from portal.runtime.settings import Settings, load_settings


class Base(DeclarativeBase):
    pass


class Sent(Base):
    __tablename__ = "sent"

    id: Mapped[int] = mapped_column(primary_key=True)
    payload: Mapped[dict[str, str]] = mapped_column(JSON)


def make_app(settings: Settings) -> Flask:
    app = Flask(__name__)
    engine = create_engine(settings.database_url)
    prepare_engine(engine)
    Base.metadata.create_all(engine)
    engine.dispose()

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.post("/")
    def receive() -> Response:
        with Session(engine) as session, session.begin():
            session.add(Sent(payload=dict(request.form)))
        return redirect("/thanks", 303)

    return app


if __name__ == "__main__":
    found = load_settings()
    serve_web(make_app(found), found)
    sys.exit()
