"""Front matter: what a writer did not touch keeps every byte; what is hostile or broken is refused with a
sentence.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from postdesk.core.errors import BrokenFrontMatter
from postdesk.core.post import Post, Visibility
from postdesk.library import frontmatter
from postdesk.library.frontmatter import Fields, changes_to, cut, fresh, parse, rewrite, split
from postdesk.library.scan import _quick, exact, scan

WRITTEN_BY_HAND = """\
# written by hand
title: no   # not yet
date:   2024-01-01
slug: 1e3
layout: "post"   # for Jekyll
tags: [yes, 012, 12:30:00]
categories:
    - News     # the first
    # a remark between
    - 'Old stuff'

weight:   010
params: {a: 1,   b: [x,y]}
excerpt: >-
    One line
    and another.

description : kept
# the end
"""


def local(*parts: int) -> datetime:
    """A moment of this machine's local time."""
    return datetime(*parts).astimezone()  # type: ignore[arg-type]


def test_values_keep_their_spelling() -> None:
    fields = parse(WRITTEN_BY_HAND)
    assert fields.title == "no"
    assert fields.slug == "1e3"
    assert fields.tags == ("yes", "012", "12:30:00")
    assert fields.categories == ("News", "Old stuff")
    assert fields.excerpt == "One line and another."
    assert fields.date == local(2024, 1, 1)


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        ({"title": "A day; and “more”"}, "title: no   #", "title: A day; and “more”   #"),
        ({"title": "yes"}, "title: no   #", 'title: "yes"   #'),
        ({"title": "a: b # c"}, "title: no   #", 'title: "a: b # c"   #'),
        ({"title": ""}, "title: no   # not yet\n", ""),
        ({"slug": "a-day"}, "slug: 1e3", "slug: a-day"),
        ({"tags": ("012", "new, too")}, "[yes, 012, 12:30:00]", '[012, "new, too"]'),
        ({"tags": ()}, "tags: [yes, 012, 12:30:00]\n", ""),
        (
            {"categories": ("News", "Old stuff", "New")},
            "    - 'Old stuff'\n",
            "    - 'Old stuff'\n    - New\n",
        ),
        ({"categories": ("News",)}, "    - 'Old stuff'\n", ""),
        ({"categories": ("Old stuff",)}, "    - News     # the first\n    # a remark between\n", ""),
        ({"excerpt": "Short"}, ">-\n    One line\n    and another.", "Short"),
        ({"excerpt": "Two\nlines"}, ">-\n    One line\n    and another.", '"Two\\nlines"'),
        ({"image": "a b.png"}, "# the end\n", "# the end\nimage: a b.png\n"),
        (
            {"date": datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=5, minutes=30)))},
            "2024-01-01",
            "2024-01-02T03:04:05+05:30",
        ),
    ],
)
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_one_change_touches_one_place(change: dict[str, Any], old: str, new: str, eol: str) -> None:
    before = WRITTEN_BY_HAND.replace("\n", eol)
    after = rewrite(before, change, eol=eol)
    assert before.count(old.replace("\n", eol)) == 1
    assert after == before.replace(old.replace("\n", eol), new.replace("\n", eol))


def test_without_its_excerpt_a_post_does_not_get_another() -> None:
    after = rewrite(WRITTEN_BY_HAND, {"excerpt": ""})
    assert parse(after).excerpt == ""
    assert "description : kept" in after


def test_other_programs_names_are_read_and_changed_in_place() -> None:
    front = "category: News\nsummary: In short\nfeatured_image: /a.png\ntags: one, two\n"
    fields = parse(front)
    assert (fields.categories, fields.excerpt, fields.image) == (("News",), "In short", "/a.png")
    assert fields.tags == ("one", "two")
    changed = rewrite(front, {"excerpt": "Shorter", "image": "b.png"})
    assert changed == "category: News\nsummary: Shorter\nfeatured_image: b.png\ntags: one, two\n"
    assert rewrite(front, {"categories": ("News", "Old")}).startswith("categories: [News, Old]\n")


REFUSED = {
    "alias": "tags: &t [a]\ncategories: *t\n",
    "itself": "tags: &t [*t]\n",
    "python": "title: !!python/object/apply:os.system ['touch PWNED']\n",
    "twice": "status: draft\ntitle: a\nstatus: publish\n",
    "twice inside": "params:\n  a: 1\n  a: 2\n",
    "open quote": 'title: "no end\n',
    "tabs": "title: a\n\tslug: b\n",
    "braces": "{title: a}\n",
    "deep": "x: " + "[" * 5000 + "\n",
    "bell": "title: a\x07b\n",
    "long": "x: " + "y" * 100_000 + "\n",
    "visibility": "visibility: secret\n",
    "visibility list": "visibility: [public]\n",
    "id": "id: [1]\n",
    "two documents": "a: 1\n--- \nb: 2\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(BrokenFrontMatter) as caught:
        parse(REFUSED[name])
    assert len(caught.value.sentence) < 400
    with pytest.raises(BrokenFrontMatter):
        rewrite(REFUSED[name], {"title": "x"})
    text = f"---\n{REFUSED[name]}---\n\nbody"
    if name not in ("two documents", "braces"):
        assert scan(text.encode()).problem


def test_a_field_that_holds_no_text_is_left_alone() -> None:
    front = "image:\n  src: a.png\n  alt: x\ntags:\n  - name: a\ntitle: t\n"
    fields = parse(front)
    assert fields.opaque == {"image", "tags"}
    assert rewrite(front, {"title": "u"}) == front.replace("title: t", "title: u")
    with pytest.raises(BrokenFrontMatter):
        rewrite(front, {"tags": ("a",)})


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-01T10:20:30+02:00", datetime(2024, 5, 1, 8, 20, 30, tzinfo=UTC)),
        ("2024-05-01 10:20:30 +0200", datetime(2024, 5, 1, 8, 20, 30, tzinfo=UTC)),
        ("2024-05-01T10:20Z", datetime(2024, 5, 1, 10, 20, tzinfo=UTC)),
        ("2024-05-01T10:20:30.123456Z", datetime(2024, 5, 1, 10, 20, 30, tzinfo=UTC)),
        ("2024-05-01 10:20:30", local(2024, 5, 1, 10, 20, 30)),
        ("2024-5-1", local(2024, 5, 1)),
        ("tomorrow", None),
        ("2024-02-30", None),
        ("2024-05-01T25:00", None),
        ("9999-12-31T23:59:59+99:99", None),
        ("0000-01-01", None),
    ],
)
def test_dates_are_instants(text: str, moment: datetime | None) -> None:
    assert frontmatter.read_date(text) == moment
    fields = parse(f"date: {text}\n")
    assert fields.date == moment
    assert fields.date_unread == ("" if moment else text)


@pytest.mark.parametrize(
    "slug",
    [
        "../../../../tmp/pwned",
        "/etc/cron.d/x\\0.md",
        "C:\\x",
        "..",
        ".",
        "a/../b",
        "%2e%2e%2fx",
        "a\nb",
        "x" * 999,
        "con.",
    ],
)
def test_no_slug_leads_anywhere(slug: str) -> None:
    clean = frontmatter.clean_slug(slug)
    assert not set(clean) & set("/\\\0:?#\n")
    assert not clean.startswith(".")
    assert len(clean.encode()) <= 200
    assert frontmatter.clean_slug(clean) == clean


def test_an_id_can_always_be_part_of_a_file_name() -> None:
    assert parse("id: my-post_1\n").id == "my-post_1"
    for hostile in ("../../x", "/etc/passwd", "a b", "CON", "x" * 100, "é"):
        found = parse(f'id: "{hostile}"\n').id
        assert found.isascii()
        assert found.isalnum()
        assert len(found) == 16
        assert parse(f'id: "{hostile}"\n').id == found


def test_a_password_is_not_shown_when_a_post_is_printed() -> None:
    assert "hunter2" not in repr(parse("post_password: hunter2\n"))
    assert parse("post_password: hunter2\n").visibility is Visibility.PASSWORD


def test_a_password_never_changes_who_may_see_it() -> None:
    post = Post("a", post_password="x")
    front = fresh(post)
    assert parse(front).visibility is Visibility.PUBLIC
    hidden = parse("post_password: x\n")
    after = rewrite("post_password: x\n", changes_to(hidden, Post("", visibility=Visibility.PASSWORD)))
    assert parse(after).visibility is Visibility.PASSWORD


def test_a_text_between_two_rules_is_no_front_matter() -> None:
    for text in (
        "---\nOnly text\n---\nmore",
        "---\nno end",
        "--- \n",
        "----\na: b\n---\n",
        "text\n---\na: b\n---\n",
    ):
        assert split(text) == (None, text)
    assert split("---\ntitle: a\n---") == ("title: a\n", "")
    assert split("---\n---\n\n\nbody") == ("", "\nbody")
    assert split("---\r\ntitle: a\r\n...\r\n\r\nbody\r\n") == ("title: a\r\n", "body\r\n")


# --- laws
# ----------------------------------------------------------------------------------------------------

texts = st.text(st.characters(codec="utf-8"), max_size=40)
lists = st.lists(texts, max_size=4).map(tuple)
moments = st.integers(-2_000_000_000, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
posts = st.builds(
    Post,
    id=st.just("abc"),
    title=texts,
    slug=texts,
    date=st.none() | moments,
    tags=lists,
    categories=lists,
    excerpt=texts,
    image=texts,
    visibility=st.sampled_from(Visibility),
    post_password=texts,
)
plain_lines = [
    "# a comment",
    "",
    "layout: post",
    "weight: 010   # octal to some",
    "draft: no",
    "params:\n  a: 1\n  b: [x, 'y']",
    "aliases:\n- /old/\n- /older/   # x",
    "notes: |\n  some text\n\n  # no comment\n\n",
    "folded: >+\n    some\n    text\n\n",
    'quoted: "a\\tb: \\u00e9"',
    "'single': 'it''s'",
    "multi: plain\n  over lines",
    "? complex\n: value",
    "empty:",
]
own_lines = [
    ["title: no", "title: 'it''s'   # c",
     'title: "a: b"', "title: >-\n  folded\n  title", "title:", "title:   # later", '"title": x'],
    ["tags: [a, 012,   'b']  # c",
     "tags:\n  - a # one\n  # two\n  - 12:30\n\n", "tags: a, b", "tags:\n- x\n", "tags: []", "tags:"],
    ["excerpt: |\n  a\n  b\n\n\n", "excerpt: 'x'", "description: d", "excerpt: multi\n  line"],
    ["slug: a-b", "slug: 1e3"],
    ["date: 2024-01-01", "date: '2024-01-01T00:00:00+01:00'", "date: soon", "date:"],
    ["category: News", "categories: News", "categories:\n    - 'News'\n    - Old"],
    ["id: abc", 'id: "0123"'],
]  # fmt: skip


@st.composite
def fronts(draw: st.DrawFn) -> str:
    """A front matter as somebody may have written it."""
    chosen = draw(st.lists(st.sampled_from(plain_lines), unique=True, max_size=5))
    for variants in own_lines:
        line = draw(st.none() | st.sampled_from(variants))
        if line is not None:
            chosen.append(line)
    chosen = draw(st.permutations(chosen))
    return "".join(line + "\n" for line in chosen)


@given(
    fronts(), posts, st.sampled_from(sorted(set(frontmatter.KEYS) - {"id"})), st.sampled_from(["\n", "\r\n"])
)
@settings(max_examples=80)
def test_a_change_leaves_all_other_lines(front: str, post: Post, name: str, eol: str) -> None:
    """Law: after one field was changed the file says what was meant, and every line of the other keys and
    every comment outside the changed value is there as before, byte for byte and in the same order.
    """
    front = front.replace("\n", eol)
    value = frontmatter.tidy(name, getattr(post, name))
    after = rewrite(front, {name: value}, eol=eol)
    assert getattr(parse(after), name) == value
    keys = frontmatter.KEYS[name]
    kept = [
        part
        for part in plain_lines + [v for row in own_lines for v in row]
        if not part.strip('"').startswith(keys)
    ]
    position = 0
    for part in sorted(
        (p.replace("\n", eol) for p in kept if p and (p + "\n").replace("\n", eol) in front), key=front.index
    ):
        if name in ("excerpt", "title", "tags", "categories") and part.strip() == "":
            continue
        found = after.find(part + eol)
        assert found >= 0, f"{part!r} is gone from {after!r}"
        position = max(position, found)


@given(posts)
@settings(max_examples=60)
def test_what_is_written_is_read_back(post: Post) -> None:
    """Law: for any field values the front matter made from them says them, and there is nothing left to
    change.
    """
    for eol in ("\n", "\r\n"):
        fields = parse(fresh(post, eol=eol))
        assert changes_to(fields, post) == {}


@given(fronts())
@settings(max_examples=60)
def test_no_change_is_no_change(front: str) -> None:
    """Law: writing back what was read leaves the text as it was."""
    fields = parse(front)
    post = Post(**{name: getattr(fields, name) for name in frontmatter.KEYS})
    assert rewrite(front, changes_to(fields, post)) == front


@given(fronts() | posts.map(fresh))
@example("title: a #b\n")
@example("tags: [a, , b]\n")
@example("tags: [null, ~]\n")
@example("tags: x\n  - y\n")
@example("title: a\n# c\n  b\n")
@example("title: 2024-01-01: x\n")
@example("slug: -a\n")
@example("tags: [a,]\n")
@example("tags: [-, a]\n")
@example("tags: [a b  , c]\n")
@example("tags:\n - a\n  - b\n")
@example("cover:\n  image: a.png\ntitle: x\n")
@example("title: null\n")
@example("x: a\ny\n")
@example("image:\ncover: a.png\n")
@example("cover: a.png\nfeatured_image: b.png\n")
@example("image: [a.png]\n")
@example("image: ' a b.png '\n")
@settings(max_examples=80)
def test_the_list_and_the_editor_read_the_same(front: str) -> None:
    """Law: where the quick scan answers, the parser gives the same; for a row the picture is left out."""
    whole = exact(front)
    if whole is not None:
        assert whole == parse(front)
    quick = _quick(front)
    if quick is None:
        return
    full = parse(front)
    for name in ("id", "title", "slug", "date", "tags", "categories", "excerpt", "visibility", "date_unread"):
        assert getattr(quick, name) == getattr(full, name), name


#: What reads differently by YAML's idea of a blank, of a line end and of a character than by Python's.
odd = st.sampled_from("\u00a0\u3000\ufffe\uffff\ufeff\u2028\x85\ud800\udfff\U0001fffe\ue000 ~,-:#'\"\tab")
values = st.text(odd, max_size=5)
shapes = st.sampled_from(
    ("{}: {}\n", "{}: '{}'\n", '{}: "{}"\n', "{}: [{}]\n", "{}: [a, {}]\n", "{}:\n  - {}\n", "{}:\n  - a\n  - {}\n",
     "{}:\n  k: {}\n", "{}:\n  k: v\n  - {}\n", "{}:\n  - d\n  k: {}\n", "{}:{}\n", "x{1}: {0}\n")
)  # fmt: skip
keys = st.sampled_from([*(key for names in frontmatter.KEYS.values() for key in names), "layout"])


@given(st.lists(st.tuples(keys, shapes, values), max_size=3))
@example([("tags", "{}: {}\n", "sea\u00a0")])
@example([("tags", "{}: [{}]\n", "sea\u00a0")])
@example([("tags", "{}:\n  - {}\n", "sea\u00a0")])
@example([("category", "{}: {}\n", "News\u00a0")])
@example([("id", "{}: {}\n", "a\u00a0")])
@example([("image", "{}: '{}'\n", "a\u00a0")])
@example([("title", "{}: '{}'\n", "\u00a0a")])
@example([("title", "{}: {}\n", "~\u00a0")])
@example([("title", "{}: {}\n", "a\ufffe")])
@example([("title", "{}: {}\n", "a\uffff")])
@example([("title", "{}: {}\n", "a\ud800")])
@example([("layout", "{}:\n  k: v\n  - {}\n", "d")])
@settings(max_examples=300)
def test_odd_characters_read_the_same_in_the_list_and_in_the_editor(
    lines: list[tuple[str, str, str]],
) -> None:
    """Law: where the quick scan answers, the parser does too, and the same."""
    front = "".join(shape.format(key, value) for key, shape, value in lines)
    whole = exact(front)
    if whole is not None:
        assert whole == parse(front)


@given(st.text(st.sampled_from("ab:-#[]{}&*!|>'\"%@` \n\t,?é0\u00a0\ufffe\ufeff\u2028\ud800"), max_size=60))
@settings(max_examples=150)
def test_no_text_breaks_the_reader(front: str) -> None:
    """Law: any text is read or refused with our error; where the scan answers, so does the parser, and the
    same.
    """
    try:
        full: Fields | None = parse(front)
    except BrokenFrontMatter:
        full = None
    parts = cut(f"---\n{front}\n---\n\nbody")
    assert parts is None or "".join((parts.opening, parts.front, parts.closing, parts.gap, parts.body))
    quick = _quick("title: " + front + "\n")
    if quick is not None:
        assert parse("title: " + front + "\n").title == quick.title
    if full is not None:
        assert rewrite(front, {}) == front
    scan(front.encode("utf-8", "surrogatepass"))
