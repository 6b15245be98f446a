"""The life of a post on a real WordPress, through a proxy that loses, delays and repeats: the law of `life`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from postdesk.backends.base import Backend
from postdesk.backends.wordpress.backend import WordPress as WordPressBackend
from postdesk.core.account import Account
from tests.publishing.life import Life, PostThere, There
from tests.publishing.matrix import run
from tests.publishing.matrix.cell import Site
from tests.publishing.matrix.line import Line, on
from tests.servers.faults import FaultProxy
from tests.servers.wordpress import WordPress

_STATES = {"publish": "published", "future": "scheduled", "trash": "trashed"}
_EXAMPLES = int(os.environ.get("POSTDESK_LIVES") or 0)


class OnWordPress(There):
    """Every life has posts of its own there, told by a word in their titles."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._line = Line()
        self._on = on(self._line)
        self._on.__enter__()
        self._proxy = FaultProxy(site.blog.base_url, site.certificate)
        self.account = Account("a1", "wordpress", "Her blog", self._proxy.base_url, site.blog.user)

    def connect(self) -> Backend:
        return WordPressBackend(self.account, self._site.blog.app_password, self._site.http)

    def goes_wrong(self, kind: str, ahead: int) -> None:
        if kind == "request":
            self._proxy.drop_request("", times=1, skip=ahead)
        elif kind == "answer":
            self._proxy.drop_response("", times=1, skip=ahead)
        elif kind == "late":
            self._proxy.late("", 1 + ahead, times=1, skip=ahead)
        elif kind == "twice":
            self._proxy.twice("", times=1, skip=ahead)
        else:
            heard = kind == "kill after"
            self._proxy.silence("", heard=heard, times=1, skip=ahead, then=self._line.kill)

    def offline(self, away: bool) -> None:
        self._line.clear()
        if away:
            self._line.at(0, self._line.refuses, times=None)

    def revives(self) -> None:
        self._line.revive()

    def mends(self) -> None:
        self._proxy.clear()
        self._line.clear()
        self._proxy.deliver()

    def posts(self) -> list[PostThere]:
        seen = self._site.colleague.sees(self.word)
        return [
            PostThere(
                str(p["id"]),
                _STATES.get(p["status"], p["status"]),
                p["title"]["raw"],
                p["content"]["raw"],
                p["slug"],
            )
            for p in (*seen.posts, *seen.trashed)
        ]

    def files(self) -> dict[str, str]:
        files = self._site.colleague.sees(f"{self.word}-0").files
        there = {f["source_url"].replace(self._site.blog.base_url, self._proxy.base_url): f for f in files}
        # A second upload of one file gets a number behind its name.
        return {address: re.sub(r"-0-\d+\.", "-0.", address.rpartition("/")[2]) for address in there}

    def colleague_adds(self, words: str) -> bool:
        return self._site.colleague.adds(self.word, words)

    def colleague_deletes(self) -> bool:
        seen = self._site.colleague.sees(self.word).posts
        self._site.colleague.deletes(self.word, for_good=False)
        return bool(seen)

    def remembers(self, words: str) -> bool:
        seen = self._site.colleague.sees(self.word)
        return any(self._site.colleague.finds_in_revisions(p, words) for p in (*seen.posts, *seen.trashed))

    def ends(self) -> None:
        self._on.__exit__(None, None, None)
        self._proxy.close()
        self._line.close()


class LifeOnWordPress(Life):
    """All lives share the blog."""

    site: ClassVar[Site]

    def begins(self) -> There:
        return OnWordPress(self.site)


@pytest.fixture
def site(wordpress_newest: WordPress, tmp_path: Path) -> Iterator[Site]:
    wordpress_newest.reset_posts()
    with run.site_for(wordpress_newest, tmp_path) as made:
        yield made


def test_whatever_happens_in_a_life_the_blog_has_what_she_meant(site: Site) -> None:
    class Here(LifeOnWordPress):
        pass

    Here.site = site
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=_EXAMPLES or 12, stateful_step_count=20, deadline=None, derandomize=not _EXAMPLES,
            report_multiple_bugs=False, print_blob=False,
        ),
    )  # fmt: skip
