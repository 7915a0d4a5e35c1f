"""Reports exceptions that no code can catch, through `sys.unraisablehook`."""

import sys
from typing import Any


class _Fails:
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
    """Pass an exception to the program's hook, as the interpreter does."""
    sys.unraisablehook(_Arguments((type(error), error, error.__traceback__, message, about)))
