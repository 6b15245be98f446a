"""The settings: what the writer chose once, as one value and one small file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from postdesk.core.files import load_json, save_json
from postdesk.core.folders import Folders

THEMES: Final = ("system", "light", "dark")
ORDERS: Final = ("changed", "published", "title")
TEXT_SIZES: Final = range(10, 33)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is remembered from one start to the next because she chose it.

    `library` is the last library's path ("" is the default one). `theme` is one of THEMES. `text_size` of the
    editor is in pixels at 100 %. `sites`: whether a site may be asked for titles and pictures, by its slug
    (core/embeds.py), as she answered; one that is not there was not asked about. `searches` are saved ones, what
    she types by the name that she gave. `order` of the list is one of ORDERS. `history`
    is how many MB of disk older versions may take, 0 for any number. Which panes are shown belongs to the
    session, the default blog to the accounts. `ask_links`: whether the servers that a post links to are asked before it
    is published.
    """

    library: str = ""
    theme: str = "system"
    text_size: int = 16
    sites: Mapping[str, bool] = field(default_factory=dict)
    searches: Mapping[str, str] = field(default_factory=dict)
    order: str = "changed"
    history: int = 500
    ask_links: bool = True


def load_settings(folders: Folders) -> Settings:
    """The stored settings; a value that cannot be used is the default. Raises LibraryError when the file
    cannot be read.
    """
    stored = load_json(folders.config / "settings.json", {})
    usable = {}
    for one in fields(Settings):
        value = _usable(one.name, stored.get(one.name))
        if value is not None:
            usable[one.name] = value
    return Settings(**usable)


def save_settings(folders: Folders, settings: Settings) -> None:
    """Store the settings; what a newer version stored beside them stays. Raises LibraryError."""
    path = folders.config / "settings.json"
    values = {one.name: getattr(settings, one.name) for one in fields(Settings)}
    save_json(path, {**load_json(path, {}), **values})


def _usable(name: str, value: Any) -> Any:
    """`value` when it fits the setting, else None."""
    if type(value) is not type(getattr(Settings(), name)):
        return None
    if name == "theme" and value not in THEMES:
        return None
    if name == "text_size" and value not in TEXT_SIZES:
        return None
    if name == "history" and value < 0:
        return None
    if name == "order" and value not in ORDERS:
        return None
    if name == "searches" and not all(type(typed) is str for typed in value.values()):
        return None
    if name == "sites" and not all(type(answer) is bool for answer in value.values()):
        return None
    return value
