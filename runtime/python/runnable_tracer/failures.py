"""Notes which threads end with an exception, without changing what is printed of it."""

import sys
import threading
from collections.abc import Callable
from typing import Any


def watch(get_ident: Callable[[], int]) -> dict[int, str]:
    """Return where the name of the exception is put, by the number of the thread."""
    failed: dict[int, str] = {}
    module: Any = threading
    make_hook = module._make_invoke_excepthook

    def watched() -> Callable[[Any], None]:
        hook = make_hook()

        def invoke(thread: Any) -> None:
            kind = sys.exc_info()[0]
            # With SystemExit a thread just ends.
            if kind and not issubclass(kind, SystemExit):
                failed[get_ident()] = kind.__name__
            hook(thread)

        return invoke

    module._make_invoke_excepthook = watched
    return failed
