"""A folder becomes a complete blog, and stays one."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import httpx2
import pytest
from PIL import Image

from postdesk.backends.base import Backend, MediaFile, Outgoing, RemotePost
from postdesk.backends.local_site import BACKEND
from postdesk.core.account import Account
from postdesk.core.cancel import Cancel
from postdesk.core.errors import MediaRefused, NotABlog, NotAllowed
from postdesk.core.files import content_hash
from postdesk.core.receipt import Status

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Backend]:
    with httpx2.Client() as http:
        yield BACKEND.open(Account("a1", "local-site", "Harbour Notes", str(tmp_path / "site")), "", http)


def publish(site: Backend, marker: str = "pd-1", **values: Any) -> RemotePost:
    post = site.create_draft(marker, "")
    given = {
        "title": "Ferry strike",
        "content": "<p>The first boat left.</p>",
        "status": Status.PUBLISHED,
        "slug": "ferry-strike",
        "date": NOON,
    }
    return site.write(post.remote_id, Outgoing(**{**given, **values}))


def folder(site: Backend) -> Path:
    return Path(site.account.address)


def pages(site: Backend) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder(site))): p.read_bytes()
        for p in folder(site).rglob("*")
        if p.is_file() and ".postdesk-site" not in p.parts
    }


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, given in attrs:
            value = given or ""
            if name in ("href", "src"):
                self.found.append(value)
            elif name == "srcset":
                self.found += [part.split()[0] for part in value.split(",")]
            elif name == "content" and value.startswith("0; url="):
                self.found.append(value[7:])


def picture(path: Path, size: tuple[int, int] = (2400, 1600), **save: Any) -> MediaFile:
    Image.new("RGB", size, "#8fb4c9").save(path, **save)
    data = path.read_bytes()
    digest = content_hash(data)
    return MediaFile(
        path, f"pd-{digest[:16]}-{path.name}", digest, "image/jpeg", len(data), "A quay", "The queue at noon"
    )


def test_one_post_makes_every_page_of_a_blog(site: Backend) -> None:
    post = publish(site, tags=("ferry", "Strike 2026"), categories=("Harbour",))
    assert post.address == (folder(site) / "2026/11/ferry-strike/index.html").as_uri()
    assert {
        "index.html",
        "2026/11/ferry-strike/index.html",
        "tags/ferry/index.html",
        "tags/strike-2026/index.html",
        "categories/harbour/index.html",
        "archive/index.html",
        "archive/2026/11/index.html",
        "feed.xml",
        "sitemap.xml",
        "style.css",
    } == set(pages(site))


def test_every_link_of_every_page_leads_to_a_file(site: Backend, tmp_path: Path) -> None:
    media = site.upload(picture(tmp_path / "north quay.jpg"), lambda sent: None, Cancel())
    for n in range(45):
        publish(
            site,
            f"pd-{n}",
            title=f"Post & <b>{n}</b>",
            slug=f"post-{n}",
            tags=("a", "b c"),
            categories=("News; old",),
            featured=media.remote_id,
            content=f'<p><img src="{media.address}" alt=""></p>',
        )
    publish(site, "pd-3", slug="renamed")
    checked = 0
    for name, data in pages(site).items():
        if name.endswith(".html"):
            links = Links()
            links.feed(data.decode())
            for link in links.found:
                if not link.startswith("#"):
                    target = (folder(site) / name).parent / unquote(link)
                    assert target.resolve().is_file(), f"{name} -> {link}"
                    checked += 1
    assert checked > 1000
    assert "page/3/index.html" in pages(site)


def test_pictures_are_as_wide_as_she_chose_for_the_site(site: Backend, tmp_path: Path) -> None:
    for chosen, width in (("2048", 2048), ("0", 2400), ("1200", 1200), ("wide", 1600)):
        account = replace(site.account, options={"picture_width": chosen}, address=str(tmp_path / chosen))
        with httpx2.Client() as client:
            media = BACKEND.open(account, "", client).upload(
                picture(tmp_path / "q.jpg"), lambda sent: None, Cancel()
            )
        assert media.width == width


def test_an_avif_stays_one_and_the_room_on_the_disk_is_known(site: Backend, tmp_path: Path) -> None:
    source = picture(tmp_path / "quay.avif", format="AVIF")
    media = site.upload(source, lambda sent: None, Cancel())
    assert media.address.endswith(".avif")
    with Image.open(folder(site) / media.address.removeprefix("/")) as shown:
        assert (shown.format, shown.size) == ("AVIF", (1600, 1067))
    free = BACKEND.free_space(replace(site.account, address=str(tmp_path / "not" / "yet")))
    assert free is not None
    assert 0 < free <= shutil.disk_usage(tmp_path).total


def test_an_address_once_given_stays_when_the_title_changes(site: Backend) -> None:
    before = publish(site)
    after = publish(site, title="The mayor blinks", slug="")
    assert (after.address, after.date) == (before.address, before.date)


def test_a_new_slug_leaves_the_old_address_working(site: Backend) -> None:
    publish(site)
    publish(site, slug="the-mayor-blinks")
    moved = pages(site)["2026/11/ferry-strike/index.html"].decode()
    assert 'url=../../../2026/11/the-mayor-blinks/index.html"' in moved
    publish(site, slug="ferry-strike")
    assert b"http-equiv" not in pages(site)["2026/11/ferry-strike/index.html"]
    assert b"http-equiv" in pages(site)["2026/11/the-mayor-blinks/index.html"]


def test_two_posts_with_one_slug_have_two_addresses(site: Backend) -> None:
    assert publish(site, "pd-1").address != publish(site, "pd-2").address


def test_only_what_changed_is_written_again(site: Backend) -> None:
    publish(site, "pd-1", date=datetime(2026, 10, 1, tzinfo=UTC), slug="old")
    publish(site, "pd-2")
    stamps = {p: p.stat().st_mtime_ns for p in folder(site).rglob("*.html")}
    nodes = {p: p.stat().st_ino for p in folder(site).rglob("*.html")}
    publish(site, "pd-2", content="<p>Changed.</p>")
    changed = {
        str(p.relative_to(folder(site)))
        for p in stamps
        if p.stat().st_mtime_ns != stamps[p] or p.stat().st_ino != nodes[p]
    }
    assert "2026/11/ferry-strike/index.html" in changed
    assert not {"2026/10/old/index.html", "archive/2026/10/index.html"} & changed


def test_a_page_that_somebody_deleted_comes_back(site: Backend) -> None:
    publish(site)
    (folder(site) / "index.html").unlink()
    publish(site)
    assert "index.html" in pages(site)


def test_unpublishing_takes_the_post_out_of_every_page(site: Backend) -> None:
    post = publish(site, tags=("ferry",))
    publish(site, "pd-2", title="Other", slug="other")
    publish(site, status=Status.DRAFT, tags=("ferry",))
    assert not any(b"Ferry strike" in data for data in pages(site).values())
    assert not (folder(site) / "tags").exists()
    again = publish(site, tags=("ferry",))
    assert again.address == post.address


def test_titles_tags_and_excerpts_are_text_never_html(site: Backend) -> None:
    evil = '<img src=x onerror="alert(1)">'
    publish(site, title=evil, tags=(evil,), categories=(evil,), excerpt=evil)
    for name, data in pages(site).items():
        assert b"<img src=x" not in data, name


@pytest.mark.parametrize(
    "slug",
    [
        "../../../../tmp/pwned",
        "/etc/cron.d/x\0.md",
        "..",
        "\\\\host\\share",
        "CON",
        "a" * 5000,
        "🚢" * 300,
        "ß/é/../x",
    ],
)
def test_no_slug_leads_out_of_the_site(site: Backend, tmp_path: Path, slug: str) -> None:
    publish(site, slug=slug, title=slug, tags=(slug,), categories=(slug,))
    for path in tmp_path.rglob("*"):
        assert path == folder(site) or folder(site) in path.parents
    assert [p for p in pages(site) if p.startswith("2026/11/")]


def test_pictures_are_upright_small_enough_and_tell_no_place(site: Backend, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    media = site.upload(picture(tmp_path / "quay.jpg", exif=exif), lambda sent: None, Cancel())
    data = (folder(site) / media.address.lstrip("/")).read_bytes()
    with Image.open(io.BytesIO(data)) as shown:
        assert shown.size == (1600, 2400)
        assert not shown.getexif()
    assert site.find_media(picture(tmp_path / "quay.jpg", exif=exif).content_hash)[0].address == media.address
    publish(site, content=f'<figure><img src="{media.address}" alt="A quay"></figure>')
    page = pages(site)["2026/11/ferry-strike/index.html"].decode()
    assert 'src="../../../media/' in page
    assert re.search(r'srcset="[^"]+ 1600w, [^"]+ 800w"', page)
    site.discard_media(media.remote_id)
    assert not list((folder(site) / "media").iterdir())


def test_what_is_no_picture_is_refused_by_name(site: Backend, tmp_path: Path) -> None:
    fake = tmp_path / "fake.png"
    fake.write_bytes(b"<svg onload=alert(1)>")
    with pytest.raises(MediaRefused, match=r"fake\.png"):
        site.upload(MediaFile(fake, "pd-0-fake.png", "0" * 64, "image/png", 5), lambda sent: None, Cancel())


def test_the_feed_and_the_sitemap_are_whole_xml(site: Backend) -> None:
    publish(site, title="Tides & tariffs", content="<p>a ]]> b &amp; c</p>", tags=('"x"',))
    feed = ElementTree.fromstring(pages(site)["feed.xml"])  # noqa: S314  our own page
    atom = "{http://www.w3.org/2005/Atom}"
    assert [e.findtext(f"{atom}title") for e in feed.iter(f"{atom}entry")] == ["Tides & tariffs"]
    sitemap = ElementTree.fromstring(pages(site)["sitemap.xml"])  # noqa: S314  our own page
    assert sitemap[1].findtext("*", "").endswith("/2026/11/ferry-strike/index.html")


def test_no_page_needs_a_script(site: Backend) -> None:
    publish(site)
    assert not any(b"<script" in data for data in pages(site).values())


def test_a_folder_with_somebody_elses_pages_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    with httpx2.Client() as http, pytest.raises(NotABlog, match="empty folder"):
        publish(BACKEND.open(Account("a1", "local-site", "x", str(tmp_path)), "", http))
    assert [p.name for p in tmp_path.iterdir()] == ["index.html"]


def test_a_broken_file_among_the_posts_does_not_stop_the_site(site: Backend) -> None:
    publish(site)
    (folder(site) / ".postdesk-site/posts/broken.json").write_bytes(b"\x00\x00")
    assert publish(site, "pd-2", slug="second").address


def test_a_file_in_the_place_of_the_sites_folder_is_told_in_words(site: Backend) -> None:
    folder(site).write_text("no folder", "utf-8")
    for ask in (lambda: site.find("pd-1"), lambda: site.read("pd-1")):
        with pytest.raises(NotAllowed, match="cannot be written"):
            ask()


def test_a_summary_is_her_own_words_not_what_she_quotes(site: Backend) -> None:
    quoted = "<h2>Head</h2><blockquote><p>Quoted</p></blockquote><p>Her <b>own</b> words.</p><ul><li>point</li></ul>"
    publish(site, content=quoted)
    assert (
        '<meta name="description" content="Her own words.">'
        in pages(site)["2026/11/ferry-strike/index.html"].decode()
    )
    publish(site, content="<ul><li>only</li><li>points</li></ul>")
    assert 'content="only points"' in pages(site)["2026/11/ferry-strike/index.html"].decode()


VIDEO = "https://youtu.be/x_y?a=1&amp;b=2"


def test_a_video_is_a_card_on_the_page_and_a_link_in_the_feed(site: Backend) -> None:
    publish(site, content=f"<p>Look:</p>\n<p>{VIDEO}</p>\n<blockquote>\n<p>{VIDEO}</p>\n</blockquote>")
    written = pages(site)
    page = written["2026/11/ferry-strike/index.html"].decode()
    card = f'<figure class="embed embed-video"><a href="{VIDEO}"><strong>YouTube</strong>'
    assert page.count(card) == 2
    assert f"<p>{VIDEO}</p>" not in page
    for name, content in written.items():
        assert b"<iframe" not in content, name
        assert b"<script" not in content, name
    feed = ElementTree.fromstring(written["feed.xml"])  # noqa: S314  made right here
    (entry,) = feed.findall(".//{http://www.w3.org/2005/Atom}content")
    assert entry.text is not None
    assert entry.text.count(f'<p><a href="{VIDEO}">{VIDEO}</a></p>') == 2
    assert "embed" not in entry.text


def test_what_the_post_itself_is_stays_as_it_was_sent(site: Backend) -> None:
    content = f"<p>Look:</p>\n<p>{VIDEO}</p>"
    post = publish(site, content=content)
    assert site.read(post.remote_id).content == content


def test_a_summary_says_no_address_of_a_video(site: Backend) -> None:
    publish(site, content=f"<p>{VIDEO}</p>\n<p>The first boat left.</p>")
    front = pages(site)["index.html"].decode()
    assert "The first boat left." in front
    assert "youtu" not in front


def test_an_address_in_a_list_is_none(site: Backend) -> None:
    publish(site, content=f"<ul>\n<li>\n<p>{VIDEO}</p>\n</li>\n</ul>")
    assert f"<p>{VIDEO}</p>" in pages(site)["2026/11/ferry-strike/index.html"].decode()
