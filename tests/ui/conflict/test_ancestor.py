"""Of the versions in the history the one that a conflict copy was made from is found, or an older one."""

from __future__ import annotations

from postdesk.publishing.merge_files import merge_files
from postdesk.ui.merging import ancestor

V1 = b"First\n\nSecond\n\nThird\n"
V2 = V1.replace(b"First", b"First, said anew")  # what she wrote since
V3 = V2.replace(b"Third", b"Third, said anew")


def test_the_version_that_differs_least_is_the_base() -> None:
    copy = V1.replace(b"Second", b"Second elsewhere")
    assert ancestor([V3, V2, V1], copy) == V1
    assert merge_files(V1, V3, copy).data == V3.replace(b"Second", b"Second elsewhere")


def test_where_it_cannot_be_told_the_older_one_is_and_she_is_asked() -> None:
    copy = V1.replace(b"First", b"First elsewhere")
    assert ancestor([V2, V1], copy) == V1
    assert merge_files(V1, V2, copy).data is None


def test_a_text_of_another_origin_has_no_base() -> None:
    assert ancestor([V2, V1], b"---\ntitle: a\n---\n\nQuite another text\n") is None
