"""What she types into the search field, read: words, "phrases", -exclusions and operators such as `tag:`.

Whatever stands there half typed is a search already: an operator without a value asks for nothing yet, an unknown one
is a word, a quotation mark that is still open reaches to the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

OPERATORS = ("tag", "category", "blog", "state", "before", "after", "has", "links")
STATES = ("draft", "scheduled", "published", "waiting")

_PART = re.compile(
    r"""(?P<minus>-(?=[^\s-]))?
        (?:(?P<operator>[A-Za-z]+):(?:"(?P<quoted>[^"]*)(?:"|\Z)|(?P<value>[^\s"]*))
          |"(?P<phrase>[^"]*)(?:"|\Z)
          |(?P<word>[^\s"]+))""",
    re.VERBOSE,
)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_HALF_A_DATE = re.compile(r"\d{0,4}(?:-\d{0,2}){0,2}")
_PICTURES = frozenset({"picture", "pictures", "image", "images", "photo"})


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase to look for. A word counts where a word begins with it."""

    words: str
    phrase: bool = False
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """`operator` is one of `OPERATORS`. `value` is case-folded; of "before" and "after" it is `moment` instead, an
    instant with an offset."""

    operator: str
    value: str = ""
    moment: datetime | None = None
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All of it has to hold of a post."""

    terms: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms or self.filters)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The words that a hit shows: what is to be marked in the text."""
        return tuple(term.words for term in self.terms if not term.excluded)


def read_query(text: str) -> Query:
    """`text` as it is typed. Never raises."""
    terms: list[Term] = []
    filters: list[Filter] = []
    for part in _PART.finditer(text):
        excluded = part["minus"] is not None
        operator = (part["operator"] or "").casefold()
        if part["phrase"] is not None:
            terms += _term(part["phrase"], True, excluded)
        elif part["word"] is not None:
            terms += _term(part["word"], False, excluded)
        elif operator in OPERATORS:
            value = part["quoted"] if part["quoted"] is not None else part["value"]
            found = _filter(operator, " ".join(value.split()), excluded)
            if found is None:
                terms += _term(part[0].removeprefix("-"), False, excluded)
            elif found.value or found.moment is not None:
                filters.append(found)
        else:
            terms += _term(part[0].removeprefix("-") if excluded else part[0], False, excluded)
    return Query(tuple(terms), tuple(filters))


def _term(words: str, phrase: bool, excluded: bool) -> list[Term]:
    words = " ".join(words.replace('"', " ").split())
    return [Term(words, phrase, excluded)] if any(letter.isalnum() for letter in words) else []


def _filter(operator: str, value: str, excluded: bool) -> Filter | None:
    """None for what cannot be meant: it is looked for as it stands."""
    if operator in ("before", "after"):
        moment = _moment(value)
        if moment is None and not _HALF_A_DATE.fullmatch(value):
            return None
        return Filter(operator, "", moment, excluded)
    value = value.casefold()
    if operator == "has":
        if value in _PICTURES:
            return Filter(operator, "picture", None, excluded)
        return Filter(operator) if any(name.startswith(value) for name in _PICTURES) else None
    if operator == "state" and value:
        state = next((state for state in STATES if state.startswith(value.removesuffix("s"))), None)
        return None if state is None else Filter(operator, state, None, excluded)
    return Filter(operator, value, None, excluded)


def _moment(value: str) -> datetime | None:
    """The beginning of a year, a month or a day by the writer's clock."""
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        return datetime(year, month, day).astimezone()  # by the writer’s clock
    except (ValueError, OverflowError, OSError):
        return None
