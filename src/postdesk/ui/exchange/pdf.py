"""Posts as a PDF, drawn by Qt's own rich text: it needs no engine, runs no script and loads nothing from elsewhere."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QLocale, QMarginsF, QSize, Qt, QUrl
from PySide6.QtGui import QFont, QImage, QPageSize, QPdfWriter, QTextDocument

from postdesk.core.cancel import Cancel
from postdesk.core.errors import LibraryError
from postdesk.exchange.leave import Export, Leaf, leaf_of, title_of
from postdesk.exchange.values import Problem
from postdesk.library.document import Document
from postdesk.library.library import Library
from postdesk.ui.theme import PAGE_FAMILY, load_page_fonts

_DOTS = 300  # per inch, in which pictures and letters are placed
_SCREEN = 96  # per inch, in which pictures are measured on a page
_MARGIN = 20.0  # mm
_TALLEST = 0.6  # of the page, for a picture
_LETTER = frozenset("US CA MX CO VE CL PH".split())  # countries that print on Letter

_IMAGE = re.compile(r'<img src="([^"]*)"[^>]*>')
_SHEET = """
body { color: #22211f; } h1 { font-size: 21pt; font-weight: 600; margin-bottom: 6px; }
h2 { font-size: 15pt; font-weight: 600; margin-top: 20px; margin-bottom: 6px; }
h3 { font-size: 12.5pt; font-weight: 600; margin-top: 16px; margin-bottom: 5px; }
p, li { line-height: 140%; } p { margin-top: 0; margin-bottom: 11px; }
a { color: #2a5f8f; text-decoration: none; } .by { color: #6b6862; font-size: 9pt; margin-bottom: 22px; }
blockquote { color: #55524d; margin-left: 70px; margin-right: 70px; }
pre, code { font-family: "JetBrains Mono", monospace; font-size: 9pt; } pre { background-color: #f5f4f1; }
.figcaption { color: #6b6862; font-size: 9pt; } table { border-collapse: collapse; }
td, th { padding: 4px 8px; border: 1px solid #c9c6bf; }
"""


def as_pdf(
    library: Library,
    paths: Sequence[Path],
    cancel: Cancel,
    progress: Callable[[int, int, str], None] = lambda _done, _of, _title: None,
) -> Export:
    """The posts in these files as a PDF, each from a new page. May be called from any thread. Raises Cancelled."""
    problems: list[Problem] = []
    out = QByteArray()
    buffer = QBuffer(out)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setCreator("Post Desk")
    writer.setResolution(_DOTS)
    writer.setPageSize(page_size())
    writer.setPageMargins(QMarginsF())  # Qt leaves two centimetres itself, with the page's number below
    text = QTextDocument()
    text.setUndoRedoEnabled(False)
    load_page_fonts()
    font = QFont(PAGE_FAMILY)
    font.setPointSizeF(11)
    text.setDefaultFont(font)
    text.setDefaultStyleSheet(_SHEET)
    paper = page_size().size(QPageSize.Unit.Millimeter)
    width = int((paper.width() - 2 * _MARGIN) * _SCREEN / 25.4 * 0.97)  # Qt rounds its own margins up
    height = int((paper.height() - 2 * _MARGIN) * _SCREEN / 25.4 * _TALLEST)
    pictures: dict[str, tuple[int, int]] = {}

    def put(document: Document, ref: str) -> str:
        image = QImage.fromData(library.read_shown_picture(document, ref))
        name = f"picture:{len(pictures)}"
        scale = min(1.0, width / max(1, image.width()), height / max(1, image.height()))
        pictures[name] = (max(1, int(image.width() * scale)), max(1, int(image.height() * scale)))
        if scale < _SCREEN / _DOTS:
            image = image.scaled(
                QSize(*pictures[name]) * (_DOTS / _SCREEN),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        text.addResource(QTextDocument.ResourceType.ImageResource, QUrl(name), image)
        return name

    leaves: list[Leaf] = []
    for number, path in enumerate(paths, 1):
        cancel.check()
        progress(number, len(paths), path.stem)
        try:
            document = library.read(path)
        except LibraryError as error:
            problems.append(Problem(path.name, error.sentence))
            continue
        leaves.append(leaf_of(document, put, problems))
        if len(leaves) == 1:
            writer.setTitle(title_of(document))
    page = "".join(_article(leaf, first=place == 0) for place, leaf in enumerate(leaves))
    text.setHtml(_IMAGE.sub(lambda found: _sized(found, pictures), page))
    cancel.check()
    text.print_(writer)
    del writer  # the end of the file is written when it goes
    buffer.close()
    return Export(bytes(out.data()), len(leaves), tuple(problems))


def page_size() -> QPageSize:
    """Letter where people print on it, else A4."""
    country = QLocale.territoryToCode(QLocale.system().territory())
    return QPageSize(QPageSize.PageSizeId.Letter if country in _LETTER else QPageSize.PageSizeId.A4)


def _sized(found: re.Match[str], pictures: dict[str, tuple[int, int]]) -> str:
    """A picture at the size that fits the page; one elsewhere is its address, as nothing is loaded."""
    size = pictures.get(found[1])
    if size is not None:
        return f'<img src="{found[1]}" width="{size[0]}" height="{size[1]}">'
    return f'<a href="{found[1]}">{found[1]}</a>'


def _article(leaf: Leaf, *, first: bool) -> str:
    broken = "" if first else ' style="page-break-before: always"'
    when = f'<p class="by">{html.escape(leaf.when)}</p>' if leaf.when else ""
    # Qt moves a figure in, and knows no captions.
    body = leaf.body
    for there, here in (("figcaption", "p"), ("figure", "div")):
        body = body.replace(f"<{there}", f'<{here} class="{there}"').replace(f"</{there}>", f"</{here}>")
    return f"<h1{broken}>{html.escape(leaf.title)}</h1>{when}{body}"
