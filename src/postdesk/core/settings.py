"""The settings: what the writer chose once, as one value and one small file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from types import MappingProxyType
from typing import Any, Final

from postdesk.core.files import load_json, save_json
from postdesk.core.folders import Folders

THEMES: Final = ("system", "light", "dark")
TEXT_SIZES: Final = range(10, 33)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is remembered from one start to the next because she chose it.

    `library` is the last library's path ("" is the default one). `default_blog` maps a library's path to an
    account id. `theme` is one of THEMES. `text_size` of the editor is in pixels at 100 %. `remote_pictures`
    holds the ids of posts whose remote pictures the preview may load. `measure` is the editor's line length
    in characters.
    """

    library: str = ""
    default_blog: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    theme: str = "system"
    show_sidebar: bool = True
    show_preview: bool = True
    show_details: bool = False
    focus_mode: bool = False
    text_size: int = 16
    measure: int = 72
    smart_quotes: bool = True
    remote_pictures: tuple[str, ...] = ()


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
    values["default_blog"] = dict(settings.default_blog)
    values["remote_pictures"] = list(settings.remote_pictures)
    save_json(path, {**load_json(path, {}), **values})


def _usable(name: str, value: Any) -> Any:
    """`value` when it fits the setting, else None."""
    default = asdict(_DEFAULTS)[name]
    if name == "default_blog":
        if not isinstance(value, dict):
            return None
        return MappingProxyType({str(k): v for k, v in value.items() if isinstance(v, str)})
    if name == "remote_pictures":
        return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else None
    if type(value) is not type(default):
        return None
    if name == "theme" and value not in THEMES:
        return None
    if name == "text_size" and value not in TEXT_SIZES:
        return None
    if name == "measure" and not 40 <= value <= 160:
        return None
    return value


_DEFAULTS: Final = Settings(default_blog={})
