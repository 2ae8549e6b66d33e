"""The least that could do it: Flask behind the portal's own web server. Run as `-m tests.bench.floor`.

A form is one INSERT; a seat is a counter with a limit and an INSERT; the pixel of a mail is one GIF, of which nobody takes
note.
"""

import sys
from base64 import b64decode

from flask import Flask, redirect, request
from flask import Response as Picture
from sqlalchemy import JSON, create_engine, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from werkzeug.wrappers import Response

from portal.kernel.db import prepare_engine
from portal.runtime.serve import serve_web
from portal.runtime.settings import Settings, load_settings

GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


EVENTS, SEATS = 1_000, 10


class Base(DeclarativeBase):
    pass


class Sent(Base):
    __tablename__ = "sent"

    id: Mapped[int] = mapped_column(primary_key=True)
    payload: Mapped[dict[str, str]] = mapped_column(JSON)


class Seats(Base):
    __tablename__ = "seats"

    id: Mapped[int] = mapped_column(primary_key=True)
    taken: Mapped[int] = mapped_column(default=0)


def make_app(settings: Settings) -> Flask:
    app = Flask(__name__)
    engine = create_engine(settings.database_url)
    prepare_engine(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all(Seats() for _ in range(EVENTS))
    engine.dispose()

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.post("/")
    def receive() -> Response:
        with Session(engine) as session, session.begin():
            session.add(Sent(payload=dict(request.form)))
        return redirect("/thanks", 303)

    @app.post("/seats/<int:event>")
    def take_seat(event: int) -> Response:
        one = update(Seats).where(Seats.id == event, Seats.taken < SEATS).values(taken=Seats.taken + 1)
        with Session(engine) as session, session.begin():
            got = session.execute(one.returning(Seats.id)).one_or_none() is not None
            session.add(Sent(payload=dict(request.form) | {"seat": got}))
        return redirect("/thanks", 303)

    @app.get("/pixel.gif")
    def pixel() -> Picture:
        return Picture(GIF, mimetype="image/gif")

    return app


if __name__ == "__main__":
    found = load_settings()
    serve_web(make_app(found), found)
    sys.exit()
