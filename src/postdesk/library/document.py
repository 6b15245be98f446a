"""One post's file as a value: what it says, and what it will be when the post has changed.

Everything that the writer did not change stays byte for byte: unknown keys, line ends, a byte order mark, bytes that
are no text. A file whose front matter does not parse is one plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path

from postdesk.core.alike import alike_ends
from postdesk.core.errors import BrokenFrontMatter, NotWritable
from postdesk.core.file_errors import explain
from postdesk.core.files import content_hash, read_file, read_start
from postdesk.core.language import _
from postdesk.core.post import Post
from postdesk.library import encoding, frontmatter, scan
from postdesk.library.frontmatter import Fields, Parts

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Document:
    """A post and the file that it was read from.

    `hash` is that of the file's bytes; `text` the whole file without its byte order mark. `problem` is a sentence
    for the writer, or "". Without `fields` `post.body` is the whole text; it may be edited and saved as text unless
    `readonly`. Of a file that is no text, or far too large, `text` is nothing, or its start.
    `base` is what the next save starts from when that cannot be this file (see `meant_for`).
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
    stand_ins: bool = False
    base: Document | None = field(default=None, repr=False)

    @property
    def data(self) -> bytes:
        """The file's bytes as they were read; not for `readonly`."""
        return encoding.encode(self.text, bom=self.bom, stand_ins=self.stand_ins)


def read_document(path: Path, data: bytes, post_id: str, before: Document | None = None) -> Document:
    """The document in a file's bytes; `post_id` is used when the file names none, or when it is not "".

    `before` is the document that these bytes were made from: what was edited as one plain text is so still, and
    what was text is text still, so that what was typed reads back as it was typed.
    """
    decoded = encoding.decode(data, writable=before is not None)
    text = decoded.text
    problem = scan.toml() if text.startswith("+++") else ""
    eol = _most_frequent_end(text)
    parts = frontmatter.cut(text)
    fields: Fields | None = None
    if not problem and not decoded.readonly:
        try:
            fields = _parsed(parts, decoded)
        except BrokenFrontMatter as error:
            problem = error.sentence
    if before is not None and before.fields is None and fields is not None:
        fields, problem = None, problem or _can_be_read_again()
    digest = content_hash(data)
    rest = (decoded.problem or problem, eol, decoded.bom, decoded.readonly, fields, decoded.stand_ins)
    if fields is None:
        return Document(path, Post(post_id, body=_with_lf(text)), digest, text, *rest)
    values = {name: getattr(fields, name) for name in frontmatter.KEYS if name != "id"}
    post = Post(post_id or fields.id, body=_with_lf(parts.body if parts else text), **values)
    return Document(path, post, digest, text, *rest)


def load_document(path: Path, post_id: str = "") -> Document:
    """The document in a file, as `read_document` has it; of a file that is too large, its start. Raises what
    `read_file` raises.
    """
    try:
        too_long = path.stat().st_size > encoding.LARGEST
    except OSError as error:
        raise explain(error, path, reading=True) from error
    if not too_long:
        return read_document(path, read_file(path)[0], post_id)
    start, digest = read_start(path, encoding.START)
    decoded = encoding.decode(start, part=True)
    post = Post(post_id, body=_with_lf(decoded.text))
    problem = encoding.too_large()
    return Document(path, post, digest, decoded.text, problem, bom=decoded.bom, readonly=True)


def compose(document: Document, post: Post) -> bytes:
    """The bytes of the file once it says `post`.

    Raises BrokenFrontMatter (a field that cannot be changed in this front matter) and NotWritable (`readonly`).
    """
    refuse_shown_only(document)
    document = meant_for(document, post)
    document = document.base or document
    text = _composed(document, post)
    return encoding.encode(text, bom=document.bom, stand_ins=document.stand_ins)


def as_saved(document: Document, post: Post) -> bytes:
    """The bytes of the file once `post` is saved in it: as `compose`, but a file that names no id gets none."""
    nameless = document.fields is not None and not document.fields.id
    return compose(document, replace(post, id="") if nameless else post)


def _composed(document: Document, post: Post) -> str:
    if document.fields is None:
        return _merged(document.text, post.body, document.eol)
    parts = frontmatter.cut(document.text)
    eol = document.eol
    # No other program takes a lone CR for the end of a line of front matter.
    front_eol = "\n" if eol == "\r" else eol
    if parts is None:
        body = _merged(document.text, post.body, eol)
        front = frontmatter.fresh(post, eol=front_eol)
        if not front and frontmatter.cut(body) is None and not body.startswith("+++"):
            return body
        return _joined(Parts(f"---{front_eol}", front, f"---{front_eol}", front_eol, body))
    changes = frontmatter.changes_to(document.fields, post)
    front = frontmatter.rewrite(parts.front, changes, eol=front_eol) if changes else parts.front
    body = _merged(parts.body, post.body, eol)
    closing = parts.closing if parts.closing.endswith("\n") or not body else parts.closing + front_eol
    gap = parts.gap
    if not gap and (re.match(r"[ \t]*\r?\n", body) or (body and not parts.body)):
        gap = front_eol  # else the text's own first empty line would be taken for it
    return _joined(Parts(parts.opening, front, closing, gap, body))


def is_only_text(post: Post) -> bool:
    """Whether the post has nothing but an id and a body."""
    return post == Post(post.id, body=post.body)


def meant_for(
    there: Document, post: Post, plain: bool | None = None, mine: Document | None = None
) -> Document:
    """The document of the file that is `there`, to be written over with `post`, which may have been read otherwise.

    `plain`: whether the post is a whole file as one text; None when that is not known. `mine` is the document that it
    was read from, where there is one: its front matter is kept then. A text never becomes the body of a post whose
    front matter can be read, and the fields of a post are never dropped because those of the file cannot be read.
    """
    if plain is None and not is_only_text(post) and frontmatter.cut(post.body) is None:
        plain = False  # nothing that is one plain text has fields
    if plain is None or there.readonly or plain is (there.fields is None):
        return there
    if plain:
        whole = Post(there.post.id, body=_with_lf(there.text))
        return replace(there, post=whole, fields=None, problem=there.problem or _can_be_read_again())
    base = (mine.base or mine) if mine is not None and not mine.readonly else None
    if base is None or base.fields is None:
        base = Document(there.path, Post(post.id), "", "", eol=there.eol, bom=there.bom, fields=Fields())
        # The file may have named the post before its front matter was damaged: it names it again.
        return replace(there, fields=Fields(id=post.id), problem="", base=base)
    return replace(there, fields=base.fields, problem="", base=base)


def refuse_shown_only(document: Document) -> None:
    """Raises NotWritable for a document that is `readonly`."""
    if document.readonly:
        raise NotWritable(
            _("“{name}” is shown only: it is no text in UTF-8, or too large.").format(
                name=document.path.name
            ),
            _("The file is as it was."),
            _("Change it with the program that made it."),
        )


def new_text(post: Post) -> bytes:
    """The bytes of a file for a post that has none."""
    return compose(Document(Path(), Post(post.id), "", "", fields=Fields()), post)


def plain_text(post: Post) -> bytes:
    """The bytes of a file for a post that is one plain text."""
    return compose(Document(Path(), Post(post.id), "", ""), post)


def _joined(parts: Parts) -> str:
    return "".join((parts.opening, parts.front, parts.closing, parts.gap, parts.body))


def _with_lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _can_be_read_again() -> str:
    return _(
        "The front matter of this post can be read again. Every character of it is in the file. "
        "Open the post anew to edit its title and its other fields."
    )


def _parsed(parts: Parts | None, decoded: encoding.Decoded) -> Fields:
    if parts is None:
        return Fields()
    if decoded.stand_ins and encoding.has_stand_ins(parts.front):
        raise BrokenFrontMatter(decoded.problem)
    return scan.exact(parts.front) or frontmatter.parse(parts.front)


def _most_frequent_end(text: str) -> str:
    if "\r" not in text:
        return "\n"
    crlf = text.count("\r\n")
    lf, cr = text.count("\n") - crlf, text.count("\r") - crlf
    if cr > max(crlf, lf):
        return "\r"
    return "\r\n" if crlf >= lf else "\n"


def _merged(old: str, new: str, eol: str) -> str:
    """`new`, with the line ends that its lines had in `old`; `eol` for the lines that are new."""
    new = _with_lf(new)
    if new == _with_lf(old):
        return old
    ends = _LINE_END.findall(old)
    if len(set(ends)) <= 1:
        return new.replace("\n", ends[0] if ends else eol)
    before, after = _LINE_END.split(old), new.split("\n")
    kept = _ends_kept(before, after, ends)
    result: list[str] = []
    for line, end in zip(after, kept):
        end = end or eol
        if end == "\n" and not line and result and result[-1].endswith("\r"):
            end = "\r"  # CR and LF of two lines would be read as one line end
        result.append(line + end)
    result[-1] = after[-1]
    return "".join(result)


_MOST_PAIRS = 1_000_000  # of lines to compare, about a second; beyond that the lines are taken in their order


def _ends_kept(before: list[str], after: list[str], ends: list[str]) -> list[str]:
    """For every line of `after` the end that it had in `before`, "" for a new line."""
    ends = [*ends, ""]
    head, tail = alike_ends(before, after)
    kept = [*ends[:head], *[""] * (len(after) - head - tail), *ends[len(before) - tail :]]
    a, b = before[head : len(before) - tail], after[head : len(after) - tail]
    if len(a) * len(b) > _MOST_PAIRS:
        pairs = [(0, 0, min(len(a), len(b)))]
    else:
        found = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
        pairs = [(i, k, min(j - i, m - k)) for _kind, i, j, k, m in found]
    for i, k, count in pairs:
        for n in range(count):
            kept[head + k + n] = ends[head + i + n]
    return kept
