"""How many of CommonMark's own examples Post Desk reads alike: `python -m tests.markup.commonmark` prints the table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from postdesk.markup.render import render_document
from tests.markup.normal import normal
from tests.markup.npm import installed

_PINS = Path(__file__).parent / "specification"
_PART = re.compile(
    r"^`{32} example\n(?P<markdown>.*?)^\.\n(?P<html>.*?)^`{32}$|^#{1,6} +(?P<section>[^\n]*)$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Example:
    """One example of the specification, by its number there."""

    number: int
    section: str
    markdown: str
    html: str

    @property
    def alike(self) -> bool:
        """Whether Post Desk makes the same page of it."""
        return normal(render_document(self.markdown)) == normal(self.html)


def examples() -> Iterator[Example]:
    """All examples of CommonMark 0.31.2, from npm's package of the specification."""
    folder = installed("commonmark-spec", _PINS)
    specification = (folder / "node_modules/commonmark-spec/spec.txt").read_text(encoding="utf-8")
    section, number = "", 0
    for match in _PART.finditer(specification.partition("<!-- END TESTS -->")[0]):
        if match["section"] is not None:
            section = match["section"].strip()
            continue
        number += 1
        yield Example(number, section, _tabs(match["markdown"]), _tabs(match["html"]))


def scores(all_examples: Sequence[Example]) -> dict[str, tuple[int, int]]:
    """For each section how many of its examples are read alike, and how many it has."""
    total = Counter(example.section for example in all_examples)
    alike = Counter(example.section for example in all_examples if example.alike)
    return {section: (alike[section], total[section]) for section in total}


def table(found: dict[str, tuple[int, int]]) -> Iterator[str]:
    """The lines of the table in docs/markdown.md."""
    yield "| Section | alike | of |"
    yield "|---|--:|--:|"
    for section, (alike, total) in found.items():
        yield f"| {section} | {alike} | {total} |"
    alike, total = (sum(column) for column in zip(*found.values(), strict=True))
    yield f"| **all** | **{alike}** ({100 * alike / total:.1f} %) | **{total}** |"


def _tabs(text: str) -> str:
    return text.replace("→", "\t")


if __name__ == "__main__":
    print("\n".join(table(scores(list(examples())))))
