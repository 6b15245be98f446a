"""The settings come back as they were, and one bad value costs no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from postdesk.core.files import load_json, save_json
from postdesk.core.folders import under
from postdesk.core.settings import Settings, load_settings, save_settings


def test_settings_survive_a_restart(tmp_path: Path) -> None:
    folders = under(tmp_path)
    assert load_settings(folders) == Settings()
    chosen = Settings(library="/posts", theme="dark", text_size=20, sites={"youtube": True, "vimeo": False})
    save_settings(folders, chosen)
    assert load_settings(folders) == chosen


def test_a_value_that_cannot_be_used_is_the_default(tmp_path: Path) -> None:
    folders = under(tmp_path)
    save_json(
        folders.config / "settings.json",
        {
            "theme": "pink",
            "text_size": 4000,
            "sites": {"youtube": "yes"},
            "library": "/posts",
            "of a newer version": 7,
        },
    )
    loaded = load_settings(folders)
    assert loaded == Settings(library="/posts")
    save_settings(folders, replace(loaded, theme="light"))
    assert load_json(folders.config / "settings.json", {})["of a newer version"] == 7
