"""The blogs that the contract suite runs over: one fixture each, called `<name>_blog`, named in `BLOGS`."""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from postdesk.backends.base import Backend, MediaFile
from postdesk.backends.http import make_client
from postdesk.backends.local_site import BACKEND as LOCAL_SITE
from postdesk.backends.wordpress import BACKEND as WORDPRESS
from postdesk.core.account import Account
from tests.servers.wordpress import WordPress

BLOGS = ("local_site", "wordpress_61", "wordpress_newest")

MakePicture = Callable[..., MediaFile]


@pytest.fixture(params=BLOGS)
def blog(request: pytest.FixtureRequest) -> Backend:
    """Each blog in turn, empty, signed in as somebody who may do everything there."""
    opened: Backend = request.getfixturevalue(f"{request.param}_blog")
    return opened


@pytest.fixture
def local_site_blog(tmp_path: Path) -> Iterator[Backend]:
    account = Account("a1", "local-site", "Harbour Notes", str(tmp_path / "site"))
    with make_client() as client:
        yield LOCAL_SITE.open(account, "", client)


@pytest.fixture
def wordpress_61_blog(wordpress_61: WordPress) -> Iterator[Backend]:
    yield from _wordpress(wordpress_61)


@pytest.fixture
def wordpress_newest_blog(wordpress_newest: WordPress) -> Iterator[Backend]:
    yield from _wordpress(wordpress_newest)


def _wordpress(server: WordPress) -> Iterator[Backend]:
    server.reset_posts()
    with make_client() as client:
        found = WORDPRESS.recognise(server.base_url, client)
        assert found is not None
        account = Account("a1", "wordpress", found.name, found.address, server.user, found.options)
        yield WORDPRESS.open(account, server.app_password, client)


@pytest.fixture
def marker() -> str:
    """What a draft is found by."""
    return f"pd-{secrets.token_hex(8)}"


@pytest.fixture
def picture(tmp_path: Path) -> MakePicture:
    """`picture(colour, alt="", caption="")`: a PNG of 80 by 60, ready to be uploaded."""

    def make(colour: str, alt: str = "", caption: str = "") -> MediaFile:
        stream = io.BytesIO()
        Image.new("RGB", (80, 60), colour).save(stream, "PNG")
        content = stream.getvalue()
        path = tmp_path / f"the {colour} boat.png"
        path.write_bytes(content)
        name = hashlib.sha256(content).hexdigest()
        return MediaFile(
            path, f"pd-{name[:16]}-the-{colour}-boat.png", name, "image/png", len(content), alt, caption
        )

    return make
