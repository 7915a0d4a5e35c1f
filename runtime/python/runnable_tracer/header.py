"""The names in a program's header whose collections are to be watched: see CONTRIBUTING.md."""

import re
from typing import Any

# The expression of PEP 723, for the type `script`.
_HEADER = re.compile(r"(?m)^# /// script$\n(?P<lines>(?:^#(?:| .*)$\n)+?)^# ///$")


def watched(source: str) -> tuple[str, ...]:
    """Return the names after `watch`; none where a header cannot be read: others check it."""
    match = _HEADER.search(source.replace("\r\n", "\n"))
    if not match or "watch" not in match["lines"]:
        return ()
    import tomllib  # few programs need it

    try:
        data: Any = tomllib.loads(re.sub(r"(?m)^# ?", "", match["lines"]))
        names = data["tool"]["runnable"]["watch"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ()
    if not isinstance(names, list):
        return ()
    return tuple(name for name in names if isinstance(name, str))[:MOST_NAMES]


# As a page takes them: see runtime/timeline/model/check.ts.
MOST_NAMES = 4
