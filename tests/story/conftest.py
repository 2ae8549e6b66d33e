"""Time for a visitor to fill in a form."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from portal.kernel import clock


@pytest.fixture
def frozen_form_age() -> Callable[[], AbstractContextManager[None]]:
    """A minute after the form was shown: nobody types faster than three seconds."""
    return lambda: clock.frozen(clock.now() + timedelta(minutes=1))
