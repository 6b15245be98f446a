"""The preview's own address scheme: nothing but what the program serves by itself lies behind it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt

_GRAPHICS = Path("/dev/dri")  # where Linux has its graphics cards
SCHEME = "postdesk-preview"
HOST = "page"


def prepare() -> None:
    """Call before the QApplication is made. Does not import the engine.

    The engine shares its OpenGL context with the window's (Qt WebEngine, "Initialization"); only this attribute has
    to be set so early.
    """
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    # A native pane beside others must not make those native, too.
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontCreateNativeWidgetSiblings)
    choose_painting()


def choose_painting() -> None:
    """Without a graphics card OpenGL would be computed by the processor: slower than pixels that it paints itself
    (docs/decisions/014). What is set already stays."""
    if sys.platform == "linux" and not _GRAPHICS.exists():
        os.environ.setdefault("QT_QUICK_BACKEND", "software")


def register_scheme() -> None:
    """Make the scheme known to the engine: before the first profile, and once. Imports the engine's core.

    Qt asks for this before the QApplication; Qt 6.11 takes it until the first profile is made (checked by
    tests/ui/preview/test_engine.py: the page is a secure context of its own origin), which keeps the import off the
    way to the first paint.
    """
    from PySide6.QtWebEngineCore import QWebEngineUrlScheme

    name = SCHEME.encode("ascii")
    if QWebEngineUrlScheme.schemeByName(name).name().size():
        return
    scheme = QWebEngineUrlScheme(name)
    scheme.setSyntax(QWebEngineUrlScheme.Syntax.Host)
    # Only this one. With LocalScheme, LocalAccessAllowed, CorsEnabled or ContentSecurityPolicyIgnored the page
    # could reach files, be read from elsewhere, or shed its policy.
    scheme.setFlags(QWebEngineUrlScheme.Flag.SecureScheme)
    QWebEngineUrlScheme.registerScheme(scheme)
