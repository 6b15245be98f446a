"""A link of a post opens the web or a letter, and nothing else."""

# ruff: noqa: E501  one address, one line

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postdesk.ui.preview.links import outgoing


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a?b=c#d",
        "http://example.org",
        "HTTPS://example.org/",
        "https://[::1]/x",
        "mailto:a@example.org",
    ],
)
def test_the_web_and_letters_open(address: str) -> None:
    assert outgoing(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "", "x", "/etc/passwd", "file:///etc/passwd", "javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "smb://h/x",
        "http:", "https:///x", "https://[x", "ftp://h/", "ms-msdt:/id", "http:\\\\h\\x", " https://example.org", "https://example.org/\n",
        "postdesk-preview://page/", "mailto:", "mailto:?body=x", "mailto:a@example.org%0ACc:b@example.org", "//example.org/x",
    ],
)  # fmt: skip
def test_everything_else_does_not(address: str) -> None:
    assert outgoing(address) is None


@pytest.mark.parametrize(
    ("asked", "opened"),
    [
        ("mailto:a@example.org?attach=/etc/passwd&subject=Hi", "mailto:a@example.org?subject=Hi"),
        ("mailto:a@example.org?Attachment=x&BODY=b", "mailto:a@example.org?body=b"),
        ("mailto:a@example.org?body=hi%0AX", "mailto:a@example.org?body=hi%20X"),
        (
            "mailto:a@example.org?subject=a%0D%0ABcc:b@example.org",
            "mailto:a@example.org?subject=a%20Bcc%3Ab%40example.org",
        ),
        ("mailto:?to=a@example.org&cc=b@example.org", "mailto:a@example.org"),
    ],
)
def test_a_letter_keeps_its_receiver_subject_and_text(asked: str, opened: str) -> None:
    assert outgoing(asked) == opened


@given(st.text(max_size=60))
def test_whatever_is_asked_what_opens_has_one_of_three_schemes(address: str) -> None:
    """Law: outgoing(a) is None or begins with http:, https: or mailto:, and holds no line break."""
    for asked in (address, "mailto:a@b?" + address, "http://h/" + address):
        found = outgoing(asked)
        assert found is None or (
            found.lower().startswith(("http://", "https://", "mailto:")) and "\n" not in found
        )
