"""Reads options for the runtime from a program's header; see CONTRIBUTING.md."""

import re
from typing import Any

# The regular expression of PEP 723, https://peps.python.org/pep-0723/, for blocks of type `script`.
_HEADER = re.compile(r"(?m)^# /// script$\n(?P<lines>(?:^#(?:| .*)$\n)+?)^# ///$")

# The page would ignore further names; see `MAX_COLLECTIONS` in
# runtime/timeline/model/trace_events.ts.
MOST_NAMES = 4


def option(source: str, name: str) -> Any:
    """Return the value of an option in the table ``[tool.runnable]`` of a program's header.

    The result is None if the header does not have the option, or is invalid. The build of the site
    reports an invalid header; in the browser, the program runs nevertheless.
    """
    match = _HEADER.search(source.replace("\r\n", "\n"))
    if not match or name not in match["lines"]:
        return None
    import tomllib  # slow to import, and few programs need it

    try:
        data: Any = tomllib.loads(re.sub(r"(?m)^# ?", "", match["lines"]))
        return data["tool"]["runnable"][name]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def watched(source: str) -> tuple[str, ...]:
    """Return the names in the option `watch` of a header: the collections to watch.

    If there are more than `MOST_NAMES`, the others are left out.
    """
    names = option(source, "watch")
    if not isinstance(names, list):
        return ()
    return tuple(name for name in names if isinstance(name, str))[:MOST_NAMES]
