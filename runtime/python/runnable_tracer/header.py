"""Reads the names of the collections to watch from a program's header; see CONTRIBUTING.md."""

import re
from typing import Any

# The regular expression of PEP 723, https://peps.python.org/pep-0723/, for blocks of type `script`.
_HEADER = re.compile(r"(?m)^# /// script$\n(?P<lines>(?:^#(?:| .*)$\n)+?)^# ///$")


def watched(source: str) -> tuple[str, ...]:
    """Return the names in the option `watch` of a program's header.

    The result is empty if the header is invalid. The build of the site reports such a header; in
    the browser, the program runs nevertheless.
    """
    match = _HEADER.search(source.replace("\r\n", "\n"))
    if not match or "watch" not in match["lines"]:
        return ()
    import tomllib  # slow to import, and few programs need it

    try:
        data: Any = tomllib.loads(re.sub(r"(?m)^# ?", "", match["lines"]))
        names = data["tool"]["runnable"]["watch"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ()
    if not isinstance(names, list):
        return ()
    return tuple(name for name in names if isinstance(name, str))[:MOST_NAMES]


# The page would ignore further names; see `MAX_COLLECTIONS` in
# runtime/timeline/model/trace_events.ts.
MOST_NAMES = 4
