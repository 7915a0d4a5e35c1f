"""Checks that the private names of CPython on which a package of the runtime depends exist.

Each of these packages has a module `cpython_internals`, which calls the functions. This module
imports no other module of the tracer, so that the explorer, which does not trace, can use it as
well.
"""

import sys
from collections.abc import Callable
from operator import attrgetter
from typing import Any


def require(owner: Any, *names: str) -> Any:
    """Check that a module or class has these attributes.

    Args:
        owner: the module or class.
        names: the attributes; a name may contain dots.

    Returns:
        The owner, typed as `Any` so that the type checker accepts its private attributes.

    Raises:
        ImportError: an attribute does not exist in this version of Python.
    """
    for name in names:
        try:
            attrgetter(name)(owner)
        except AttributeError:
            raise _missing(f"{owner.__name__}.{name}") from None
    return owner


def require_instance_attributes(method: Callable[..., Any], *names: str) -> None:
    """Check that a method of the standard library uses these attributes.

    Attributes that only instances have can be checked in this way without creating an instance.

    Raises:
        ImportError: the method does not use an attribute in this version of Python.
    """
    for name in names:
        if name not in method.__code__.co_names:
            raise _missing(f"{method.__qualname__.rpartition('.')[0]}.{name}")


def _missing(name: str) -> ImportError:
    version = sys.version.partition(" ")[0]
    return ImportError(f"Python {version} has no {name}, on which the runtime depends.")
