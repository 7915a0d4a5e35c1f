"""Replaces functions whose names occur in a program, in order to observe their results."""

from collections.abc import Callable, Iterator
from types import CodeType, ModuleType
from typing import Any


class StandIn:
    """Looks like the function that it replaces. Subclasses define `__call__`.

    A stand-in is an object, not a function, because a function that a program assigns in the body
    of a class becomes a method. Functions written in C, such as `time.time`, do not.

    Args:
        module: the module of the function.
        name: the name of the function.
        program: the path of the program's file.
    """

    def __init__(self, module: ModuleType, name: str, program: str) -> None:
        self.__name__ = self.__qualname__ = name
        self.__module__ = module.__name__
        self._original: Callable[..., Any] = getattr(module, name)
        self.__doc__ = self._original.__doc__
        self._program = program

    def __repr__(self) -> str:
        return repr(self._original)

    def __reduce__(self) -> str:
        return self.__name__


def names(code: CodeType) -> Iterator[str]:
    """Yield all names of attributes and globals in a program's code, some of them repeatedly."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names(constant)


# A kind of stand-in, and the functions that it can replace: their module and their names.
type Watched = tuple[type[StandIn], ModuleType, tuple[str, ...]]


def install(code: CodeType, *watched: Watched) -> None:
    """Replace the functions that the program names, until `state` restores them."""
    named = set(names(code))
    for kind, module, functions in watched:
        for name in functions:
            if name in named and hasattr(module, name):
                setattr(module, name, kind(module, name, code.co_filename))
