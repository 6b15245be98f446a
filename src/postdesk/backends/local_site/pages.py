"""The pages of a local site as pure values: posts in, a table of path -> how to make it out."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote

from postdesk.backends.local_site.embeds import with_cards, with_links, without
from postdesk.backends.local_site.store import SitePost, path_part
from postdesk.core.resources import resource
from postdesk.core.tokens import read

PER_PAGE = 20
FEED_LENGTH = 20
_MEDIA = re.compile(r'(?P<before>(?:src|href)=")/media/(?P<name>[^"]+)"')


@dataclass(frozen=True, slots=True)
class Site:
    """The site itself. `address` is where readers find it, with a trailing slash (a file: address where it is
    not served). `sizes` gives for a picture's name its wider sizes as (name, width in px), for `srcset`."""

    title: str
    address: str
    language: str
    sizes: Mapping[str, Sequence[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class PageRecipe:
    """One file of the site: `fingerprint` changes when its bytes would, `make` gives the bytes."""

    fingerprint: str
    make: Callable[[], bytes]


_LEFT_OUT = ("script", "style", "figure", "pre", "sup", "blockquote", "ul", "ol", "table", "dl")


class _Text:
    """The words of a piece of HTML, for a summary: `own` those of its paragraphs, without what is quoted, listed or
    shown beside them; `parts` all of them."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.own: list[str] = []
        self._skip = 0
        self._paragraph = False

    def start(self, tag: str, attributes: list[tuple[str, str]]) -> None:
        """An element begins."""
        self._skip += tag in _LEFT_OUT
        if tag in ("p", "br", "li", "div"):
            self.parts.append(" ")
            self.own.append(" ")
        self._paragraph = self._paragraph or tag == "p"

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag in _LEFT_OUT:
            self._skip = max(0, self._skip - 1)
        self._paragraph = self._paragraph and tag != "p"

    def text(self, words: str) -> None:
        """Text between tags."""
        self.parts.append(words)
        if self._paragraph and not self._skip:
            self.own.append(words)


def summary(post: SitePost, limit: int = 240) -> str:
    """The excerpt she wrote, or the first words of the text, cut at a word."""
    if post.excerpt.strip():
        return post.excerpt.strip()
    reader = _Text()
    read(without(post.content[:20_000]), reader)
    text = " ".join("".join(reader.own).split()) or " ".join("".join(reader.parts).split())
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + "…"


class Pages:
    """Lays out a whole site. Nothing is rendered until a recipe's `make` is called."""

    def __init__(self, site: Site) -> None:
        self._site = site
        folder = resource("site")
        from jinja2 import Environment, FileSystemLoader  # not for a look at what is there

        self._env = Environment(
            loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        templates = b"".join(p.read_bytes() for p in sorted(folder.iterdir()) if p.is_file())
        about = json.dumps([site.title, site.address, site.language], ensure_ascii=False).encode()
        self._ground = hashlib.sha256(templates + about).hexdigest()

    def recipes(self, posts: Sequence[SitePost]) -> dict[str, PageRecipe]:
        """Every file of the site but its pictures, by path; `posts` newest first, any state."""
        public = [p for p in posts if p.is_public and p.path]
        found: dict[str, PageRecipe] = {"style.css": self._recipe("style.css", (), self._style)}
        for post in public:
            found[f"{post.path}/index.html"] = self._recipe(post.path, (post,), partial(self._post, post))
        taken = set(found)
        for post in public:
            for old in post.old_paths:
                name = f"{old}/index.html"
                if name not in taken:
                    found[name] = self._recipe(name, (post,), partial(self._moved, post, old))
        found.update(self._list("", self._site.title, public, home=True))
        groups: dict[tuple[str, str], list[SitePost]] = defaultdict(list)
        names: dict[tuple[str, str], str] = {}
        for post in public:
            for kind, terms in (("tags", post.tags), ("categories", post.categories)):
                for key, name in {(kind, path_part(t)): t for t in terms if path_part(t)}.items():
                    groups[key].append(post)
                    names.setdefault(key, name)
        for (kind, part), members in groups.items():
            found.update(self._list(f"{kind}/{part}", names[kind, part], members))
        months: dict[str, list[SitePost]] = defaultdict(list)
        for post in public:
            months[post.date[:7]].append(post)
        for month, members in months.items():
            found.update(self._list(f"archive/{month.replace('-', '/')}", _month(month), members))
        found["archive/index.html"] = self._recipe("archive", tuple(public), lambda: self._archive(months))
        feed = tuple(public[:FEED_LENGTH])
        found["feed.xml"] = self._recipe("feed", feed, lambda: self._feed(feed))
        found["sitemap.xml"] = self._recipe("sitemap", tuple(public), lambda: self._sitemap(public))
        return found

    def _recipe(self, name: str, posts: Sequence[SitePost], make: Callable[[], bytes]) -> PageRecipe:
        seen = hashlib.sha256(f"{self._ground} {name}".encode())
        for post in posts:
            seen.update(post.revision.encode())
        return PageRecipe(seen.hexdigest(), make)

    def _render(self, template: str, path: str, **values: object) -> bytes:
        up = "../" * (path.count("/") + 1) if path else ""
        page = self._env.get_template(template).render(
            site=self._site,
            up=up,
            path=path,
            canonical=self._canonical(path),
            summary=summary,
            href=self._href,
            term=path_part,
            day=_day,
            iso=_iso,
            month=_month,
            **values,
        )
        return page.encode()

    def _href(self, up: str, *parts: str) -> str:
        return up + "/".join(quote(part) for part in parts) + "/index.html"

    def _canonical(self, path: str) -> str:
        served = self._site.address.startswith("http")
        return self._site.address + (quote(path) + "/" if path else "") if served else ""

    def _post(self, post: SitePost) -> bytes:
        up = "../" * (post.path.count("/") + 1)
        from markupsafe import Markup

        body = Markup(self._links(self._pictures(with_cards(post.content), up), up))  # noqa: S704  her own text, on her own site
        return self._render("post.html", post.path, post=post, body=body, cover=self._cover(post, up))

    def _pictures(self, content: str, up: str) -> str:
        """Addresses of the site's own pictures made relative, the smaller size offered to small screens."""

        def mend(match: re.Match[str]) -> str:
            name = html.unescape(match["name"])
            given = f'{match["before"]}{up}media/{quote(name)}"'
            sizes = self._site.sizes.get(name, ())
            if match["before"].startswith("src") and len(sizes) > 1:
                choice = ", ".join(f"{up}media/{quote(n)} {w}w" for n, w in sizes)
                given += (
                    f' srcset="{html.escape(choice)}" sizes="(max-width: 44rem) 100vw, 44rem" loading="lazy"'
                )
            return given

        return _MEDIA.sub(mend, content)

    def _links(self, content: str, up: str) -> str:
        """Links to the site's own posts made relative where it is a folder: it may be moved, and its place on the disk
        is nobody's business."""
        if self._site.address.startswith("http"):
            return content
        return content.replace(f'href="{html.escape(self._site.address)}', f'href="{up}')

    def _cover(self, post: SitePost, up: str) -> str:
        return f"{up}media/{quote(post.featured)}" if post.featured else ""

    def _moved(self, post: SitePost, old: str) -> bytes:
        return self._render(
            "moved.html",
            old,
            post=post,
            target=self._href("../" * (old.count("/") + 1), *post.path.split("/")),
        )

    def _list(
        self, path: str, title: str, posts: Sequence[SitePost], home: bool = False
    ) -> Iterator[tuple[str, PageRecipe]]:
        pages = max(1, -(-len(posts) // PER_PAGE))
        for number in range(1, pages + 1):
            here = "/".join(p for p in (path, f"page/{number}" if number > 1 else "") if p)
            part = tuple(posts[(number - 1) * PER_PAGE : number * PER_PAGE])
            name = f"{here}/index.html" if here else "index.html"

            def make(here: str = here, part: tuple[SitePost, ...] = part, number: int = number) -> bytes:
                up = "../" * (here.count("/") + 1) if here else ""
                turn = {
                    "newer": self._turn(up, path, number - 1) if number > 1 else "",
                    "older": self._turn(up, path, number + 1) if number < pages else "",
                }
                covers = {p.remote_id: self._cover(p, up) for p in part}
                return self._render(
                    "list.html",
                    here,
                    title=title,
                    posts=part,
                    home=home,
                    covers=covers,
                    number=number,
                    pages=pages,
                    **turn,
                )

            yield name, self._recipe(f"{name} {title} {pages}", part, make)

    def _turn(self, up: str, path: str, number: int) -> str:
        parts = [p for p in path.split("/") if p] + (["page", str(number)] if number > 1 else [])
        return self._href(up, *parts) if parts else f"{up}index.html"

    def _archive(self, months: Mapping[str, Sequence[SitePost]]) -> bytes:
        return self._render("archive.html", "archive", months=sorted(months.items(), reverse=True))

    def _feed(self, posts: Sequence[SitePost]) -> bytes:
        newest = max(
            (p.modified or p.date for p in posts), default=datetime.fromtimestamp(0, UTC).isoformat()
        )
        bodies = {
            p.remote_id: _MEDIA.sub(rf'\g<before>{self._site.address}media/\g<name>"', with_links(p.content))
            for p in posts
        }
        return self._render("feed.xml", "", posts=posts, newest=newest, bodies=bodies, where=self._where)

    def _sitemap(self, posts: Sequence[SitePost]) -> bytes:
        return self._render("sitemap.xml", "", posts=posts, where=self._where)

    def _where(self, post: SitePost) -> str:
        return where(self._site.address, post.path)

    def _style(self) -> bytes:
        plain = resource("site/style.css").read_text("utf-8")
        light, dark = _code_colours("default"), _code_colours("github-dark")
        return f"{plain}\n{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n".encode()


def _code_colours(style: str) -> str:
    """The style sheet of highlighted code; pygments' stubs leave this one call untyped."""
    from pygments.formatters import HtmlFormatter

    return str(HtmlFormatter(style=style).get_style_defs(".highlight"))  # type: ignore[no-untyped-call]


def where(site: str, path: str) -> str:
    """A post's full address. A folder that is not served has no index by itself, so its file is named."""
    return site + quote(path) + ("/" if site.startswith("http") else "/index.html")


def _day(moment: str) -> str:
    then = datetime.fromisoformat(moment)
    return f"{then.day} {then:%B %Y}"


def _iso(moment: str) -> str:
    return datetime.fromisoformat(moment).isoformat()


def _month(month: str) -> str:
    return f"{datetime.strptime(month, '%Y-%m').replace(tzinfo=UTC):%B %Y}"
