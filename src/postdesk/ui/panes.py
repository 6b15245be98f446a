"""Which panes fit beside each other, as plain arithmetic: what was asked for last wins, the text always stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

#: The least width of each pane in px at which it is still of use; the editor's is below every window's least width.
LEAST: Mapping[str, int] = {"sidebar": 220, "editor": 360, "preview": 320, "details": 280}


def fitting(
    wanted: Sequence[str], width: int, able: Collection[str] = ("sidebar", "preview", "details")
) -> set[str]:
    """Of the panes wanted (in the order asked for, the latest last), those that fit beside the editor in `width` px.

    The one asked for the longest ago gives way first.
    """
    shown = [pane for pane in wanted if pane in able]
    while shown and LEAST["editor"] + sum(LEAST[pane] for pane in shown) > width:
        shown.pop(0)
    return set(shown)


def asked(wanted: Sequence[str], pane: str, on: bool) -> tuple[str, ...]:
    """The panes wanted after she asked for one, or sent it away."""
    rest = tuple(other for other in wanted if other != pane)
    return (*rest, pane) if on else rest


def shares(total: int, editor: float, shown: Collection[str], details: int) -> list[int]:
    """Widths in px of editor, preview and details in `total` px; `editor` is its share (0 to 1) of what it splits with
    the preview, `details` the drawer's width. A pane that is not shown gets 0.
    """
    drawer = min(details, max(LEAST["details"], total - LEAST["editor"])) if "details" in shown else 0
    rest = total - drawer
    if "preview" not in shown:
        return [rest, 0, drawer]
    left = min(max(round(rest * editor), LEAST["editor"]), max(LEAST["editor"], rest - LEAST["preview"]))
    return [left, rest - left, drawer]
