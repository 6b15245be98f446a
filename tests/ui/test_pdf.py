"""A PDF of an old post has the pictures that were brought home in it, and needs no connection for that."""

from __future__ import annotations

from pathlib import Path

import pytest

from postdesk.core.cancel import Cancel
from postdesk.core.files import content_hash
from postdesk.core.folders import under
from postdesk.exchange.leave import as_page
from postdesk.library.blog_pictures import key_of
from postdesk.library.library import Library
from postdesk.ui.exchange.pdf import as_pdf
from tests.publishing.world import png

_UP = "https://blog.example/up/2016/03"
_POST = f"""---
title: Ferries
---

A picture that leads to its original: [![]({_UP}/quay-300x200.jpg)]({_UP}/quay.jpg)

![Behind]({_UP}/with-words.jpg "Its words")

```{{=html}}
<p style="color:red"><img src="{_UP}/card.jpg" srcset="{_UP}/card-2x.jpg 2x" alt="In a card"></p>
```
"""
_NAMES = ("quay-300x200.jpg", "with-words.jpg", "card.jpg")


@pytest.mark.usefixtures("qapp")
def test_what_was_brought_home_is_in_a_pdf_and_in_a_page(tmp_path: Path) -> None:
    library = Library(tmp_path / "library", under(tmp_path / "home"))
    library.open()
    post = library.root / "ferries.md"
    post.write_text(_POST)
    without = as_pdf(library, [post], Cancel())
    for number, name in enumerate(_NAMES):
        data = png(number)
        folder = library.root / "Blog" / "Pictures"
        library.blog_pictures.keep(key_of(f"{_UP}/{name}", ""), data, content_hash(data), folder, name)
    made = as_pdf(library, [post], Cancel())
    assert (made.count, made.problems) == (1, ())
    assert (without.data.count(b"/Subtype /Image"), made.data.count(b"/Subtype /Image")) == (0, 3)
    page = as_page(library, [post], Cancel())
    text = page.data.decode()
    assert page.problems == ()
    assert text.count('src="data:image/png;base64,') == 3
    assert "srcset" not in text
    assert f'src="{_UP}' not in text
    assert f'<a href="{_UP}/quay.jpg">' in text
    library.close()
