"""How a blog wants its pictures, and what has to be done to one picture for that: plain values, and the key under
which the result is known.

The key depends on the writer's file and on what is done to it, never on the bytes that an encoder makes: a picture is
on the blog already, or is not, whichever version of the encoder made it, and nothing has to be encoded to know it.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any, Final

from postdesk.core.account import Account

WIDTH: Final = 2048
"""px: as wide as the whole window of most readers, and sharp in a column on a dense screen."""

WIDTHS: Final = (1200, 1600, WIDTH, 2560, 3840)
"""What the window offers; 0 stands for "as they are"."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a blog's pictures come to. `width` is the most in px, 0 for any. `keep_place`: where a picture was taken and
    who is named in it goes out as well."""

    width: int = WIDTH
    keep_place: bool = False


USUAL: Final = Recipe()
"""What a blog gets of which nothing else was said."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What one picture needs. `bare`: without place and persons. `turn`: its Exif orientation, 1 for upright. `width`
    in px to make it smaller to, 0 for as it is. `anew`: it has to be encoded anew for some other reason."""

    bare: bool = False
    turn: int = 1
    width: int = 0
    anew: bool = False

    @property
    def is_none(self) -> bool:
        """Whether the file goes out byte for byte."""
        return self == AS_IT_IS

    @property
    def encodes(self) -> bool:
        """Whether pixels change, as opposed to what is written beside them."""
        return self.turn != 1 or self.width > 0 or self.anew


AS_IT_IS: Final = Treatment()
"""Byte for byte."""


def recipe_of(account: Account) -> Recipe:
    """The recipe of a blog; what makes no sense in its options counts as not there."""
    given = account.options.get("picture_width", "")
    width = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else WIDTH
    return Recipe(width, account.options.get("picture_place") == "keep")


def options_of(recipe: Recipe) -> dict[str, str]:
    """The account's options that say so."""
    return {"picture_width": str(recipe.width), "picture_place": "keep" if recipe.keep_place else ""}


def key_of(source_hash: str, treatment: Treatment) -> str:
    """What the prepared picture is known by (SHA-256, hex): the file's own hash when nothing is done to it."""
    if treatment.is_none:
        return source_hash
    as_it_is = asdict(AS_IT_IS)  # what may be done besides some day must not change the keys of today
    done = " ".join(f"{name}={value}" for name, value in asdict(treatment).items() if value != as_it_is[name])
    return hashlib.sha256(f"post desk picture {source_hash} {done}".encode()).hexdigest()


def treatment_json(treatment: Treatment) -> dict[str, Any]:
    """The treatment as JSON values."""
    return asdict(treatment)


def treatment_from_json(values: dict[str, Any]) -> Treatment:
    """What `treatment_json` wrote; TypeError on anything else."""
    return Treatment(**values)
