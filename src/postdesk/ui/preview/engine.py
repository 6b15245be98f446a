"""The web engine in a cage: a page that runs no script of its own, loads nothing but what we serve, and goes nowhere.

Imported only when the engine is started (`web.py`), never on the way to the first paint. Each wall holds without the
others: settings, content security policy, request interceptor, navigation, and the cleaned HTML (`markup.clean`).
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import QBuffer, QByteArray, QObject, QUrl, Signal
from PySide6.QtGui import QColor
from PySide6.QtWebEngineCore import (
    QWebEnginePage,
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlSchemeHandler,
)

from postdesk.core.errors import PostDeskError
from postdesk.ui.preview.links import followed
from postdesk.ui.preview.scheme import HOST, SCHEME
from postdesk.ui.tasks import Tasks

_log = logging.getLogger(__name__)

# Style attributes are allowed: tables carry their alignment in one. What such a style could load is stopped by img-src
# and the interceptor.
_POLICY = (
    f"default-src 'none'; script-src 'none'; style-src {SCHEME}:; style-src-attr 'unsafe-inline'; img-src {SCHEME}:; "
    f"font-src {SCHEME}:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    b"Content-Security-Policy": _POLICY.encode("ascii"),
    b"X-Content-Type-Options": b"nosniff",
    b"Referrer-Policy": b"no-referrer",
    b"Cross-Origin-Resource-Policy": b"same-origin",
}

_On = QWebEngineSettings.WebAttribute
_OFF = (
    _On.JavascriptEnabled, _On.JavascriptCanOpenWindows, _On.JavascriptCanAccessClipboard, _On.JavascriptCanPaste,
    _On.LocalStorageEnabled, _On.LocalContentCanAccessRemoteUrls, _On.LocalContentCanAccessFileUrls,
    _On.HyperlinkAuditingEnabled, _On.PluginsEnabled, _On.FullScreenSupportEnabled, _On.ScreenCaptureEnabled,
    _On.WebGLEnabled, _On.AutoLoadIconsForPage, _On.TouchIconsEnabled, _On.AllowRunningInsecureContent,
    _On.AllowGeolocationOnInsecureOrigins, _On.AllowWindowActivationFromJavaScript, _On.DnsPrefetchEnabled,
    _On.PdfViewerEnabled, _On.NavigateOnDropEnabled, _On.ErrorPageEnabled, _On.ReadingFromCanvasEnabled,
    _On.BackForwardCacheEnabled, _On.ScrollAnimatorEnabled, _On.FocusOnNavigationEnabled,
)  # fmt: skip
_ON = (_On.WebRTCPublicInterfacesOnly, _On.PlaybackRequiresUserGesture, _On.LinksIncludedInFocusChain)

Serve = Callable[[str], tuple[str, bytes]]


class _Gate(QWebEngineUrlRequestInterceptor):
    """Stops every request that is not for us, the hops of redirects too."""

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        try:
            if info.requestUrl().scheme() == SCHEME:
                return
        except Exception:  # fail closed, whatever the binding makes of a strange address
            _log.exception("a request could not be judged and was stopped")
        info.block(True)


class Server(QWebEngineUrlSchemeHandler):
    """Answers what the page asks for: its own files (media type and bytes) at once, pictures from a worker."""

    def __init__(self, pages: Serve, picture: Serve, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._pages = pages
        self._picture = picture
        self._tasks = tasks

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        try:
            self._answer(job)
        except Exception:  # an exception would leave the job open, and the page waiting for it
            _log.exception("a request of the preview page failed")
            job.fail(QWebEngineUrlRequestJob.Error.RequestFailed)

    def _answer(self, job: QWebEngineUrlRequestJob) -> None:
        url = job.requestUrl()
        if bytes(job.requestMethod().data()) != b"GET" or url.host() != HOST:
            job.fail(QWebEngineUrlRequestJob.Error.RequestDenied)
            return
        address = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        path = url.path()
        try:
            self._reply(job, *self._pages(path))
            return
        except KeyError:
            pass

        def done(found: tuple[str, bytes]) -> None:
            self._reply(job, *found)

        def failed(error: Exception) -> None:
            if not isinstance(error, PostDeskError | KeyError):
                _log.error("a picture could not be served", exc_info=error)
            # The page may have dropped the request meanwhile.
            if shiboken6.isValid(job):
                job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)

        self._tasks.run(lambda: self._picture(address), done, failed)

    @staticmethod
    def _reply(job: QWebEngineUrlRequestJob, kind: str, content: bytes) -> None:
        if not shiboken6.isValid(job):
            return
        job.setAdditionalResponseHeaders(
            {QByteArray(name): [QByteArray(value)] for name, value in _HEADERS.items()}  # type: ignore[misc]
        )
        # The buffer owns its bytes: a QBuffer over a QByteArray of ours would point at nothing when this method ends.
        buffer = QBuffer(job)
        buffer.setData(QByteArray(content))
        job.reply(kind.encode("ascii"), buffer)


class Page(QWebEnginePage):
    """The one page. Its address is new with every load, and no other can be gone to."""

    link_clicked = Signal(str)

    def __init__(self, profile: QWebEngineProfile, ground: str, parent: QObject) -> None:
        super().__init__(profile, parent)
        self._address = ""
        harden(self.settings())
        self.setBackgroundColor(QColor(ground))
        # Windows of its own: a target=_blank, Ctrl-click or middle click never comes to acceptNavigationRequest.
        self.newWindowRequested.connect(self._new_window)
        for signal, refuse in (
            (self.permissionRequested, lambda asked: asked.deny()),
            (self.fullScreenRequested, lambda asked: asked.reject()),
            (self.registerProtocolHandlerRequested, lambda asked: asked.reject()),
            (self.fileSystemAccessRequested, lambda asked: asked.reject()),
            (self.desktopMediaRequested, lambda asked: asked.cancel()),
            (self.webAuthUxRequested, lambda asked: asked.cancel()),
            (self.selectClientCertificate, lambda asked: asked.selectNone()),
            (self.certificateError, lambda error: error.rejectCertificate()),
            # An authenticator that stays empty cancels the request.
            (self.authenticationRequired, lambda _url, _asked: None),
            (self.proxyAuthenticationRequired, lambda _url, _asked, _host: None),
        ):
            _connect(signal, refuse)

    def open(self) -> str:
        """Load the page anew; returns its root, which ends with a slash."""
        self._address = f"{SCHEME}://{HOST}/{secrets.token_urlsafe(12)}/"
        self.load(QUrl(self._address))
        return self._address

    @property
    def address(self) -> str:
        """The root of the page that is loaded or loading."""
        return self._address

    def acceptNavigationRequest(
        self, url: QUrl | str, kind: QWebEnginePage.NavigationType, isMainFrame: bool
    ) -> bool:
        # An exception here would be logged by the binding and the engine would take its own decision.
        try:
            return self._may_go(QUrl(url), kind, isMainFrame)
        except Exception:
            _log.exception("a navigation of the preview could not be judged and was refused")
            return False

    def _may_go(self, url: QUrl, kind: QWebEnginePage.NavigationType, main: bool) -> bool:
        address = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        # Without the fragment: after a jump to a footnote the page's own address has one.
        # (QUrl.adjusted(RemoveFragment) raises TypeError in PySide 6.11.)
        if main and self._address and address.partition("#")[0] == self._address:
            return kind in (
                QWebEnginePage.NavigationType.NavigationTypeTyped,
                QWebEnginePage.NavigationType.NavigationTypeLinkClicked,
                QWebEnginePage.NavigationType.NavigationTypeOther,
            ) and ("#" in address or kind is not QWebEnginePage.NavigationType.NavigationTypeLinkClicked)
        if kind is QWebEnginePage.NavigationType.NavigationTypeLinkClicked:
            self.click(address)
        return False

    def click(self, address: str) -> None:
        """A link was clicked: tell it when it may be opened at all. Nothing is handed to the system from here."""
        allowed = followed(address)
        if allowed:
            self.link_clicked.emit(allowed)

    def _new_window(self, request: Any) -> None:
        # Not answered with openIn(), so no window comes of it.
        if request.isUserInitiated():
            self.click(request.requestedUrl().toString(QUrl.ComponentFormattingOption.FullyEncoded))

    def createWindow(self, kind: QWebEnginePage.WebWindowType) -> QWebEnginePage:
        return None  # type: ignore[return-value]  # Qt: no window

    def chooseFiles(self, mode: QWebEnginePage.FileSelectionMode, old: Any, kinds: Any) -> list[str]:
        return []

    def javaScriptAlert(self, origin: QUrl | str, message: str) -> None:
        pass

    def javaScriptConfirm(self, origin: QUrl | str, message: str) -> bool:
        return False

    def javaScriptPrompt(self, origin: QUrl | str, message: str, default: str) -> tuple[bool, str]:
        return False, ""

    def javaScriptConsoleMessage(
        self, level: QWebEnginePage.JavaScriptConsoleMessageLevel, message: str, line: int, source: str
    ) -> None:
        # A hostile post could fill the log; what our own script says matters while it is written.
        _log.debug("preview page, line %d: %s", line, message[:500])


def _connect(signal: Any, refuse: Callable[..., object]) -> None:
    signal.connect(refuse)


_FLAGS = "QTWEBENGINE_CHROMIUM_FLAGS"
# No name and no address leads anywhere: `<link rel=preconnect>` opens a bare connection that neither the policy nor the
# interceptor is asked about (seen with Qt 6.11), and a name that is looked up tells its owner.
_NOWHERE = '--host-resolver-rules="MAP * ~NOTFOUND"'


# Replaced pieces of the page stay in memory until the engine's collector runs, which on a page without scripts is
# hardly ever: `web.py` asks for it. Seen with 1 MB of text: 181 MB after 600 keys, 95 after the collector.
_COLLECTOR = "--js-flags=--expose-gc"


def make_profile(parent: QObject | None = None) -> QWebEngineProfile:
    """A profile that keeps nothing on disk and loads nothing from outside."""
    before = os.environ.get(_FLAGS)
    os.environ[_FLAGS] = f"{before or ''} {_NOWHERE} {_COLLECTOR}".strip()
    try:
        profile = QWebEngineProfile(parent)  # without a name it is off the record
    finally:
        # The engine has read it; the browser that a link is handed to must not inherit it.
        if before is None:
            del os.environ[_FLAGS]
        else:
            os.environ[_FLAGS] = before
    profile.setHttpCacheType(QWebEngineProfile.HttpCacheType.NoCache)
    profile.setPersistentCookiesPolicy(QWebEngineProfile.PersistentCookiesPolicy.NoPersistentCookies)
    profile.setPersistentPermissionsPolicy(QWebEngineProfile.PersistentPermissionsPolicy.AskEveryTime)
    profile.setSpellCheckEnabled(False)
    profile.setPushServiceEnabled(False)
    harden(profile.settings())
    gate = _Gate(profile)
    profile.setUrlRequestInterceptor(gate)
    # A link with a `download` attribute never comes to acceptNavigationRequest.
    profile.downloadRequested.connect(lambda download: download.cancel())
    profile.cookieStore().setCookieFilter(lambda _request: False)
    return profile


def harden(settings: QWebEngineSettings) -> None:
    """Everything off that a page to look at does not need."""
    for attribute in _OFF:
        settings.setAttribute(attribute, False)
    for attribute in _ON:
        settings.setAttribute(attribute, True)
    # With "disallow" the engine swallows mailto: before acceptNavigationRequest is asked; asked, it refuses them all.
    settings.setUnknownUrlSchemePolicy(
        QWebEngineSettings.UnknownUrlSchemePolicy.AllowUnknownUrlSchemesFromUserInteraction
    )
