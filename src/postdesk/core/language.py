"""Turns the program's English sentences into the writer's language.

The standard library's gettext serves every layer, the ones without Qt too; the catalogues lie in
`resources/translations/<language>/LC_MESSAGES/postdesk.mo`. Without a catalogue the English stays.
"""

from __future__ import annotations

import gettext as _gettext
from functools import lru_cache

from postdesk.core.resources import resource


@lru_cache(maxsize=1)
def _catalogue() -> _gettext.NullTranslations:
    """The catalogue for the process's language (LANGUAGE, LC_ALL, LC_MESSAGES, LANG), read at first use."""
    if not resource("translations").is_dir():
        return _gettext.NullTranslations()  # without asking for the language, which takes a while
    return _gettext.translation("postdesk", localedir=resource("translations"), fallback=True)


def _(text: str) -> str:
    """`text` in the writer's language; placeholders in braces are filled by the caller afterwards."""
    return _catalogue().gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """`one` or `many`, as the language's plural rule says for `count`, with `{count}` filled in."""
    return _catalogue().ngettext(one, many, count).format(count=count)
