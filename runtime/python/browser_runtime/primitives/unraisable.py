"""Reports exceptions that no code can catch, through `sys.unraisablehook`."""

import sys
from typing import Any


class _Fails:
    """Raises an exception in its destructor, which CPython passes to `sys.unraisablehook`."""

    def __del__(self) -> None:
        raise ValueError


def _find_type() -> Any:
    """Return the type of the argument of `sys.unraisablehook`, which has no public name."""
    found: list[Any] = []
    hook, sys.unraisablehook = sys.unraisablehook, lambda args: found.append(type(args))
    try:
        _Fails()
    finally:
        sys.unraisablehook = hook
    return found[0]


_Arguments = _find_type()


def report(error: BaseException, message: str, about: object = None) -> None:
    """Pass an exception to `sys.unraisablehook`, as the interpreter does.

    Args:
        error: the exception.
        message: what the hook prints before the traceback.
        about: the object that caused the exception, which the hook prints after the message.
    """
    sys.unraisablehook(_Arguments((type(error), error, error.__traceback__, message, about)))
