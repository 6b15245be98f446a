"""Posts leave as a zip of Markdown with pictures, or as one page that needs nothing else."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.errors import Cancelled, LibraryError
from postdesk.core.files import content_hash
from postdesk.exchange import leave
from postdesk.exchange.bring import bring
from postdesk.exchange.detect import open_source
from postdesk.exchange.leave import as_page, as_zip
from postdesk.library.blog_pictures import key_of
from postdesk.library.library import Library
from tests.exchange.conftest import png


def put(library: Library, name: str, content: str | bytes) -> Path:
    path = library.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def files_in(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        assert bundle.testzip() is None
        return {name: bundle.read(name) for name in bundle.namelist()}


FRONT = "---\ntitle: T # mine\nid: 0123456789abcdef\nimage: c.png\nparams: {x: 1}\n---\n"
POST = f'{FRONT}\n![A](a%20b.png "C") ![](../d.png)\n'


def test_a_zip_has_the_text_and_the_pictures_and_comes_back_as_it_was(
    library: Library, tmp_path: Path
) -> None:
    post = put(library, "x/post.md", POST)
    put(library, "x/a b.png", png())
    put(library, "x/c.png", png("blue"))
    put(library, "d.png", png())  # the same picture
    other = put(library, "y/post.md", "Second.\n")
    made = as_zip(library, [post, other], Cancel())
    files = files_in(made.data)
    assert sorted(files) == ["pictures/a-b.png", "pictures/c.png", "post 2.md", "post.md"]
    assert files["post.md"].decode() == POST.replace("c.png", "pictures/c.png").replace(
        "a%20b.png", "pictures/a-b.png"
    ).replace("../d.png", "pictures/a-b.png")
    assert (made.count, made.problems) == (2, ())
    with zipfile.ZipFile(io.BytesIO(made.data)) as bundle:
        bundle.extractall(tmp_path / "out")
    summary = bring(library, open_source(tmp_path / "out"), "Back", Cancel())
    assert summary.made == ()  # they are known by their ids


@pytest.mark.parametrize("name", ["../../etc/x.png", "/etc/passwd", "..\\x.png", "gone.png", "notes.md"])
def test_no_file_but_the_librarys_pictures_leaves(library: Library, tmp_path: Path, name: str) -> None:
    (tmp_path / "x.png").write_bytes(png())
    post = put(library, "post.md", f"---\ntitle: T\n---\n\nWords ![]({name})\n")
    put(library, "notes.md", "secret\n")
    made = as_zip(library, [post], Cancel())
    assert list(files_in(made.data)) == ["post.md"]
    assert len(made.problems) == 1
    page = as_page(library, [post], Cancel())
    assert b"Words" in page.data
    assert len(page.problems) == 1


def test_odd_names_cannot_climb_out_of_the_zip(library: Library) -> None:
    post = put(library, "a\\..\\..\\evil.md", "Words\n")
    assert all(not re.search(r"[\\/:]", name) for name in files_in(as_zip(library, [post], Cancel()).data))


def test_a_page_holds_its_pictures_and_its_style_and_runs_nothing(library: Library) -> None:
    text = (
        '---\ntitle: A <b> & c\ndate: 2020-01-02\nimage: c.png\n---\n\n![A](c.png "Cap")\n\n<script>evil()</script>\n\n'
        "<p onclick=evil()>x</p>\n\nhttps://youtu.be/abcdefghijk\n\n![](https://x/y.png) ![](http://x/z.png)\n"
    )
    post = put(library, "post.md", text)
    put(library, "c.png", png())
    page = as_page(library, [post, post], Cancel()).data.decode()
    assert "<h1>A &lt;b&gt; &amp; c</h1>" in page
    assert page.count("data:image/png;base64,") == 4
    assert "<figcaption>Cap</figcaption>" in page
    assert "evil" not in page
    assert '<a href="https://youtu.be/abcdefghijk">' in page
    assert 'src="https://x/y.png"' in page
    assert 'src="http://' not in page
    assert "font: 1.125rem" in page
    assert not re.search(r"(src|href)=\"(?!https:|data:)", page)


def brought(library: Library, address: str, data: bytes, post_id: str = "") -> None:
    folder = library.root / "Blog" / "Pictures"
    library.blog_pictures.keep(key_of(address, post_id), data, content_hash(data), folder, "quay.png")


BLOG = "https://blog.example/up/quay.png"
CARD = f'```{{=html}}\n<p class="x"><img src="{BLOG}" srcset="{BLOG}?w=9 2x" alt="Quay"></p>\n```\n'


def test_pictures_of_the_blog_that_were_brought_here_go_along(library: Library) -> None:
    brought(library, BLOG, png())
    brought(library, "/rooted.png", png("blue"), "0123456789abcdef")
    text = f"---\ntitle: T\nid: 0123456789abcdef\n---\n\n![A]({BLOG})\n\n![](/rooted.png) ![]({BLOG}?other)\n\n{CARD}"
    post = put(library, "x/post.md", text)
    made = as_zip(library, [post], Cancel())
    files = files_in(made.data)
    assert made.problems == ()
    assert sorted(files) == ["pictures/quay.png", "pictures/rooted.png", "post.md"]
    words = files["post.md"].decode()
    assert "![A](pictures/quay.png)" in words
    assert f"![](pictures/rooted.png) ![]({BLOG}?other)" in words
    assert '<p class="x"><img src="pictures/quay.png" alt="Quay"></p>' in words
    page = as_page(library, [post], Cancel()).data.decode()
    assert len(re.findall(r'src="data:image/png;base64,', page)) == 3
    assert f'src="{BLOG}?other"' in page
    assert post.read_text("utf-8") == text


def test_a_broken_file_goes_along_as_it_is(library: Library) -> None:
    post = put(library, "b.md", "---\ntitle: [\n---\nx\n")
    assert files_in(as_zip(library, [post], Cancel()).data) == {"b.md": b"---\ntitle: [\n---\nx\n"}


def test_it_can_be_stopped_and_is_not_made_too_large(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = put(library, "b.md", "x" * 1000)
    cancel = Cancel()
    with pytest.raises(Cancelled):
        as_zip(library, [post, post], cancel, lambda _done, _of, _title: cancel.set())
    monkeypatch.setattr(leave, "LARGEST", 100)
    with pytest.raises(LibraryError, match="more than one gigabyte"):
        as_zip(library, [post], Cancel())
    with pytest.raises(LibraryError, match="more than one gigabyte"):
        as_page(library, [post], Cancel())
