"""Full-text search behind one function: FTS5 on SQLite, tsvector on PostgreSQL.

A model with the `Searchable` mixin says what can be found; the flush that changes it keeps its entry current.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import UniqueConstraint, column, delete, event, func, insert, inspect, join, select, table, text, tuple_
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column

from .db import DERIVED, Base, db
from .keyset import is_text
from .upsert import upsert


class SearchEntry(Base):
    """The text of one record. Triggers (see `statements`) keep the full-text index of `body` beside it."""

    __tablename__ = "search_entry"
    __table_args__ = (UniqueConstraint("noun_of", "record_id"), DERIVED)

    id: Mapped[int] = mapped_column(primary_key=True)
    noun_of: Mapped[str]
    record_id: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]


INDEX = table("search_index", column("rowid"), column("title"), column("body"))  # FTS5 over search_entry, SQLite only
PAUSED = table("search_index_paused", column("entry"))  # a row in here keeps the trigger of new entries still


class Searchable:
    """Mixin: `search_text` gives the title and the words by which the record is found."""

    def search_text(self) -> tuple[str, str]:
        raise NotImplementedError


class Hit(NamedTuple):
    noun: str
    record_id: int
    title: str


def statements(dialect: str) -> list[str]:
    """DDL of the index, run with the schema."""
    if dialect == "sqlite":
        return [
            "CREATE VIRTUAL TABLE search_index USING fts5(title, body, content='search_entry', content_rowid='id', "
            "tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
            "CREATE TABLE IF NOT EXISTS search_index_paused (entry INTEGER)",
            "CREATE TRIGGER search_entry_ai AFTER INSERT ON search_entry "
            "WHEN NOT EXISTS (SELECT 1 FROM search_index_paused) BEGIN "
            "INSERT INTO search_index(rowid, title, body) VALUES (new.id, new.title, new.body); END",
            "CREATE TRIGGER search_entry_ad AFTER DELETE ON search_entry BEGIN "
            "INSERT INTO search_index(search_index, rowid, title, body) VALUES ('delete', old.id, old.title, old.body); END",
            "CREATE TRIGGER search_entry_au AFTER UPDATE ON search_entry BEGIN "
            "INSERT INTO search_index(search_index, rowid, title, body) VALUES ('delete', old.id, old.title, old.body); "
            "INSERT INTO search_index(rowid, title, body) VALUES (new.id, new.title, new.body); END",
        ]
    return [
        "CREATE INDEX ix_search_entry_words ON search_entry USING gin (to_tsvector('simple', title || ' ' || body))"
    ]


def find(words: str, *, nouns: list[str], limit: int = 50) -> list[Hit]:
    """Best matches first; every word must occur, the last may be a beginning. The caller filters by visibility."""
    terms = re.findall(r"[^\W_]+", words.lower())[:8]
    if not terms or not nouns:
        return []
    query = select(SearchEntry.noun_of, SearchEntry.record_id, SearchEntry.title).where(SearchEntry.noun_of.in_(nouns))
    if db.engine.dialect.name == "sqlite":
        match = " ".join([f'"{t}"' for t in terms[:-1]] + [f'"{terms[-1]}"*'])
        query = (
            query.select_from(join(SearchEntry, INDEX, INDEX.c.rowid == SearchEntry.id))
            .where(text("search_index MATCH :match").bindparams(match=match))
            .order_by(text("bm25(search_index, 5.0, 1.0)"))
        )
    else:
        vector = func.to_tsvector("simple", SearchEntry.title + " " + SearchEntry.body)
        wanted = func.to_tsquery("simple", " & ".join([*terms[:-1], f"{terms[-1]}:*"]))
        query = query.where(vector.op("@@")(wanted)).order_by(func.ts_rank(vector, wanted).desc())
    return [Hit(*row) for row in db.session.execute(query.limit(limit))]


def compact() -> None:
    """FTS5 keeps words that no entry has any more until its parts are merged: this merges them."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("INSERT INTO search_index(search_index) VALUES ('optimize')"))


def enter(noun: str, texts: Iterable[tuple[int, tuple[str, str]]]) -> None:
    """Entries of records that are new and were written without the session: (id, (title, words))."""
    rows = [{"noun_of": noun, "record_id": key, "title": title, "body": body} for key, (title, body) in texts]
    if not rows:
        return
    write = insert(SearchEntry.__table__)  # type: ignore[arg-type]
    if db.engine.dialect.name != "sqlite":
        db.session.execute(write, rows)
        return
    # FTS5 writes its pages out for every row that comes from a trigger; in one statement it takes a fifth of the time.
    last = db.session.scalar(select(func.max(SearchEntry.id))) or 0
    db.session.execute(insert(PAUSED), {"entry": last})
    db.session.execute(write, rows)
    db.session.execute(delete(PAUSED))
    fresh = select(SearchEntry.id, SearchEntry.title, SearchEntry.body).where(SearchEntry.id > last)
    db.session.execute(insert(INDEX).from_select(["rowid", "title", "body"], fresh))


def _texts_changed(obj: Base) -> bool:
    """What can be searched is made of texts, so a change of anything else leaves it as it is."""
    state: Any = inspect(obj)
    columns = state.mapper.columns
    return any(name in columns and is_text(columns[name]) for name in state.committed_state)


@event.listens_for(Session, "after_flush")
def _keep_current(session: Session, context: UOWTransaction) -> None:
    rows, gone = [], []
    for obj in [*session.new, *session.dirty, *session.deleted]:
        if not isinstance(obj, Searchable) or not isinstance(obj, Base):
            continue
        record_id = obj.id  # type: ignore[attr-defined]
        if obj in session.deleted:
            gone.append((obj.noun, record_id))
        elif obj in session.new or _texts_changed(obj):
            title, body = obj.search_text()
            rows.append({"noun_of": obj.noun, "record_id": record_id, "title": title, "body": body})
    if rows:
        upsert(SearchEntry, rows, keys=("noun_of", "record_id"))
    if gone:
        session.execute(delete(SearchEntry).where(tuple_(SearchEntry.noun_of, SearchEntry.record_id).in_(gone)))
