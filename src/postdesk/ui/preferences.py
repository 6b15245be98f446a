"""The preferences: theme, text size, whom the preview may ask; each takes effect at once and is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QLocale, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
)

from postdesk.core.embeds import PROVIDERS, Provider
from postdesk.core.errors import PostDeskError
from postdesk.core.language import _
from postdesk.core.settings import TEXT_SIZES, Settings, save_settings
from postdesk.publishing.desk import Desk
from postdesk.ui.editor import Editor
from postdesk.ui.style import stylesheet
from postdesk.ui.theme import load_theme, palette, wants_dark
from postdesk.ui.toast import Toast
from postdesk.ui.window import MainWindow

_DECIMAL = QLocale.DataSizeFormat.DataSizeSIFormat


class Preferences(QObject):
    """Carries out and keeps the settings. `told(sentence)` when they could not be kept; they hold for this run
    then."""

    told = Signal(str)
    changed = Signal(object)  # the theme
    history_changed = Signal()  # how much disk older versions may take
    sites_changed = Signal()  # which sites may be asked for titles and pictures

    def __init__(self, desk: Desk, window: MainWindow, editor: Editor) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._editor = editor
        self._dark = wants_dark(desk.settings.theme)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._show_theme()
        self._editor.set_text_size(desk.settings.text_size)

    def set_theme(self, theme: str) -> None:
        """ "system", "light" or "dark"."""
        self._keep(replace(self._desk.settings, theme=theme))
        self._show_theme()
        self._apply()

    def step_text(self, by: int) -> None:
        """A step bigger (1) or smaller (-1), or (0) the size it had at first."""
        size = self._desk.settings.text_size + by if by else Settings().text_size
        self.set_text_size(size)

    def set_text_size(self, size: int) -> None:
        """The editor's text in px at 100 %."""
        size = min(max(size, TEXT_SIZES[0]), TEXT_SIZES[-1])
        self._keep(replace(self._desk.settings, text_size=size))
        self._editor.set_text_size(size)

    def set_site(self, slug: str, may_be_asked: bool) -> None:
        """Whether a site (by its slug) may be asked for titles and pictures."""
        self._keep(replace(self._desk.settings, sites={**self._desk.settings.sites, slug: may_be_asked}))
        self.sites_changed.emit()

    def set_history(self, megabytes: int) -> None:
        """How much disk older versions of posts may take; 0: any."""
        self._keep(replace(self._desk.settings, history=megabytes))
        self.history_changed.emit()

    def set_ask_links(self, wanted: bool) -> None:
        """Whether the servers that a post links to are asked before it is published."""
        self._keep(replace(self._desk.settings, ask_links=wanted))

    def set_order(self, order: str) -> None:
        """What the list is sorted by, one of `core.settings.ORDERS`."""
        self._keep(replace(self._desk.settings, order=order))

    def set_searches(self, searches: Mapping[str, str]) -> None:
        """The saved searches: what is typed, by name."""
        self._keep(replace(self._desk.settings, searches=dict(searches)))

    def offer_site(self, provider: Provider) -> None:
        """Ask her about a site, without holding her up; no answer is no consent, and no refusal either."""
        sentence = _(
            "Show titles and pictures from {site}? Asking {site} for them tells it what you link to."
        )
        choices = (
            (_("Allow"), partial(self.set_site, provider.slug, True)),
            (_("Don’t allow"), partial(self.set_site, provider.slug, False)),
        )
        self._window.toasts.say(Toast(sentence.format(site=provider.name), choices))

    def open(self) -> QDialog:
        """The window of the preferences."""
        dialog = QDialog(self._window)
        dialog.setWindowTitle(_("Preferences"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(dialog)
        column.setContentsMargins(24, 24, 24, 18)
        form = QFormLayout()
        form.setSpacing(12)
        theme = QComboBox()
        for value, words in (("system", _("Like the system")), ("light", _("Light")), ("dark", _("Dark"))):
            theme.addItem(words, value)
        theme.setCurrentIndex(theme.findData(self._desk.settings.theme))
        theme.currentIndexChanged.connect(lambda _index: self.set_theme(str(theme.currentData())))
        size = QSpinBox()
        size.setRange(TEXT_SIZES[0], TEXT_SIZES[-1])
        size.setSuffix(_(" px"))
        size.setValue(self._desk.settings.text_size)
        size.valueChanged.connect(self.set_text_size)
        library = QLabel(str(self._desk.library.root))
        library.setTextFormat(Qt.TextFormat.PlainText)
        library.setWordWrap(True)
        library.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        rows = (
            (_("Theme"), theme),
            (_("Text size"), size),
            (_("Ask for titles and pictures"), self._sites(dialog)),
            (_("Ask links before publishing"), self._links()),
            (_("Older versions"), self._history(dialog)),
            (_("Library"), library),
        )
        for words, widget in rows:
            label = QLabel(words)
            label.setProperty("kind", "field")
            label.setBuddy(widget)
            widget.setAccessibleName(words)
            form.addRow(label, widget)
            if widget.property("why"):
                note = QLabel(str(widget.property("why")))
                note.setTextFormat(Qt.TextFormat.PlainText)
                note.setProperty("kind", "soft")
                note.setWordWrap(True)
                note.setMaximumWidth(360)
                form.addRow("", note)
        column.addLayout(form)
        close = QPushButton(_("Close"))
        close.setProperty("kind", "quiet")
        close.clicked.connect(dialog.close)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        dialog.show()
        return dialog

    def _links(self) -> QCheckBox:
        """Whether links are asked, with what that tells to whom."""
        box = QCheckBox(_("See whether every link of a post has an answer"))
        why = _(
            "Each server that the post links to is asked for the page, and learns no more than that somebody at your "
            "address asked for it."
        )
        box.setProperty("why", why)
        box.setAccessibleDescription(why)
        box.setChecked(self._desk.settings.ask_links)
        box.toggled.connect(self.set_ask_links)
        return box

    def _history(self, dialog: QDialog) -> QComboBox:
        """How much disk older versions may take, with what they take now beside it."""
        choice = QComboBox(dialog)
        locale = QLocale()
        chosen = self._desk.settings.history
        for megabytes in sorted({100, 500, 2000, 10000, chosen} - {0}):
            choice.addItem(locale.formattedDataSize(megabytes * 10**6, 0, _DECIMAL), megabytes)
        choice.addItem(_("As much as they need"), 0)
        choice.setCurrentIndex(choice.findData(chosen))
        taken = locale.formattedDataSize(self._desk.library.history_size, 1, _DECIMAL)
        why = _(
            "Older versions of your posts take {size} on this computer. All of the last two days are kept, then one an "
            "hour, a day, a week, a month; when there is no room left, the oldest go first."
        ).format(size=taken)
        choice.setProperty("why", why)
        choice.setAccessibleDescription(why)
        choice.currentIndexChanged.connect(lambda _index: self.set_history(int(choice.currentData())))
        return choice

    def _sites(self, dialog: QDialog) -> QPushButton:
        """A button that names the sites which may be asked, with all of them to be ticked in its menu."""
        button = QPushButton(dialog)
        button.setProperty("kind", "quiet")
        why = _("Cards in the preview can show titles and pictures. Asking a site tells it what you link to.")
        button.setToolTip(why)
        menu = QMenu(button)
        button.setMenu(menu)

        def name_them() -> None:
            allowed = [p.name for p in PROVIDERS if self._desk.settings.sites.get(p.slug)]
            shown = ", ".join(allowed[:3]) or _("No site")
            if len(allowed) > 3:
                shown = _("{sites} and {count} more").format(sites=shown, count=len(allowed) - 3)
            button.setText(shown)
            button.setAccessibleDescription(f"{shown}. {why}")

        def answered(slug: str, may_be_asked: bool) -> None:
            self.set_site(slug, may_be_asked)
            name_them()

        for provider in PROVIDERS:
            entry = menu.addAction(provider.name)
            entry.setCheckable(True)
            entry.setChecked(self._desk.settings.sites.get(provider.slug, False))
            entry.toggled.connect(partial(answered, provider.slug))
        name_them()
        return button

    def _follow_system(self) -> None:
        if self._desk.settings.theme == "system":
            self._apply()

    def _apply(self) -> None:
        dark = wants_dark(self._desk.settings.theme)
        if dark != self._dark:
            self._dark = dark
            theme = load_theme(dark)
            application = QApplication.instance()
            if isinstance(application, QApplication):
                application.setPalette(palette(theme))
                application.setStyleSheet(stylesheet(theme))
            self._window.set_theme(theme)
            self.changed.emit(theme)

    def _show_theme(self) -> None:
        for name in ("system", "light", "dark"):
            self._window.actions_table.set_checked(f"theme_{name}", name == self._desk.settings.theme)

    def _keep(self, settings: Settings) -> None:
        self._desk.settings = settings
        try:
            save_settings(self._desk.folders, settings)
        except PostDeskError as error:
            self.told.emit(error.sentence)
