"""The kinds of blog that are installed, found by entry point and imported only when used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from postdesk.backends.base import BackendKind, Found
from postdesk.core.errors import BackendError, SettingsError
from postdesk.core.language import _

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    import httpx2

GROUP = "postdesk.backends"


class Registry:
    """Backend kinds by name; a kind's code is imported at its first use."""

    def __init__(self, points: tuple[EntryPoint, ...] | None = None) -> None:
        self._given = points
        self._kinds: dict[str, BackendKind] = {}

    @cached_property
    def _points(self) -> dict[str, EntryPoint]:
        from importlib.metadata import entry_points  # it reads what every installed package says of itself

        given = self._given if self._given is not None else tuple(entry_points(group=GROUP))
        return {point.name: point for point in given}

    @property
    def names(self) -> tuple[str, ...]:
        """The installed kinds, sorted."""
        return tuple(sorted(self._points))

    def kind(self, name: str) -> BackendKind:
        """The kind called `name`; `SettingsError` when it is not installed."""
        if name not in self._kinds:
            if name not in self._points:
                raise SettingsError(
                    _("This program has no part for the kind of blog called “{name}”.").format(name=name),
                    _("Nothing was sent."),
                    _("Install the plug-in that this account was made with, or remove the account."),
                )
            self._kinds[name] = self._points[name].load()
        return self._kinds[name]

    def recognise(self, address: str, http: httpx2.Client) -> Found | None:
        """The blog at an address as the writer pasted it, asked of every installed kind; None when no kind knows it.

        Kinds that need no network are asked first. Raises the `BackendError` of the kind that nearly knew it.
        """
        nearly: BackendError | None = None
        for kind in sorted((self.kind(name) for name in self.names), key=lambda k: k.needs_password):
            try:
                found = kind.recognise(address, http)
            except BackendError as error:
                nearly = nearly or error
            else:
                if found is not None:
                    return found
        if nearly is not None:
            raise nearly
        return None
