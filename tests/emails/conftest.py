"""What a test says of the portal's address ends with it."""

from collections.abc import Iterator

import pytest

from portal.kernel import public


@pytest.fixture(autouse=True)
def _address() -> Iterator[None]:
    before = list(public._url)
    yield
    public._url[:] = before
