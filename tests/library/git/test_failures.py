"""What git says is a sentence for the writer, of the right kind, and never holds a password."""

from __future__ import annotations

import pytest

from postdesk.core import errors
from postdesk.library.git.failures import explain, last_line

READ = (
    "\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights"
)
SAID = [
    ("fatal: unable to access 'https://h/x/': Could not resolve host: h", errors.Unreachable),
    ("ssh: connect to host h port 22: Connection refused" + READ, errors.Unreachable),
    ("ssh: connect to host h port 22: Connection timed out" + READ, errors.Unreachable),
    ("fatal: '/media/x' does not appear to be a git repository" + READ, errors.Unreachable),
    ("git@h: Permission denied (publickey)." + READ, errors.SignInRefused),
    ("fatal: could not read Username for 'https://h': terminal prompts disabled", errors.SignInRefused),
    ("fatal: Authentication failed for 'https://h/x/'", errors.SignInRefused),
    ("Host key verification failed." + READ, errors.Intercepted),
    ("fatal: unable to access 'https://h/': SSL certificate problem: self signed certificate", errors.Intercepted),
    ("remote: Permission to me/x.git denied to you.\nfatal: unable to access: error: 403", errors.NotAllowed),
    ("! [remote rejected] HEAD -> main (protected branch hook declined)", errors.NotAllowed),
    ("fatal: write error: No space left on device", errors.DiskFull),
    ("fatal: detected dubious ownership in repository at '/x'", errors.LibraryError),
    ("fatal: Unable to create '/x/.git/index.lock': File exists.", errors.LibraryError),
    ("fatal: something new", errors.LibraryError),
    ("", errors.LibraryError),
]  # fmt: skip


@pytest.mark.parametrize(("said", "kind"), SAID)
def test_what_git_says_is_three_sentences(said: str, kind: type[errors.PostDeskError]) -> None:
    error = explain("push", 128, said)
    assert type(error) is kind
    assert all((error.happened, error.means, error.todo))
    assert last_line(said) in error.details


def test_a_password_in_an_address_is_not_repeated() -> None:
    said = "fatal: unable to access 'https://ada:s3cret@h/x.git/': \x1b[31mCould not resolve host: h\x07"
    error = explain("fetch", 128, said)
    assert "s3cret" not in error.sentence + error.details
    assert last_line("hint: do this\n" + said + "\nhint: or that").isprintable()
    unknown = explain("fetch", 128, "fatal: strange 'https://ada:s3cret@h/x.git/'")
    assert "s3cret" not in unknown.sentence + unknown.details
