"""Finds the program's own files: icons, themes, fonts, templates, translations."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource(name: str) -> Path:
    """The path of a resource, e.g. `resource("themes/light.toml")`; it may be missing.

    A wheel carries the resources inside the package; a checkout has them at its top.
    """
    inside = _PACKAGE / "resources"
    root = inside if inside.is_dir() else _PACKAGE.parent.parent / "resources"
    return root / name
