"""One post's file as a value: what it says, and what it will be when the post has changed.

Everything that the writer did not change stays byte for byte: unknown keys, line ends, a byte order mark. A
file whose front matter does not parse is one plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from postdesk.core.alike import alike_ends
from postdesk.core.errors import BrokenFrontMatter, NotWritable
from postdesk.core.files import content_hash
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.library import frontmatter, scan
from postdesk.library.frontmatter import Fields, Parts

_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Document:
    """A post and the file that it was read from.

    `hash` is that of the file's bytes; `text` the whole file without its byte order mark. With a `problem`
    (a sentence) `post.body` is the whole text and the fields are empty; it may still be edited and saved as
    text unless `readonly`.
    """

    path: Path
    post: Post
    hash: str
    text: str = field(repr=False)
    problem: str = ""
    eol: str = "\n"
    bom: bool = False
    readonly: bool = False
    fields: Fields | None = field(default=None, repr=False)

    @property
    def data(self) -> bytes:
        """The file's bytes as they were read (not for `readonly`, which may not be UTF-8)."""
        return (_BOM if self.bom else b"") + self.text.encode()


def read_document(path: Path, data: bytes, post_id: str) -> Document:
    """The document in a file's bytes; `post_id` is used when the file names none, or when it is not ""."""
    bom = data.startswith(_BOM)
    raw = data[3:] if bom else data
    problem = ""
    readonly = False
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        problem, readonly = scan.not_utf8(), True
    if text.startswith("+++"):
        problem = problem or scan.toml()
    crlf = text.count("\r\n")
    eol = "\r\n" if crlf and crlf * 2 >= text.count("\n") else "\n"
    parts = frontmatter.cut(text)
    fields: Fields | None = None
    if not problem:
        try:
            fields = frontmatter.parse(parts.front) if parts else Fields()
        except BrokenFrontMatter as error:
            problem = error.sentence
    digest = content_hash(data)
    if fields is None:
        post = Post(post_id, body=_with_lf(text))
        return Document(path, post, digest, text, problem, eol, bom, readonly)
    values = {name: getattr(fields, name) for name in frontmatter.KEYS if name != "id"}
    post = Post(post_id or fields.id, body=_with_lf(parts.body if parts else text), **values)
    return Document(path, post, digest, text, problem, eol, bom, readonly, fields)


def compose(document: Document, post: Post) -> bytes:
    """The bytes of the file once it says `post`.

    Raises BrokenFrontMatter (a field that cannot be changed in this front matter) and NotWritable (no UTF-8).
    """
    if document.readonly:
        raise NotWritable(
            _("“{name}” is not UTF-8 text and is not written.").format(name=document.path.name),
            _("The file is as it was."),
            _("Convert it to UTF-8 with a text editor, or save a copy."),
        )
    mark = _BOM if document.bom else b""
    if document.fields is None:
        return mark + _merged(document.text, post.body, document.eol).encode("utf-8", "replace")
    parts = frontmatter.cut(document.text)
    eol = document.eol
    if parts is None:
        front = frontmatter.fresh(post, eol=eol)
        parts = Parts(f"---{eol}", front, f"---{eol}", eol, _merged(document.text, post.body, eol))
        return mark + _joined(parts).encode("utf-8", "replace")
    changes = frontmatter.changes_to(document.fields, post)
    front = frontmatter.rewrite(parts.front, changes, eol=eol) if changes else parts.front
    body = _merged(parts.body, post.body, eol)
    closing = parts.closing if parts.closing.endswith("\n") or not body else parts.closing + eol
    gap = parts.gap
    if not gap and (re.match(r"[ \t]*\r?\n", body) or (body and not parts.body)):
        gap = eol  # else the text's own first empty line would be taken for it
    return mark + _joined(Parts(parts.opening, front, closing, gap, body)).encode("utf-8", "replace")


def new_text(post: Post) -> bytes:
    """The bytes of a file for a post that has none."""
    return compose(Document(Path(), Post(post.id), "", "", fields=Fields()), post)


def _joined(parts: Parts) -> str:
    return "".join((parts.opening, parts.front, parts.closing, parts.gap, parts.body))


def _with_lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _merged(old: str, new: str, eol: str) -> str:
    """`new`, with the line ends that its lines had in `old`; `eol` for the lines that are new."""
    new = _with_lf(new)
    if new == _with_lf(old):
        return old
    if "\r" not in old:
        return new.replace("\n", eol)
    ends = _LINE_END.findall(old)
    if len(set(ends)) == 1 and ends[0] == eol:
        return new.replace("\n", eol)
    before, after = _LINE_END.split(old), new.split("\n")
    ends.append("")
    most = min(len(before), len(after)) - 1
    head, tail = alike_ends(before, after, most)
    result = [line + end for line, end in zip(after[:head], ends[:head])]
    middle = after[head : len(after) - tail]
    result += [line + eol for line in middle[:-1]] + middle[-1:]
    if tail:
        result.append(ends[len(before) - tail - 1] or eol)
        result += [line + end for line, end in zip(after[len(after) - tail :], ends[len(before) - tail :])]
    merged = "".join(result)
    # An old line end of CR alone before a new one of LF would be read as one line end.
    return merged if _with_lf(merged) == new else new.replace("\n", eol)
