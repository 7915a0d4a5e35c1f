"""Errors that users can fix themselves, which are shown without a traceback."""

import difflib
from collections.abc import Iterable
from pathlib import Path

# If there are more valid names than this, `nearest` does not list all of them.
MOST_LISTED_NAMES = 12


class RunnableError(Exception):
    """A problem in a snippet, on a page or in a command.

    The message says where the problem is (the file, and the line if there is one), what is wrong,
    and how to fix it.
    """


def nearest(wrong: str, valid: Iterable[str]) -> str:
    """Return a hint that can follow a sentence about a wrong name.

    Args:
        wrong: The name that was given.
        valid: The names that would be right.

    Returns:
        ``' Did you mean …?'`` if a valid name is similar, else ``' Expected one of: ….'``, or an
        empty text if there are no valid names. A text that is not empty starts with a space.
    """
    names = sorted(valid)
    if close := difflib.get_close_matches(wrong, names, n=1):
        return f" Did you mean {close[0]!r}?"
    if not names:
        return ""
    if len(names) > MOST_LISTED_NAMES:
        names = [*names[:MOST_LISTED_NAMES], "…"]
    return f" Expected one of: {', '.join(names)}."


def shown(path: Path) -> str:
    """Return ``path`` relative to the current folder if the folder contains it, else unchanged."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
