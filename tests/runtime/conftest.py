import os
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.engine import make_url

from tests.postgres import fresh_database


@pytest.fixture(scope="module")
def new_database(tmp_path_factory):
    """Addresses of databases that nobody has touched, on the server that this lane tests."""
    made = []

    def new_database():
        name = f"runtime_{uuid4().hex[:12]}"
        if lane := os.environ.get("TEST_DATABASE_URL"):
            made.append(fresh_database(lane, name))
            return made[-1]
        return f"sqlite:///{tmp_path_factory.mktemp(name)}/portal.db"

    yield new_database
    for url in made:
        engine = create_engine(os.environ["TEST_DATABASE_URL"], isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {make_url(url).database} WITH (FORCE)"))
