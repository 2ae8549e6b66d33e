"""W12: words of somebody who looks for a record, beside one lookup by an index."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import insert, select, text

from portal.kernel import search
from portal.kernel.db import db, unit_of_work
from portal.kernel.search import SearchEntry

from .frame import Pair, Round, one_by_one, require
from .place import Place

TITLE = "full-text search, two words of which the last is a beginning"
UNIT = "searches"
SIZE = 100_000  # records
QUESTIONS = 100
NOUNS = ["leads", "accounts", "contacts", "opportunities", "quotes", "invoices"]
SYLLABLES = [start + end for start in "bdfgklmnprstvz" for end in "aeio"]


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    chance = random.Random(7)
    words = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(5_000)]
    with place.app().app_context():
        titles = _fill(chance, words, size)

        def ours() -> Round:
            asked = chance.sample(titles, QUESTIONS)
            found: list[list[search.Hit]] = []

            def ask(title: str) -> None:
                first, second = title.split()[:2]
                found.append(search.find(f"{first} {second[:4]}", nouns=NOUNS, limit=20))
                db.session.rollback()

            done = one_by_one(partial(ask, title) for title in asked)
            require(all(any(hit.title == t for hit in hits) or len(hits) == 20 for t, hits in zip(asked, found, strict=True)),
                    "a record that is there was not found")  # fmt: skip
            return done

        def floor() -> Round:
            asked = chance.choices(range(1, size + 1), k=QUESTIONS)
            found: list[str | None] = []

            def look_up(number: int) -> None:
                wanted = select(SearchEntry.title).where(SearchEntry.noun_of == NOUNS[number % 6])
                found.append(db.session.scalar(wanted.where(SearchEntry.record_id == number)))
                db.session.rollback()

            done = one_by_one(partial(look_up, number) for number in asked)
            require(all(found), "the floor did not find a record")
            return done

        yield Pair(ours=ours, floor=floor)


def _fill(chance: random.Random, words: list[str], size: int) -> list[str]:
    """Names of two words and a number, bodies of twelve words."""
    titles = []
    for start in range(1, size + 1, 5_000):
        rows = []
        for number in range(start, min(start + 5_000, size + 1)):
            title = f"{chance.choice(words)} {chance.choice(words)} {number}"
            body = " ".join(chance.choices(words, k=12))
            rows.append({"noun_of": NOUNS[number % 6], "record_id": number, "title": title, "body": body})
        with unit_of_work():
            db.session.execute(insert(SearchEntry), rows)
        titles += [row["title"] for row in rows]
    with unit_of_work():
        db.session.execute(text("ANALYZE"))  # as the database does by itself after a while
    return titles
