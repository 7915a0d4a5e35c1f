"""The modules `_socket` and `select` as programs import them, and the functions for descriptors.

The latter are `open` and functions of `os` and `fcntl`. `asyncio` imports the two modules, so
almost every program has them. They therefore contain no code of the network: the first call that
needs this code loads it. The network's modules are forgotten after the program, so that the next
program gets them unchanged.
"""

import asyncio
import builtins
import errno
import functools
import importlib
import io
import os
import posix
import sys
from collections.abc import Callable
from contextlib import nullcontext
from types import ModuleType
from typing import Any

from browser_runtime import facts
from browser_runtime.network import constants, late_code, settings, tls
from browser_runtime.trace_hooks import hidden

_PACKAGE = __name__.rpartition(".")[0]
# The package of the modules that this one loads.
_CODE = f"{_PACKAGE}.cpython"
# Descriptors from here on belong to the network. Emscripten opens no more files than this, see
# `MAX_OPEN_FDS` in https://github.com/emscripten-core/emscripten/blob/main/src/lib/libfs.js.
FIRST = 4096

# The modules that are never forgotten.
_KEPT = (__name__, constants.__name__, settings.__name__, late_code.__name__, tls.__name__)

# The methods and properties of `_socket.socket`, which `sockets.Socket` defines.
_METHODS = (
    *("_accept", "bind", "close", "connect", "connect_ex", "detach", "fileno", "getblocking"),
    *("getpeername", "getsockname", "getsockopt", "gettimeout", "listen", "recv", "recv_into"),
    *("recvfrom", "recvfrom_into", "recvmsg", "recvmsg_into", "send", "sendall", "sendmsg"),
    *("sendmsg_afalg", "sendto", "setblocking", "setsockopt", "settimeout", "shutdown"),
)
_PROPERTIES = ("family", "proto", "timeout", "type")
# What `socket` needs in addition to these, but only while the real methods are in use.
_PRIVATE = (
    *("__del__", "_adopt", "_call", "_connect", "_endpoint", "_receive", "_send", "_send_to"),
    "_stream",
)

# Module → the functions of `_socket` that it defines.
_FUNCTIONS = {
    "defaults": ("getdefaulttimeout", "setdefaulttimeout"),
    "functions": (
        *("CMSG_LEN", "CMSG_SPACE", "close", "dup", "inet_ntop", "inet_pton", "socketpair"),
    ),
    "resolver": (
        *("getaddrinfo", "gethostbyaddr", "gethostbyname", "gethostbyname_ex", "gethostname"),
        *("getnameinfo", "getprotobyname", "getservbyname", "getservbyport", "if_indextoname"),
        *("if_nameindex", "if_nametoindex", "sethostname"),
    ),
}
# Functions of `os` whose first argument is a descriptor.
_OS_FUNCTIONS = (
    *(
        "close",
        "dup",
        "dup2",
        "fstat",
        "get_blocking",
        "get_inheritable",
        "isatty",
        "read",
        "readinto",
    ),
    *("readv", "set_blocking", "set_inheritable", "write", "writev"),
)


# The modules that are loaded when a program needs the network.
_LOADED = (*_FUNCTIONS, "polling", "sockets", "system")
# Within this context, the code of these modules can be imported; see `install`.
_importing: late_code.Importing = nullcontext

# Whether the real methods are in use, and the latency (in seconds) and bandwidth (in bytes per
# second) of the network; see `networks.Network`.
_is_loaded = False
latency: float = 0
bandwidth: float | None = None


def _load(module: str) -> Any:
    """Return a module of the package `cpython`, and let the class `socket` use the real methods."""
    if not _is_loaded:
        _use_real_methods()
    return importlib.import_module(f"{_CODE}.{module}")


def _use_real_methods() -> None:
    global _is_loaded
    # Another thread may run during the imports, and come here as well.
    with _importing():
        for module in _LOADED:
            importlib.import_module(f"{_CODE}.{module}")
    real = importlib.import_module(f"{_CODE}.sockets").Socket
    for name in ("__repr__", *_PRIVATE, *_PROPERTIES):
        setattr(socket, name, getattr(real, name))
    for name in ("__init__", *_METHODS):
        method = as_builtin(getattr(real, name))
        method.__qualname__, method.__module__ = f"socket.{name}", "_socket"
        setattr(socket, name, method)
    builtins.open = io.open = open_file
    for name, function in file_functions().items():
        setattr(os, name, function)
        setattr(posix, name, function)
    _is_loaded = True


def as_builtin(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose errors have no frames of this package in their tracebacks.

    On CPython, the functions of `_socket`, `select` and `posix` are written in C.
    """

    @hidden
    def call(*args: Any, **keywords: Any) -> Any:
        try:
            return function(*args, **keywords)
        except BaseException as error:
            error.__traceback__ = None
            raise

    return functools.update_wrapper(call, function)


class _Late:
    """A function that is loaded when it is called.

    It is an object, because a function in the body of a class would become a method.
    """

    def __init__(self, module: str, name: str, of: str) -> None:
        self._module = module
        self.__name__ = self.__qualname__ = name
        self.__module__ = of

    @hidden
    def __call__(self, *args: Any, **keywords: Any) -> Any:
        try:
            return getattr(_load(self._module), self.__name__)(*args, **keywords)
        except BaseException as error:
            error.__traceback__ = None
            raise

    def __repr__(self) -> str:
        return f"<built-in function {self.__name__}>"

    def __reduce__(self) -> str:
        return self.__name__


class _LateMethod:
    """A method or property of `socket` before its code has been loaded."""

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __get__(self, instance: Any, owner: object = None) -> Any:
        if instance is None:
            return self
        _load("sockets")
        return getattr(instance, self.__name__)

    @hidden
    def __call__(self, instance: Any, *args: Any, **keywords: Any) -> Any:
        _load("sockets")
        return getattr(socket, self.__name__)(instance, *args, **keywords)


class socket:  # noqa: N801 - as in CPython
    """socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object.

    Open a socket of the given type. See `sockets.Socket`, which defines the methods.
    """

    # `socket.socket` adds a slot `__weakref__`, so this class must not have one. As on CPython, it
    # has no `__dict__` either.
    __slots__ = ("_descriptor", "_family", "_kind", "_proto", "_table", "_timeout")

    @hidden
    def __init__(self, *args: Any, **keywords: Any) -> None:
        _load("sockets")
        socket.__init__(self, *args, **keywords)  # The real method, which has replaced this one.


socket.__module__ = "_socket"
_late_init, _late_repr = socket.__init__, socket.__repr__


def _use_late_methods() -> None:
    for name in _PRIVATE:
        if name in vars(socket):
            delattr(socket, name)
    for name in (*_METHODS, *_PROPERTIES):
        setattr(socket, name, _LateMethod(name))
    setattr(socket, "__init__", _late_init)  # noqa: B010 - mypy allows no assignment
    setattr(socket, "__repr__", _late_repr)  # noqa: B010


class _LateClass(type):
    """The type of `select.epoll`, whose instances belong to a class that is loaded later."""

    def __call__(cls, *args: Any, **keywords: Any) -> Any:
        if _is_probing:
            return _Unused()
        return _load("polling").Epoll(*args, **keywords)

    def __instancecheck__(cls, instance: object) -> bool:
        kind = type(instance)
        return kind.__name__ == "epoll" and kind.__module__ == "select"


class epoll(metaclass=_LateClass):  # noqa: N801 - as in CPython
    """select.epoll(sizehint=-1, flags=0): an epolling object."""

    @staticmethod
    def fromfd(fd: int) -> Any:
        """Create an epoll object from a given control fd."""
        return _load("polling").Epoll.fromfd(fd)


epoll.__module__ = "select"

# Whether `selectors` is being imported, which creates each kind of object to see if that works.
_is_probing = False


class _Unused:
    """What `selectors` gets when it tries whether `select.epoll` and `select.poll` work."""

    def close(self) -> None:
        """Do nothing."""

    def poll(self, timeout: float) -> list[object]:  # noqa: ARG002 - as in CPython
        """Return an empty list."""
        return []


class _Poll(_Late):
    """The function `select.poll`."""

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return _Unused() if _is_probing else _load("polling").make_poll(*args, **keywords)


def make_socket_module(native: ModuleType) -> ModuleType:
    """Return the module `_socket`.

    Args:
        native: the module of this name in C, whose constants, exceptions and conversions are used.
    """
    module = ModuleType("_socket", native.__doc__)
    skipped = {"__spec__", "__loader__", "__file__", "sendmsg_afalg"}
    own = vars(module)
    own.update({name: value for name, value in vars(native).items() if name not in skipped})
    own.update(constants.SOCKET)
    own.update(socket=socket, SocketType=socket, has_ipv6=True)
    for where, names in _FUNCTIONS.items():
        own.update({name: _Late(where, name, "_socket") for name in names})
    return module


def make_select_module(native: ModuleType) -> ModuleType:
    """Return the module `select`."""
    module = ModuleType("select", native.__doc__)
    vars(module).update(constants.SELECT)
    vars(module).update(
        error=OSError,
        select=_Late("polling", "select", "select"),
        poll=_Poll("polling", "poll", "select"),
        epoll=epoll,
    )
    return module


_open = io.open


def open_file(file: Any, *args: Any, **keywords: Any) -> Any:
    """Open a file, like `io.open`, also on a descriptor of the network."""
    if isinstance(file, int) and file >= FIRST:
        keywords.pop("opener", None)
        return _load("system").open_file(file, *args, **keywords)
    return _open(file, *args, **keywords)


open_file.__name__ = open_file.__qualname__ = "open"
open_file.__module__ = "_io"


def fdopen(
    fd: int,
    mode: str = "r",
    buffering: int = -1,
    encoding: str | None = None,
    *args: Any,
    **kw: Any,
) -> Any:
    """Return an open file object connected to a file descriptor, like `os.fdopen`."""
    if not isinstance(fd, int):
        raise TypeError(f"invalid fd type ({type(fd)}, expected integer)")
    if "b" not in mode:
        encoding = io.text_encoding(encoding)
    return open_file(fd, mode, buffering, encoding, *args, **kw)


fdopen.__module__ = "os"


def _divide(name: str) -> Callable[..., Any]:
    """Return a function of `os` that works for descriptors of the network, too."""
    original = getattr(os, name)

    @hidden
    def divided(fd: Any, *args: Any, **keywords: Any) -> Any:
        if not isinstance(fd, int) or fd < FIRST:
            return original(fd, *args, **keywords)
        try:
            return getattr(_load("system"), name)(fd, *args, **keywords)
        except BaseException as error:
            error.__traceback__ = None
            raise

    divided.__name__ = divided.__qualname__ = name
    divided.__module__ = "posix"
    divided.__doc__ = original.__doc__
    return divided


_strerror = os.strerror


def strerror(code: int, /) -> str:
    """Translate an error code to a message string."""
    text = _strerror(code)
    return constants.ERROR_TEXTS.get(errno.errorcode.get(code, ""), text)


strerror.__module__ = "posix"


def os_functions() -> dict[str, Callable[..., Any]]:
    """Return the functions of `os` that are replaced, by name."""
    functions: dict[str, Callable[..., Any]] = {
        name: _divide(name) for name in _OS_FUNCTIONS if hasattr(os, name)
    }
    functions["pipe"] = _Late("system", "pipe", "posix")
    functions["strerror"] = strerror
    return functions


def _control(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function like `fcntl.fcntl` that works for descriptors of the network, too.

    Args:
        original: the function in C.
    """

    @hidden
    def fcntl(fd: Any, cmd: int, arg: Any = 0, /) -> Any:
        number = fd if isinstance(fd, int) else getattr(fd, "fileno", int)()
        if not isinstance(number, int) or number < FIRST:
            return original(fd, cmd, arg)
        try:
            return _load("system").fcntl(number, cmd, arg)
        except BaseException as error:
            error.__traceback__ = None
            raise

    fcntl.__qualname__ = "fcntl"
    fcntl.__module__ = "fcntl"
    fcntl.__doc__ = original.__doc__
    return fcntl


# The original functions that return the status of a file. They report the file of a Unix socket as
# an ordinary file.
_STATUS_FUNCTIONS: dict[str, Callable[..., os.stat_result]] = {
    "stat": os.stat,
    "lstat": os.lstat,
}


def file_functions() -> dict[str, Callable[..., os.stat_result]]:
    """Return functions of `os` that are replaced when a program uses the network, by name.

    The files of Unix sockets are ordinary ones in the file system of the browser. These functions
    return the status of a socket for them.
    """

    def wrap(name: str, original: Callable[..., os.stat_result]) -> Callable[..., os.stat_result]:
        def status(path: Any, *args: Any, **keywords: Any) -> os.stat_result:
            if isinstance(path, int) and path >= FIRST:
                return os.fstat(path)
            found: os.stat_result = _load("system").with_sockets(original(path, *args, **keywords))
            return found

        status.__name__ = status.__qualname__ = name
        status.__module__ = "posix"
        status.__doc__ = original.__doc__
        return status

    return {name: wrap(name, original) for name, original in _STATUS_FUNCTIONS.items()}


def install() -> None:
    """Replace `_socket`, `select` and functions of other modules, and load their users again.

    The other modules are `os`, `fcntl` and `ssl`. The users are `socket`, `selectors` and
    `asyncio.streams`.
    """
    global _is_probing, _importing
    _importing = late_code.importing_from(_PACKAGE)
    _use_late_methods()
    sys.modules["_socket"] = make_socket_module(importlib.import_module("_socket"))
    sys.modules["select"] = make_select_module(importlib.import_module("select"))
    for name, function in os_functions().items():
        setattr(os, name, function)
        setattr(posix, name, function)
    os.fdopen = fdopen
    # Only the function is replaced, because the modules of the browser's Python have already
    # imported the module.
    control: Any = importlib.import_module("fcntl")
    control.fcntl = _control(control.fcntl)
    # These modules have already been imported, and use the `_socket` and `select` of the browser's
    # Python.
    _is_probing = True
    for name in ("socket", "selectors"):
        importlib.reload(importlib.import_module(name))
    _is_probing = False
    _add_unix_functions()
    tls.install(importlib.import_module("ssl"))


def _add_unix_functions() -> None:
    """Add the functions that `asyncio.streams` has only if `socket` has AF_UNIX."""
    streams = vars(asyncio.streams)
    before = dict(streams)
    importlib.reload(asyncio.streams)
    added = {name: streams[name] for name in set(streams["__all__"]) - set(before["__all__"])}
    # Other modules use the classes and functions from before the module was loaded again.
    streams.update(before)
    streams.update(added)
    streams["__all__"] = (*before["__all__"], *sorted(added))
    vars(asyncio).update(added)
    asyncio.__all__ = (*asyncio.__all__, *sorted(added))


def begin(source: str, *, is_child: bool = False) -> None:
    """Set how slow the network of a program is, as the program's header says.

    The page is told if the network is slow, or if the header is not valid.

    Args:
        source: the text of the program.
        is_child: whether this is a child process, whose parent has told the reader about it.
    """
    delays = settings.read(source)
    if delays is None and not is_child:
        facts.invalid_network()
    set_delays(*(delays or settings.Delays()))
    if is_child:
        return
    if latency or bandwidth is not None:
        facts.slow_network(latency, bandwidth)


def set_delays(seconds: float = 0, bytes_per_second: float | None = None) -> None:
    """Set the latency and the bandwidth of the network of the next program."""
    global latency, bandwidth
    latency, bandwidth = seconds, bytes_per_second


def end() -> None:
    """Close what the program has left open, and forget the network's modules."""
    global _is_loaded
    set_delays()
    if not _is_loaded:
        return
    importlib.import_module(f"{_PACKAGE}.descriptors").end()
    _is_loaded = False
    _use_late_methods()
    builtins.open = io.open = _open
    for name, function in _STATUS_FUNCTIONS.items():
        setattr(os, name, function)
        setattr(posix, name, function)
    package = vars(sys.modules[_PACKAGE])
    for name in list(sys.modules):
        if name.startswith(f"{_PACKAGE}.") and name not in _KEPT:
            del sys.modules[name]
            package.pop(name.rpartition(".")[2], None)
