"""The one table of what the writer can do; menus, shortcuts, the header, the list and the palette read it.

To add a command, add one row to `ACTIONS` and connect its name where it is carried out. Names, not texts, are
what the rest of the program uses.

Long because it is one table, which is read best in one place.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from postdesk.core.language import _

Key = QKeySequence.StandardKey
Role = QAction.MenuRole

#: What must be true for an action to make sense; the window's controller says which of them hold now.
CONDITIONS = frozenset(
    {
        "post",  # a post is open, written here or fetched
        "writable",  # the open post can be typed into
        "file",  # the open post is a file of the library
        "selection",  # some text of the post is selected
        "account",  # there is a blog to publish to
        "accounts",  # there are two or more
        "on the net",  # that blog is a server's, no folder
        "published",  # the open post is on the chosen blog, live or scheduled
        "address",  # the open post has an address that readers can open
        "changed there",  # somebody changed the open post on the blog, and she has to decide
        "publishable",  # the one button has something to do
        "schedule",  # the open post can go out at a later time: readers do not have it yet
        "unpublish",  # the chosen blog can take a post offline
        "trash",  # the chosen blog can delete a post
        "scheduled",  # the open post waits on the chosen blog for its date
        "on the blog",  # it is known what the chosen blog has of the open post
        "from the blog",  # the open post came from the chosen blog
        "converted",  # the open post was converted, and did not go out since
        "undo publish",  # what was done last on the chosen blog can be taken back
        "conflict",  # two versions are shown side by side
        "found",  # there is something to find the next one of
        "git",  # the library is a git repository
        "no git",  # it is none and could be made one
    }
)


@dataclass(frozen=True, slots=True)
class Action:
    """One command. `menu` is a path of menu keys ("Format/Heading") or "" for the palette alone; `words` are
    other things she may call it; `needs` are the `CONDITIONS` that must all hold. `otherwise` is the shortcut
    where the platform has none of the standard kind. `group` makes checkable actions exclusive; `gap` puts a
    line above it in its menu; `places` are the short menus it is in, too: "button" (beside Publish) and "row"
    (on a post of the list).
    """

    name: str
    text: str
    menu: str
    shortcut: QKeySequence.StandardKey | str | None = None
    otherwise: str = ""
    icon: str = ""
    words: str = ""
    needs: frozenset[str] = frozenset()
    checkable: bool = False
    group: str = ""
    gap: bool = False
    palette: bool = True
    places: frozenset[str] = frozenset()
    role: QAction.MenuRole = Role.NoRole


def _n(*conditions: str) -> frozenset[str]:
    return frozenset(conditions)


_POST, _WRITE = _n("post"), _n("post", "writable")
_ROW, _BUTTON, _BOTH = _n("row"), _n("button"), _n("row", "button")

#: Menu paths in order, with what the writer reads.
MENUS: tuple[tuple[str, str], ...] = (
    ("File", _("&File")),
    ("Edit", _("&Edit")),
    ("Format", _("F&ormat")),
    ("Format/Heading", _("&Heading")),
    ("View", _("&View")),
    ("View/Sort", _("So&rt Posts By")),
    ("View/Theme", _("The&me")),
    ("Post", _("&Post")),
    ("Post/Convert", _("Conv&ert")),
    ("Blog", _("&Blog")),
    ("Go", _("&Go")),
    ("Help", _("&Help")),
)

# A table is read in columns.
# fmt: off
ACTIONS: tuple[Action, ...] = (
    Action("new", _("&New Post"), "File", Key.New, icon="plus", words=_("write draft create")),
    Action("open_library", _("&Open Library…"), "File", Key.Open, icon="folder-open", words=_("folder")),
    Action("save", _("&Save"), "File", Key.Save, icon="save", needs=_n("post", "writable", "file"), gap=True),
    Action("rename", _("&Rename…"), "File", "F2", icon="pencil", words=_("file name title"),
           needs=_n("post", "file"), places=_ROW),
    Action("duplicate", _("&Duplicate"), "File", "Ctrl+Shift+D", icon="copy", words=_("copy post"),
           needs=_n("post", "file"), places=_ROW),
    Action("show_in_folder", _("Show in &File Manager"), "File", icon="folder",
           words=_("reveal Finder Explorer"), needs=_n("post", "file"), places=_ROW),
    Action("trash", _("Move to &Trash"), "File", icon="trash-2", words=_("delete remove file"),
           needs=_n("post", "file"), gap=True, places=_ROW),
    Action("restore_from_trash", _("Restore from Tras&h…"), "File", icon="undo-2", words=_("bring back undelete")),
    Action("sync", _("S&ync"), "File", "Shift+F5", icon="git-merge",
           words=_("git backup back up pull push commit machines"), needs=_n("git"), gap=True),
    Action("make_repository", _("&Make This Library a Git Repository…"), "File", icon="git-merge",
           words=_("backup back up sync machines"), needs=_n("no git")),
    Action("import", _("&Import…"), "File", icon="download", words=_("WordPress Ghost Hugo Jekyll bring"),
           gap=True),
    Action("export", _("&Export…"), "File", icon="upload", words=_("zip Markdown HTML page PDF print")),
    Action("rename_tag", _("Rename Ta&g or Category…"), "File", icon="pencil",
           words=_("merge remove tags categories all posts"), gap=True),
    Action("preferences", _("&Preferences…"), "File", Key.Preferences, otherwise="Ctrl+,", icon="settings",
           words=_("settings options"), gap=True, role=Role.PreferencesRole),
    Action("quit", _("&Quit"), "File", Key.Quit, otherwise="Ctrl+Q", icon="x", words=_("exit close"),
           gap=True, role=Role.QuitRole),

    Action("undo", _("&Undo"), "Edit", Key.Undo, icon="undo-2"),
    Action("redo", _("&Redo"), "Edit", Key.Redo, icon="redo-2"),
    Action("cut", _("Cu&t"), "Edit", Key.Cut, icon="scissors", gap=True),
    Action("copy", _("&Copy"), "Edit", Key.Copy, icon="copy"),
    Action("paste", _("&Paste"), "Edit", Key.Paste, icon="clipboard-paste"),
    Action("paste_plain", _("Paste as P&lain Text"), "Edit", "Ctrl+Shift+V", icon="clipboard-paste",
           words=_("without formatting"), needs=_WRITE),
    Action("select_all", _("Select &All"), "Edit", Key.SelectAll),
    Action("find", _("&Find…"), "Edit", Key.Find, icon="search", words=_("search in the post"), needs=_POST,
           gap=True),
    Action("find_next", _("Find &Next"), "Edit", Key.FindNext, otherwise="F3", icon="chevron-down",
           needs=_n("post", "found")),
    Action("find_previous", _("Find Pre&vious"), "Edit", Key.FindPrevious, otherwise="Shift+F3",
           icon="chevron-up", needs=_n("post", "found")),
    Action("replace", _("R&eplace…"), "Edit", Key.Replace, otherwise="Ctrl+H", icon="replace",
           words=_("find change"), needs=_WRITE),

    Action("bold", _("&Bold"), "Format", Key.Bold, icon="bold", words=_("strong"), needs=_WRITE),
    Action("italic", _("&Italic"), "Format", Key.Italic, icon="italic", words=_("emphasis"), needs=_WRITE),
    Action("strikethrough", _("&Strikethrough"), "Format", "Ctrl+Shift+X", icon="strikethrough",
           words=_("deleted"), needs=_WRITE),
    Action("code", _("&Code"), "Format", "Ctrl+E", icon="code", words=_("monospace"), needs=_WRITE),
    Action("link", _("&Link"), "Format", "Ctrl+K", icon="link", words=_("address URL"), needs=_WRITE),
    Action("link_post", _("Link &to a Post…"), "Format", "Ctrl+Shift+K", icon="link",
           words=_("from the archive previous own older posts"), needs=_WRITE),
    Action("heading_1", _("Heading &1"), "Format/Heading", "Ctrl+1", icon="heading-1", needs=_WRITE),
    Action("heading_2", _("Heading &2"), "Format/Heading", "Ctrl+2", icon="heading-2", needs=_WRITE),
    Action("heading_3", _("Heading &3"), "Format/Heading", "Ctrl+3", icon="heading-3", needs=_WRITE),
    Action("heading_4", _("Heading &4"), "Format/Heading", "Ctrl+4", icon="heading-4", needs=_WRITE),
    Action("quote", _("&Quotation"), "Format", "Ctrl+Shift+9", icon="quote", words=_("blockquote cite"),
           needs=_WRITE, gap=True),
    Action("bulleted_list", _("B&ulleted List"), "Format", "Ctrl+Shift+8", icon="list", words=_("points"),
           needs=_WRITE),
    Action("numbered_list", _("&Numbered List"), "Format", "Ctrl+Shift+7", icon="list-ordered", needs=_WRITE),
    Action("rule", _("Horizontal &Rule"), "Format", icon="minus", words=_("line separator"), needs=_WRITE,
           gap=True),
    Action("insert_picture", _("Insert &Picture…"), "Format", "Ctrl+Shift+I", icon="image",
           words=_("photo image"), needs=_WRITE),

    Action("sidebar", _("&Sidebar"), "View", "F9", icon="panel-left", words=_("list of posts"),
           checkable=True),
    Action("preview", _("&Preview"), "View", "Ctrl+R", icon="panel-right", words=_("look result"),
           checkable=True),
    Action("details", _("&Details"), "View", "Ctrl+Shift+T", icon="info", checkable=True,
           words=_("tags categories slug date excerpt address visibility")),
    Action("focus_mode", _("&Focus Mode"), "View", "F8", icon="maximize",
           words=_("only the text distraction"), checkable=True, gap=True),
    Action("dim_others", _("Dim &Other Paragraphs"), "View", "Shift+F8", icon="focus",
           words=_("focus paragraph concentrate"),
           checkable=True),
    Action("typewriter", _("&Typewriter Mode"), "View", "Ctrl+F8", icon="rows-2",
           words=_("line middle centre scroll"),
           checkable=True),
    Action("full_screen", _("F&ull Screen"), "View", Key.FullScreen, otherwise="F11", icon="maximize-2",
           checkable=True),
    Action("bigger", _("&Bigger Text"), "View", Key.ZoomIn, otherwise="Ctrl++", icon="zoom-in",
           words=_("zoom size"), gap=True),
    Action("smaller", _("Sm&aller Text"), "View", Key.ZoomOut, otherwise="Ctrl+-", icon="zoom-out",
           words=_("zoom size")),
    Action("normal_size", _("&Normal Text Size"), "View", "Ctrl+0", words=_("zoom reset")),
    Action("sort_changed", _("Last &Change"), "View/Sort", words=_("sort order posts list newest"), checkable=True,
           group="order"),
    Action("sort_published", _("Date of &Publication"), "View/Sort", words=_("sort order posts list"),
           checkable=True, group="order"),
    Action("sort_title", _("&Title"), "View/Sort", words=_("sort order posts list alphabet name"), checkable=True,
           group="order"),
    Action("theme_system", _("Like the &System"), "View/Theme", words=_("colours theme"), checkable=True,
           group="theme"),
    Action("theme_light", _("&Light"), "View/Theme", icon="sun", words=_("colours theme bright"),
           checkable=True, group="theme"),
    Action("theme_dark", _("&Dark"), "View/Theme", icon="moon", words=_("colours theme night"),
           checkable=True, group="theme"),

    Action("publish", _("&Publish"), "Post", "Ctrl+Shift+Return", icon="send", words=_("update send live"),
           needs=_n("post", "publishable")),
    Action("publish_options", _("&Check and Publish…"), "Post", icon="list-checks",
           words=_("plan steps check before"), needs=_n("post", "account"), places=_BUTTON),
    Action("schedule", _("Schedu&le…"), "Post", icon="clock", words=_("later date time"),
           needs=_n("post", "account", "schedule"), places=_BUTTON),
    Action("publish_now", _("Publish N&ow"), "Post", icon="send", words=_("at once instead of scheduled"),
           needs=_n("post", "scheduled", "file"), places=_BUTTON),
    Action("publish_several", _("Publish to Sever&al Blogs…"), "Post", icon="send",
           words=_("cross-post copy another elsewhere"), needs=_n("post", "accounts", "file"), places=_BUTTON),
    Action("compare_blog", _("Co&mpare with the Blog…"), "Post", icon="git-merge",
           words=_("conflict versions changed colleague merge"), needs=_n("post", "changed there")),
    Action("view_on_blog", _("&View on Blog"), "Post", icon="external-link", words=_("open browser"),
           needs=_n("post", "address"), gap=True, places=_BOTH),
    Action("copy_address", _("Copy Addre&ss"), "Post", icon="link", words=_("link URL"),
           needs=_n("post", "address"), places=_BOTH),
    Action("undo_publish", _("U&ndo Last Publish"), "Post", icon="undo-2", words=_("revert take back"),
           needs=_n("post", "undo publish"), gap=True),
    Action("show_source", _("Show Source of the Bloc&k"), "Post", "Ctrl+Alt+K", icon="code",
           words=_("card HTML hide close open"), needs=_POST, gap=True),
    Action("history", _("&History…"), "Post", "Ctrl+Alt+H", icon="history",
           words=_("versions older time restore back changes"), needs=_n("post", "file"), gap=True, places=_ROW),
    Action("show_change", _("&What Will Change…"), "Post", icon="list-checks",
           words=_("diff difference compare before update"), needs=_n("post", "file", "published")),
    Action("bring_pictures", _("Br&ing This Post's Pictures Here"), "Post", icon="image",
           words=_("download offline copy photos fetch"), needs=_n("post", "file", "published")),
    Action("back_to_blog", _("Back to What the Blo&g Has"), "Post", icon="undo-2",
           words=_("revert discard changes server version reset"), needs=_n("post", "writable", "file", "on the blog")),
    Action("convert_markdown", _("Convert to &Markdown…"), "Post/Convert", icon="pencil",
           words=_("cards lost HTML blocks plain"), needs=_n("post", "writable", "file", "from the blog")),
    Action("convert_blocks", _("Convert to &Blocks…"), "Post/Convert", icon="rows-2",
           words=_("Gutenberg classic HTML block editor"), needs=_n("post", "writable", "file", "from the blog")),
    Action("undo_conversion", _("&Take Back the Conversion"), "Post/Convert", icon="undo-2",
           words=_("undo map cards"), needs=_n("post", "writable", "converted")),
    Action("publishing_history", _("History of Pu&blishing…"), "Post", icon="history",
           words=_("log timeline what happened request answer bug report"), needs=_n("post", "file"), places=_ROW),
    Action("unpublish", _("&Unpublish"), "Post", icon="eye-off", words=_("take offline draft"),
           needs=_n("post", "published", "unpublish"), places=_BUTTON),
    Action("delete_from_blog", _("&Delete from Blog…"), "Post", icon="trash-2", words=_("remove trash"),
           needs=_n("post", "published", "trash")),

    Action("add_blog", _("&Add Blog…"), "Blog", icon="plus", words=_("account WordPress connect")),
    Action("edit_blog", _("&Edit Blog…"), "Blog", icon="pencil", words=_("account password connection pictures"),
           needs=_n("account")),
    Action("remove_blog", _("&Remove Blog…"), "Blog", icon="trash-2", words=_("account forget"),
           needs=_n("account")),
    Action("default_blog", _("Make &Default"), "Blog", icon="check", words=_("account library"),
           needs=_n("account")),
    Action("refresh", _("Re&fresh Posts"), "Blog", Key.Refresh, otherwise="F5", icon="refresh-cw",
           words=_("fetch archive published"), needs=_n("account"), gap=True),
    Action("pull", _("Bring the Blog's Posts &Here"), "Blog", icon="download",
           words=_("pull archive fetch download edit offline"), needs=_n("account")),
    Action("bring_all_pictures", _("Bring the Blog's Pi&ctures Here"), "Blog", icon="image",
           words=_("download offline copy photos fetch archive"), needs=_n("account")),
    Action("clear_pictures", _("Remove Unused Copies of Pictures"), "", icon="trash-2",
           words=_("clear space disk brought photos")),
    Action("look_like_blog", _("&Look Like the Blog…"), "Blog", icon="palette",
           words=_("preview theme style sheet fonts design as on the blog"), needs=_n("account", "on the net")),
    Action("outbox", _("&Outbox"), "Blog", icon="inbox", words=_("waiting queue connection")),
    Action("pause_outbox", _("&Pause Sending"), "Blog", words=_("outbox hold stop everything go on"),
           checkable=True),

    Action("search_posts", _("&Search Posts"), "Go", "Ctrl+Shift+F", icon="search", words=_("find archive")),
    Action("searches", _("Saved Searches and &Hints…"), "Go", "Ctrl+Alt+F", icon="star",
           words=_("find archive operators tag date save")),
    Action("next_post", _("&Next Post"), "Go", "Ctrl+PgDown", icon="chevron-down", gap=True),
    Action("previous_post", _("Pre&vious Post"), "Go", "Ctrl+PgUp", icon="chevron-up"),
    Action("next_difference", _("Next &Difference"), "Go", "Alt+Down", words=_("conflict versions compare"),
           needs=_n("conflict"), gap=True),
    Action("previous_difference", _("Previous Di&fference"), "Go", "Alt+Up", words=_("conflict versions compare"),
           needs=_n("conflict")),
    Action("go_title", _("Go to &Title"), "Go", "Ctrl+L", words=_("headline"), needs=_POST, gap=True),
    Action("go_editor", _("Go to &Editor"), "Go", "Ctrl+J", words=_("text write"), needs=_POST),
    Action("outline", _("&Outline…"), "Go", "Ctrl+Shift+O", icon="text", words=_("headings sections contents jump"),
           needs=_POST),
    Action("go_preview", _("Go to &Preview"), "Go", words=_("look result"), needs=_POST),
    Action("next_pane", _("Next P&ane"), "Go", "F6", words=_("focus")),
    Action("palette", _("&Command Palette…"), "Go", "Ctrl+Shift+P", icon="command", gap=True, palette=False),

    Action("shortcuts", _("&Keyboard Shortcuts"), "Help", Key.HelpContents, otherwise="F1", icon="keyboard",
           words=_("keys help")),
    Action("font_licences", _("&Licences of Fonts and Icons"), "Help", words=_("OFL free")),
    Action("about", _("&About Post Desk"), "Help", words=_("version"), gap=True, role=Role.AboutRole),
)
# fmt: on


def plain(text: str) -> str:
    """`text` without the marks of its access key."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def sequences(action: Action) -> list[QKeySequence]:
    """The action's shortcuts on this platform, the one to show first; empty where it has none."""
    if action.shortcut is None:
        return []
    if isinstance(action.shortcut, str):
        return [QKeySequence(action.shortcut)]
    bound = QKeySequence.keyBindings(action.shortcut)
    if action.name == "bigger" and sys.platform != "darwin":
        # Plus lies on the shifted Equals key of many keyboards; every browser takes the unshifted one.
        bound.append(QKeySequence("Ctrl+="))
    return bound or [QKeySequence(action.otherwise)]


class Actions(QObject):
    """Builds the platform's actions once from the table. `triggered` carries the name of what she asked for;
    of a checkable one `is_checked(name)` then says what it is now.
    """

    triggered = Signal(str)
    conditions_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = {entry.name: entry for entry in ACTIONS}
        self._actions: dict[str, QAction] = {}
        self._conditions: frozenset[str] = frozenset()
        self._blog = ""
        groups: dict[str, QActionGroup] = {}
        for entry in ACTIONS:
            action = QAction(entry.text, self)
            action.setObjectName(entry.name)
            action.setShortcuts(sequences(entry))
            action.setMenuRole(entry.role)
            action.setCheckable(entry.checkable)
            if entry.group:
                group = groups.setdefault(entry.group, QActionGroup(self))
                group.addAction(action)
            action.triggered.connect(lambda _checked, name=entry.name: self.triggered.emit(name))
            self._actions[entry.name] = action
        self.set_conditions(())

    def action(self, name: str) -> QAction:
        """The platform's action; KeyError for a name that is not in the table."""
        return self._actions[name]

    def all(self) -> list[QAction]:
        """Every action, in the table's order, for a window that takes their shortcuts."""
        return list(self._actions.values())

    @property
    def conditions(self) -> frozenset[str]:
        """What holds now."""
        return self._conditions

    def set_conditions(self, conditions: Iterable[str]) -> None:
        """Enable what makes sense while exactly these of `CONDITIONS` hold; ValueError for an unknown one."""
        now = frozenset(conditions)
        if not now <= CONDITIONS:
            raise ValueError(f"unknown conditions: {sorted(now - CONDITIONS)}")
        self._conditions = now
        for name, action in self._actions.items():
            action.setEnabled(self._table[name].needs <= now)
        self.conditions_changed.emit()

    def trigger(self, name: str) -> None:
        """As if she had chosen it in the menu; nothing when it is not enabled."""
        self._actions[name].trigger()

    def set_text(self, name: str, text: str) -> None:
        """Give an action other words, e.g. "Update" for what is published already."""
        self._actions[name].setText(text)

    def set_blog(self, name: str) -> None:
        """Say which blog the commands for a blog are about; "" where there is but one."""
        self._blog = name

    def where(self, name: str) -> str:
        """The menu that an action stands in, and the blog that it is about, e.g. "Blog · My Site"; "" for none."""
        entry, menus = self._table[name], dict(MENUS)
        steps = entry.menu.split("/")
        path = " › ".join(plain(menus["/".join(steps[: n + 1])]) for n in range(len(steps)) if entry.menu)
        about = self._blog if entry.menu == "Blog" and "account" in entry.needs else ""
        return " · ".join(part for part in (path, about) if part)

    def set_checked(self, name: str, checked: bool) -> None:
        """Show a checkable action as on or off; `triggered` is not sent."""
        self._actions[name].setChecked(checked)

    def is_checked(self, name: str) -> bool:
        """Whether a checkable action is on."""
        return self._actions[name].isChecked()

    def tooltip(self, name: str) -> str:
        """The action's words with its shortcut, as plain text."""
        action = self._actions[name]
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        words = plain(action.text()).rstrip("…")
        return f"{words} ({keys})" if keys else words

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Make the menus of `MENUS` in a menu bar; returns them by path."""
        menus: dict[str, QMenu] = {}
        for path, text in MENUS:
            above, _slash, _last = path.rpartition("/")
            menus[path] = menus[above].addMenu(text) if above else bar.addMenu(text)
        for entry in ACTIONS:
            if entry.menu:
                self._put(menus[entry.menu], entry)
        for path, menu in menus.items():
            if "/" in path:  # a menu inside a menu follows the actions, set off by a line
                above_menu = menus[path.rpartition("/")[0]]
                above_menu.removeAction(menu.menuAction())
                above_menu.addSeparator()
                above_menu.addMenu(menu)
        return menus

    def menu(self, place: str, parent: QWidget) -> QMenu:
        """A short menu of the actions with `place` among their places."""
        menu = QMenu(parent)
        for entry in ACTIONS:
            if place in entry.places:
                self._put(menu, entry)
        return menu

    def _put(self, menu: QMenu, entry: Action) -> None:
        if entry.gap and not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(self._actions[entry.name])
