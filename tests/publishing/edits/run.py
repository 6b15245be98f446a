"""Puts posts on a blog, brings them here, edits them one after the other, and holds the law against what the blog has
then."""

from __future__ import annotations

import random
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from postdesk.backends.http import make_client
from postdesk.backends.wordpress.backend import WordPress
from postdesk.core.account import Account
from postdesk.publishing.outbox import ResultKind
from postdesk.publishing.pulled import opened_of
from tests.markup.lossless.corpus import Remote, block_posts, classic_posts, html_posts, theme_posts
from tests.markup.lossless.elsewhere import ghost_posts, pelican_pages
from tests.publishing.edits import law
from tests.publishing.edits.blog import OtherClient, beside_content
from tests.publishing.edits.making import KINDS, WEIGHTS, Edit
from tests.publishing.test_pulled_real import Desk
from tests.servers.wordpress import WordPress as RealServer

THEMES = "themes' blocks"
_REPEATED = 4  # edits of one post, each on top of the one before


@dataclass(frozen=True, slots=True)
class Verdict:
    """One edit, and what was wrong with it. `flavour` is that of the post."""

    flavour: str
    name: str
    edit: Edit
    problems: tuple[str, ...]
    before: str = ""
    after: str = ""


@contextmanager
def desk_on(blog: RealServer, folder: Path, user: str = "admin") -> Iterator[Desk]:
    """A writer's desk with an empty library, for a blog on which she is `user`."""
    account = Account("a1", "wordpress", "Blog", blog.base_url, user)
    with make_client() as http:
        there = WordPress(account, blog.users[user].app_password, http)
        with closing(Desk(folder, there)) as made:
            yield made


def corpus(count: int, seed: int = 0) -> list[tuple[str, Remote]]:
    """`count` posts with their flavours, as evenly of all as there are."""
    rows = [
        [("block markup", post) for post in block_posts(count)],
        [("classic text", post) for post in classic_posts(count)],
        [("plain HTML", post) for post in html_posts(count)],
        [("Ghost's HTML", post) for post in ghost_posts()],
        [("whole pages", post) for post in pelican_pages()],
        # A list of posts inside of a post shows all the others each time that it is saved.
        [(THEMES, post) for post in theme_posts() if "wp:query" not in post.content],
    ]
    chance = random.Random(seed)
    for row in rows:
        chance.shuffle(row)
    mixed = [row[n] for n in range(max(map(len, rows))) for row in rows if n < len(row)]
    return mixed[:count]


def run(
    desk: Desk, other: OtherClient, posts: Sequence[tuple[str, Remote]], count: int, seed: int = 0,
    tell: Callable[[Verdict], None] = lambda _v: None,
) -> list[Verdict]:  # fmt: skip
    """`count` edits of these posts, each published and looked at."""
    numbers = [
        other.makes(f"Post {n}; “old” & good", post.content, slug=f"old-{n}")
        for n, (_flavour, post) in enumerate(posts)
    ]
    kept = {number: other.content(number) for number in numbers}
    # WordPress 7.1 parses what it keeps and writes it anew for who edits: of a part of a template it tells the theme,
    # "{}" becomes "[]", and a block that was never closed is closed. What it shows is what an editor has.
    assert len(desk.pull().made) == len(posts)
    assert {n: other.content(n) for n in numbers} == kept, "a pull changed something on the blog"
    chance = random.Random(seed)
    verdicts: list[Verdict] = []
    order = [n for n in range(len(posts)) for _again in range(_REPEATED)]
    while len(verdicts) < count:
        for n in order:
            verdict = _one(desk, other, numbers[n], posts[n], chance, f"altered{len(verdicts)}")
            if verdict is not None:
                verdicts.append(verdict)
                tell(verdict)
            if len(verdicts) == count:
                break
    return verdicts


def _one(
    desk: Desk, other: OtherClient, number: int, post: tuple[str, Remote], chance: random.Random, word: str
) -> Verdict | None:
    """An edit of one post; None where no edit of the kind that was drawn is possible."""
    document = desk.document(str(number))
    receipt = desk.receipts.get(document.post.id, desk.account.id)
    opened = opened_of(desk.receipts, receipt)
    assert opened is not None
    (making,) = chance.choices(list(KINDS.values()), WEIGHTS)
    edit = making(opened, chance, word)
    if edit is None:
        return None
    before = other.sees(number)
    try:
        found = [] if opened.content == before["content"]["raw"] else ["the map is not what the blog has"]
        if opened.markdown.strip() != document.post.body.strip():
            found.append("the map is not of the text")
        saved = desk.library.save(document, replace(document.post, body=edit.text))
        result = desk.update(saved)
        after = other.sees(number)
        if edit.refused:
            if result.kind is not ResultKind.FAILED or not result.sentence:
                found.append(f"went out: {result.kind}")
            desk.outbox.take_back(result.job_id)
            desk.library.save(desk.document(str(number)), document.post)
        elif result.kind is not ResultKind.DONE or result.remarks:
            found.append(f"{result.kind}: {result.sentence} {result.remarks}")
        if beside_content(after) != beside_content(before):
            found.append("more than the text is another")
        found += law.problems(edit, opened, after["content"]["raw"])
    except Exception:  # whatever it is, it is this edit's verdict
        found, after = [traceback.format_exc(limit=-4)], before
    return Verdict(
        post[0], post[1].name, edit, tuple(found), before["content"]["raw"], after["content"]["raw"]
    )


def table(verdicts: Sequence[tuple[str, Verdict]]) -> str:
    """Rows: kinds of edits; columns: flavours, then blogs (by the names beside the verdicts). Cells: edits whose law
    held, of all."""
    flavours = list(dict.fromkeys(v.flavour for _blog, v in verdicts))
    blogs = list(dict.fromkeys(blog for blog, _v in verdicts))
    all_of: Counter[tuple[str, str]] = Counter()
    held: Counter[tuple[str, str]] = Counter()
    for blog, verdict in verdicts:
        for key in ((verdict.edit.kind, verdict.flavour), (verdict.edit.kind, blog), (verdict.edit.kind, "")):
            all_of[key] += 1
            held[key] += not verdict.problems
    columns = [*flavours, *blogs, ""]
    rows = [_row("", [*flavours, *blogs, "all"]), _row("---", ["---"] * len(columns))]
    rows += [
        _row(kind, [f"{held[kind, c]} of {all_of[kind, c]}" if all_of[kind, c] else "–" for c in columns])
        for kind in KINDS
        if all_of[kind, ""]
    ]
    return "\n".join(rows)


def _row(name: str, cells: Sequence[str]) -> str:
    return "| " + " | ".join([name, *cells]) + " |"
