"""Errors of the network, with the texts of CPython on Linux.

The numbers are those of this platform, which in WebAssembly are not Linux's, because Emscripten has
taken them from WASI: https://github.com/emscripten-core/emscripten/pull/9545. The compiled code of
CPython decides by them which subclass of `OSError` is raised, and raises the errors of files with
them. Linux's numbers would have two meanings: 32, for example, is EPIPE there and ELOOP here.
"""

import errno
import os

from browser_runtime.network.constants import ERROR_TEXTS

# The name of an attribute that marks an error which Linux raises as well.
OF_THE_NETWORK = "_is_of_the_network"


def number_of(name: str) -> int:
    """Return the number of an error, for example of `ECONNREFUSED`."""
    number: int = getattr(errno, name)
    return number


def failure(name: str, explanation: str = "") -> OSError:
    """Return the exception for an error of the system.

    Args:
        name: the name of the error, for example `ECONNREFUSED`. It decides the type.
        explanation: what a reader has to know in addition to the text of Linux.
    """
    text = ERROR_TEXTS.get(name) or os.strerror(number_of(name))
    error = OSError(number_of(name), f"{text}: {explanation}" if explanation else text)
    if name == "EOPNOTSUPP":
        # The module `missing` must not take this for a function that the browser lacks.
        setattr(error, OF_THE_NETWORK, True)
    return error


def failure_of(number: int) -> OSError:
    """Return the exception for the number of an error, as `SO_ERROR` gives it."""
    return failure(errno.errorcode[number])
