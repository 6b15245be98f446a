"""What tests of edits on a real blog stand on; which blog that is says a fixture `blog` of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.publishing.edits.blog import OtherClient
from tests.publishing.edits.run import desk_on
from tests.publishing.test_pulled_real import Desk
from tests.servers.wordpress import WordPress


@pytest.fixture
def other(blog: WordPress) -> Iterator[OtherClient]:
    """Somebody else who works on the blog."""
    with closing(OtherClient(blog)) as client:
        yield client


@pytest.fixture
def desk(blog: WordPress, tmp_path: Path) -> Iterator[Desk]:
    """The writer's desk, with an empty library."""
    with desk_on(blog, tmp_path) as made:
        yield made
