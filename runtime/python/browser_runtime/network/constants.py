"""Constants of `_socket` and `select`, and texts of errors, on Linux.

The browser's Python lacks those of `_socket` that are listed here, or has other values for them.
"""

SOCKET: dict[str, int] = {
    "AF_UNIX": 1,
    "INADDR_ALLHOSTS_GROUP": 0xE0000001,
    "INADDR_BROADCAST": 0xFFFFFFFF,
    "INADDR_MAX_LOCAL_GROUP": 0xE00000FF,
    "INADDR_NONE": 0xFFFFFFFF,
    "INADDR_UNSPEC_GROUP": 0xE0000000,
    "IPPROTO_SCTP": 132,
    "NI_IDN": 32,
    "NI_MAXHOST": 1025,
    "SOMAXCONN": 4096,
    "SO_RCVTIMEO": 20,
    "SO_REUSEADDR": 2,
    "SO_REUSEPORT": 15,
    "SO_SNDTIMEO": 21,
}

# The ends of the names of events. `poll` and `epoll` have the same events, with the same bits.
_EVENTS = {
    "ERR": 0x8,
    "HUP": 0x10,
    "IN": 0x1,
    "MSG": 0x400,
    "OUT": 0x4,
    "PRI": 0x2,
    "RDBAND": 0x80,
    "RDHUP": 0x2000,
    "RDNORM": 0x40,
    "WRBAND": 0x200,
    "WRNORM": 0x100,
}
SELECT: dict[str, int] = {
    **{f"{kind}{name}": bit for kind in ("POLL", "EPOLL") for name, bit in _EVENTS.items()},
    "EPOLLET": 1 << 31,
    "EPOLLEXCLUSIVE": 1 << 28,
    "EPOLLONESHOT": 1 << 30,
    "EPOLL_CLOEXEC": 0o2000000,
    "PIPE_BUF": 4096,
    "POLLNVAL": 0x20,
}

# The texts of glibc, https://sourceware.org/git/?p=glibc.git;a=blob;f=sysdeps/gnu/errlist.h, for
# errors that the network raises. The C library of the browser's Python has other texts for some.
ERROR_TEXTS: dict[str, str] = {
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
