"""What tests of questions to servers share: a server on loopback, and the program's own client."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from postdesk.backends.http import make_client
from tests.servers.web import Web, web


@pytest.fixture
def there() -> Iterator[Web]:
    with web() as made:
        yield made


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    with make_client() as made:
        yield made
