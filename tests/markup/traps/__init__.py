"""Where writers trip, one table for each kind of trap: what she types, and the page that she means."""

from __future__ import annotations

import re

from postdesk.markup.render import render_document


def page(text: str) -> str:
    """The HTML of `text` on one line: no line ends between elements, code without its colours and wrapping."""
    html = render_document(text)
    html = re.sub(
        r'<div class="language-[^"]*"><pre><span></span>(.*?)</pre></div>',
        r"<pre>\1</pre>",
        html,
        flags=re.DOTALL,
    )
    return re.sub(r">\n+<", "><", html).strip()
