"""Adding and editing a blog."""

from postdesk.ui.accounts.dialog import AccountDialog, AccountValues

__all__ = ["AccountDialog", "AccountValues"]
