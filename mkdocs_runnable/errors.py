"""Errors that are the user's to mend; their text is complete and is shown without a traceback."""

import difflib
from collections.abc import Iterable
from pathlib import Path


class RunnableError(Exception):
    """Something in a snippet, a page or a command is not as expected.

    ``str(error)`` says where (``file:line:`` where there is one), what is wrong and what to do.
    """


def nearest(wrong: str, valid: Iterable[str]) -> str:
    """Return ``' Did you mean …?'``, or the list of what there is, or nothing if there is nothing.

    The text starts with a space, to be put after a full stop.
    """
    names = sorted(valid)
    if close := difflib.get_close_matches(wrong, names, n=1):
        return f" Did you mean {close[0]!r}?"
    if not names:
        return ""
    if len(names) > 12:
        names = [*names[:12], "…"]
    return f" Expected one of: {', '.join(names)}."


def shown(path: Path) -> str:
    """Return ``path`` as a person in the current folder would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
