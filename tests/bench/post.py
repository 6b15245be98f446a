"""The text that is measured with: headings, quotations in quotations, lists, links, and three places to type at."""

from __future__ import annotations

#: One word at the first line, in the middle and at the last line; nowhere else in the text, and small letters only.
PLACES = {"start": "quaystart", "middle": "quaymiddle", "end": "quayend"}

SMALL, LARGE = 42_000, 1_000_000  # bytes: a post of 7,000 words, and a live post at the end of its day

# Two, so that the two posts can be told apart by looking.
_SENTENCES = {
    SMALL: "The first boat left at 6:10 this morning with eleven people on it, and by noon the queue at the north "
    "quay was half a mile long. ",
    LARGE: "Update from the harbour: nobody has been let through since the gates were closed, and those who wait "
    "have been told to come back tomorrow. ",
}


def long_post(size: int) -> str:
    """About `size` bytes of Markdown; each place of `PLACES` is a short line of its own."""
    sentence = _SENTENCES.get(size, _SENTENCES[SMALL])
    parts = [PLACES["start"]]
    length, middle = 0, False
    number = 0
    while length < size:
        number += 1
        part = [
            f"## Part {number}",
            (sentence * 3).strip(),
            f"> {sentence.strip()}\n>\n> > {sentence[:90].strip()}",
            "- one item\n- another item with **weight** and a [link](https://example.org/)",
        ]
        parts += part
        length += sum(len(p) + 2 for p in part)
        if not middle and length >= size / 2:
            parts.append(PLACES["middle"])
            middle = True
    parts.append(PLACES["end"])
    return "\n\n".join(parts) + "\n"
