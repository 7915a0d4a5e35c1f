"""Records which threads end with an exception, without changing what is printed about it."""

import sys
from collections.abc import Callable
from typing import Any

from runnable_tracer.cpython_internals import threading_internals


def install(get_ident: Callable[[], int]) -> dict[int, str]:
    """Record the uncaught exceptions of the threads that are created from now on.

    Args:
        get_ident: returns the identifier of the running thread.

    Returns:
        A dictionary that is filled as threads fail: thread identifier → name of the exception's
        class.
    """
    failed: dict[int, str] = {}
    make_hook = threading_internals._make_invoke_excepthook

    def make_recording_hook() -> Callable[[Any], None]:
        hook = make_hook()

        def invoke(thread: Any) -> None:
            kind = sys.exc_info()[0]
            # SystemExit ends a thread silently.
            if kind and not issubclass(kind, SystemExit):
                failed[get_ident()] = kind.__name__
            hook(thread)

        return invoke

    threading_internals._make_invoke_excepthook = make_recording_hook
    return failed
