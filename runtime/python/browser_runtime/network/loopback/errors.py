"""Errors of the network, with the texts of CPython on Linux.

The numbers are those of this platform, because they decide which subclass of `OSError` is raised.
In WebAssembly they differ from Linux's, and so do many texts of `os.strerror`.
"""

import errno
import os

# The texts of glibc, https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/gnu/errlist.h, for
# which the library of the browser's Python has others.
_TEXTS = {
    "EADDRINUSE": "Address already in use",
    "EADDRNOTAVAIL": "Cannot assign requested address",
    "EAFNOSUPPORT": "Address family not supported by protocol",
    "EAGAIN": "Resource temporarily unavailable",
    "EALREADY": "Operation already in progress",
    "EBADF": "Bad file descriptor",
    "ECONNABORTED": "Software caused connection abort",
    "ECONNREFUSED": "Connection refused",
    "ECONNRESET": "Connection reset by peer",
    "EDESTADDRREQ": "Destination address required",
    "EINPROGRESS": "Operation now in progress",
    "EINVAL": "Invalid argument",
    "EISCONN": "Transport endpoint is already connected",
    "EMFILE": "Too many open files",
    "EMSGSIZE": "Message too long",
    "ENETUNREACH": "Network is unreachable",
    "ENOBUFS": "No buffer space available",
    "ENOPROTOOPT": "Protocol not available",
    "ENOTCONN": "Transport endpoint is not connected",
    "ENOTSOCK": "Socket operation on non-socket",
    "EOPNOTSUPP": "Operation not supported",
    "EPERM": "Operation not permitted",
    "EPIPE": "Broken pipe",
    "EPROTONOSUPPORT": "Protocol not supported",
    "EPROTOTYPE": "Protocol wrong type for socket",
    "ESOCKTNOSUPPORT": "Socket type not supported",
}

# The attribute of an error that Linux raises as well.
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
    text = _TEXTS.get(name) or os.strerror(number_of(name))
    error = OSError(number_of(name), f"{text}: {explanation}" if explanation else text)
    if name == "EOPNOTSUPP":
        # `facts` must not take this for a function that the browser lacks.
        setattr(error, OF_THE_NETWORK, True)
    return error


def failure_of(number: int) -> OSError:
    """Return the exception for the number of an error, as `SO_ERROR` gives it."""
    return failure(errno.errorcode[number])
