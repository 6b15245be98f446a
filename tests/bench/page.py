"""docs/performance.md: a run replaces its own part between two marks; all the rest is written by hand and stays."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


def put(page: str, part: str, text: str) -> str:
    """The page with what stands between the marks of `part` replaced; a page without them gets both at its end."""
    first, last = f"<!-- {part}: made by the bench -->", f"<!-- {part}: end -->"
    made = f"{first}\n\n{text.strip()}\n\n{last}"
    before, found, rest = page.partition(first)
    _old, ended, after = rest.partition(last)
    if found and not ended:
        raise ValueError(f"the page has the mark {first} but not {last}")
    if not found:
        return f"{page.rstrip()}\n\n{made}\n" if page.strip() else f"{made}\n"
    return f"{before}{made}{after}"


def write(part: str, text: str, page: Path = PAGE) -> None:
    """Put the text into the page on the disk."""
    page.write_text(put(page.read_text("utf-8") if page.exists() else "", part, text), "utf-8")
