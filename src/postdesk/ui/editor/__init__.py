"""The editor: the post's title in large type, its text below, notices and the find bar above."""

from postdesk.ui.editor.editor import Editor

__all__ = ["Editor"]
