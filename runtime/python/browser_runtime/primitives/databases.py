"""Makes `sqlite3` raise an error if a thread uses the connection of another thread.

The C code of `sqlite3` makes this check itself, but it compares threads of the operating system, of
which a worker has only one. This module replaces the types of `sqlite3` by types whose methods
compare the program's threads. The same methods check as in C, see
https://github.com/python/cpython/tree/3.14/Modules/_sqlite. `Connection` and `Cursor` are
subclasses of the types in C; `Blob` wraps its type in C, which cannot be subclassed.
"""

import functools
import importlib.machinery
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from runnable_tracer.imports import Loader

from browser_runtime.scheduling import scheduler

# The methods of `Connection` that check the thread.
_CONNECTION = (
    *("__call__", "__exit__", "backup", "close", "commit", "create_aggregate", "create_collation"),
    *("create_function", "create_window_function", "deserialize", "getconfig", "getlimit"),
    *("rollback", "serialize", "set_authorizer", "set_progress_handler", "set_trace_callback"),
    *("setconfig", "setlimit"),
)
# Further methods of `Connection` that check the thread, and return a `Cursor` or `Blob`.
_WITH_OWN_TYPES = ("blobopen", "cursor", "execute", "executemany", "executescript")
# The methods of `Cursor` and of `Blob` that check the thread.
_CURSOR = (
    *("__next__", "close", "execute", "executemany", "executescript"),
    *("fetchall", "fetchmany", "fetchone"),
)
_BLOB = (
    *("__delitem__", "__exit__", "__getitem__", "__len__", "__setitem__"),
    *("close", "read", "seek", "tell", "write"),
)
# The positions of `check_same_thread` and `factory` among the arguments of `connect`.
_CHECK, _FACTORY = 4, 5


def adapt(module: Any) -> None:
    """Replace the types, and `connect`, in the module `sqlite3.dbapi2`."""
    connect_in_c, connection_in_c, cursor_in_c, blob_in_c = (
        vars(module)[name] for name in ("connect", "Connection", "Cursor", "Blob")
    )

    def check(connection: Any) -> None:
        creator = getattr(connection, "_creating_thread", None)
        if creator is not None and creator != scheduler.get_ident():
            raise module.ProgrammingError(
                "SQLite objects created in a thread can only be used in that same thread. The "
                f"object was created in thread id {creator} and this is thread id "
                f"{scheduler.get_ident()}."
            )

    def checked(method: Callable[..., Any], connection_of: Callable[[Any], Any]) -> Any:
        @functools.wraps(method)
        def call(self: Any, /, *args: Any, **kwargs: Any) -> Any:
            check(connection_of(self))
            return method(self, *args, **kwargs)

        return call

    def add_checks(
        kind: type, names: Sequence[str], base: type, connection_of: Callable[[Any], Any]
    ) -> None:
        kind.__module__, kind.__qualname__ = "sqlite3", kind.__name__
        kind.__doc__ = base.__doc__
        for name in names:
            setattr(kind, name, checked(getattr(base, name), connection_of))

    class Connection(connection_in_c):  # type: ignore[misc, valid-type]
        __slots__ = ("_creating_thread",)

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            is_checked = args[_CHECK] if len(args) > _CHECK else kwargs.get("check_same_thread", 1)
            self._creating_thread = scheduler.get_ident() if is_checked else None
            connection_in_c.__init__(self, *args, **kwargs)

        def execute(self, *args: Any, **kwargs: Any) -> Any:
            return connection_in_c.cursor(self, Cursor).execute(*args, **kwargs)

        def executemany(self, *args: Any, **kwargs: Any) -> Any:
            return connection_in_c.cursor(self, Cursor).executemany(*args, **kwargs)

        def executescript(self, *args: Any, **kwargs: Any) -> Any:
            return connection_in_c.cursor(self, Cursor).executescript(*args, **kwargs)

        def cursor(self, factory: Any = None) -> Any:
            return connection_in_c.cursor(self, Cursor if factory is None else factory)

        def blobopen(self, *args: Any, **kwargs: Any) -> Any:
            blob: Any = object.__new__(Blob)
            blob._connection, blob._blob = self, connection_in_c.blobopen(self, *args, **kwargs)
            return blob

        @property
        def isolation_level(self) -> str | None:
            level: str | None = connection_in_c.isolation_level.__get__(self)
            return level

        @isolation_level.setter
        def isolation_level(self, level: str | None) -> None:
            if level is None:  # This level commits the transaction, which needs the right thread.
                check(self)
            connection_in_c.isolation_level.__set__(self, level)

        @isolation_level.deleter
        def isolation_level(self) -> None:
            connection_in_c.isolation_level.__delete__(self)

        @property
        def autocommit(self) -> Any:
            check(self)
            return connection_in_c.autocommit.__get__(self)

        @autocommit.setter
        def autocommit(self, value: Any) -> None:
            check(self)
            connection_in_c.autocommit.__set__(self, value)

    class Cursor(cursor_in_c):  # type: ignore[misc, valid-type]
        __slots__ = ()

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            check(args[0] if args else None)
            cursor_in_c.__init__(self, *args, **kwargs)

    class Blob:
        __slots__ = ("_blob", "_connection")
        # Blobs have items, but like those in C they cannot be iterated over.
        __iter__ = None

        _blob: Any
        _connection: Any

        def __new__(cls) -> "Blob":
            raise TypeError("cannot create 'sqlite3.Blob' instances")

        def __enter__(self) -> "Blob":
            check(self._connection)
            self._blob.__enter__()
            return self

    def delegate_to_c(name: str) -> Any:
        def call(self: Any, *args: Any) -> Any:
            return method(self._blob, *args)

        method = getattr(blob_in_c, name)
        return functools.update_wrapper(call, method)

    with_own_types = {name: vars(Connection)[name] for name in _WITH_OWN_TYPES}
    for name, method in with_own_types.items():
        functools.update_wrapper(method, getattr(connection_in_c, name))
    add_checks(Connection, _CONNECTION, connection_in_c, lambda self: self)
    for name, method in with_own_types.items():
        setattr(Connection, name, checked(method, lambda self: self))
    add_checks(Cursor, _CURSOR, cursor_in_c, lambda self: self.connection)
    for name in _BLOB:
        setattr(Blob, name, delegate_to_c(name))
    add_checks(Blob, _BLOB, Blob, lambda self: self._connection)
    Blob.__doc__ = blob_in_c.__doc__

    @functools.wraps(connect_in_c)
    def connect(*args: Any, **kwargs: Any) -> Any:
        if len(args) <= _FACTORY:
            kwargs.setdefault("factory", Connection)
        return connect_in_c(*args, **kwargs)

    vars(module).update(
        Connection=Connection, Cursor=Cursor, Blob=Blob, connect=connect, threadsafety=3
    )


class _Finder:
    """Finds `sqlite3.dbapi2`, which is adapted after its import."""

    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "sqlite3.dbapi2":
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec and spec.loader:
            spec.loader = Loader(spec.loader, adapt)  # type: ignore[assignment]
        return spec


def install(finders: list[Any]) -> None:
    """Adapt `sqlite3` whenever a program imports it.

    Args:
        finders: `sys.meta_path`.
    """
    finders.insert(0, _Finder)
