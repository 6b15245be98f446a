"""`python -m postdesk`: a command when one is named, else the window."""

from __future__ import annotations

import sys

from postdesk.cli.arguments import is_command


def main(argv: list[str] | None = None) -> int:
    """Run the program; returns the exit code (docs/command-line.md)."""
    given = sys.argv[1:] if argv is None else argv
    if is_command(given):
        from postdesk.app import run_command

        return run_command(given)
    return main_gui(given)


def main_gui(argv: list[str] | None = None) -> int:
    """Open the window; returns the exit code."""
    from postdesk.app import run_window

    return run_window(sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())
