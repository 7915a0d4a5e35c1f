"""Tests of `sqlite3`: connections belong to the thread that has created them."""

import gc
import importlib
import sqlite3
import threading
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser_runtime.harness import Library, databases, run, scheduler

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

TEXT = (
    "SQLite objects created in a thread can only be used in that same thread. The object was "
    "created in thread id {} and this is thread id {}."
)
# What a program may do with a connection, a cursor and a blob. Each function gets the module and
# the object. 1002 is SQLITE_DBCONFIG_ENABLE_FKEY, and limit 1 is SQLITE_LIMIT_SQL_LENGTH.
CONNECTION: dict[str, Callable[[Any, Any], object]] = {
    "call": lambda _, db: db("select 1"),
    "enter": lambda _, db: db.__enter__(),
    "exit": lambda _, db: db.__exit__(None, None, None),
    "exit after an error": lambda _, db: db.__exit__(ValueError, ValueError(), None),
    "autocommit": lambda _, db: db.autocommit,
    "set autocommit": lambda _, db: setattr(db, "autocommit", False),
    "backup": lambda sql, db: db.backup(sql.connect(":memory:")),
    "backup to": lambda sql, db: sql.connect(":memory:").backup(db),
    "blobopen": lambda _, db: db.blobopen("t", "b", 1),
    "close": lambda _, db: db.close(),
    "commit": lambda _, db: db.commit(),
    "create_aggregate": lambda _, db: db.create_aggregate("f", 1, object),
    "create_collation": lambda _, db: db.create_collation("c", None),
    "create_function": lambda _, db: db.create_function("f", 0, lambda: 1),
    "create_window_function": lambda _, db: db.create_window_function("f", 1, None),
    "cursor": lambda _, db: db.cursor(),
    "Cursor": lambda sql, db: sql.Cursor(db),
    "deserialize": lambda _, db: db.deserialize(b""),
    "execute": lambda _, db: db.execute("select 1"),
    "executemany": lambda _, db: db.executemany("insert into t values (?)", [(b"1",)]),
    "executescript": lambda _, db: db.executescript("select 1;"),
    "getconfig": lambda _, db: db.getconfig(1002),
    "getlimit": lambda _, db: db.getlimit(1),
    "in_transaction": lambda _, db: db.in_transaction,
    "interrupt": lambda _, db: db.interrupt(),
    "isolation_level": lambda _, db: db.isolation_level,
    "set isolation_level": lambda _, db: setattr(db, "isolation_level", "IMMEDIATE"),
    "unset isolation_level": lambda _, db: setattr(db, "isolation_level", None),
    "iterdump": lambda _, db: db.iterdump(),
    "iterdump's lines": lambda _, db: list(db.iterdump()),
    "rollback": lambda _, db: db.rollback(),
    "row_factory": lambda _, db: setattr(db, "row_factory", None),
    "serialize": lambda _, db: db.serialize(),
    "set_authorizer": lambda _, db: db.set_authorizer(None),
    "set_progress_handler": lambda _, db: db.set_progress_handler(None, 1),
    "set_trace_callback": lambda _, db: db.set_trace_callback(None),
    "setconfig": lambda _, db: db.setconfig(1002, True),
    "setlimit": lambda _, db: db.setlimit(1, 100),
    "total_changes": lambda _, db: db.total_changes,
}
CURSOR: dict[str, Callable[[Any, Any], object]] = {
    "close": lambda _, c: c.close(),
    "connection": lambda _, c: c.connection,
    "description": lambda _, c: c.description,
    "execute": lambda _, c: c.execute("select 1"),
    "executemany": lambda _, c: c.executemany("insert into t values (?)", [(b"1",)]),
    "executescript": lambda _, c: c.executescript("select 1"),
    "fetchall": lambda _, c: c.fetchall(),
    "fetchmany": lambda _, c: c.fetchmany(),
    "fetchone": lambda _, c: c.fetchone(),
    "iter": lambda _, c: iter(c),
    "lastrowid": lambda _, c: c.lastrowid,
    "next": lambda _, c: next(c),
    "for": lambda _, c: list(c),
    "setinputsizes": lambda _, c: c.setinputsizes([]),
}
BLOB: dict[str, Callable[[Any, Any], object]] = {
    "close": lambda _, b: b.close(),
    "del": lambda _, b: b.__delitem__(0),
    "enter": lambda _, b: b.__enter__(),
    "exit": lambda _, b: b.__exit__(None, None, None),
    "get": lambda _, b: b[0],
    "iter": lambda _, b: iter(b),
    "len": lambda _, b: len(b),
    "read": lambda _, b: b.read(),
    "seek": lambda _, b: b.seek(0),
    "set": lambda _, b: b.__setitem__(0, 1),
    "tell": lambda _, b: b.tell(),
    "write": lambda _, b: b.write(b"x"),
}
USES = [
    *((use, "connection") for use in CONNECTION.values()),
    *((use, "cursor") for use in CURSOR.values()),
    *((use, "blob") for use in BLOB.values()),
]
NAMES = [
    *(f"connection: {name}" for name in CONNECTION),
    *(f"cursor: {name}" for name in CURSOR),
    *(f"blob: {name}" for name in BLOB),
]


@pytest.fixture(autouse=True, scope="module")
def _closed() -> Iterator[None]:
    """Let the garbage collector close the databases of these tests, without a warning."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def adapted() -> Any:
    """Return a copy of `sqlite3` as a program in the browser imports it."""
    module = types.ModuleType("sqlite3.dbapi2")
    vars(module).update(vars(importlib.import_module("sqlite3.dbapi2")))
    # Not CPython's value, which `adapt` has to set.
    module.threadsafety = 0  # type: ignore[attr-defined]
    databases.adapt(module)
    return module


def _make(sql: Any, kind: str, **options: Any) -> Any:
    """Return a connection, a cursor or a blob, with one row in its database."""
    db = sql.connect(":memory:", **options)
    db.execute("create table t (b blob)")
    db.execute("insert into t values (x'0011')")
    db.commit()
    if kind == "cursor":
        return db.execute("select * from t")
    return db.blobopen("t", "b", 1) if kind == "blob" else db


def _outcome(use: Callable[[Any, Any], object], sql: Any, target: Any) -> str:
    """Use an object, and return the type of the result, or the error without numbers of threads."""
    try:
        result = use(sql, target)
    except BaseException as error:
        message = str(error).partition(" The object was")[0]
        # Messages of CPython name the module of types that are written in C, and only of those.
        return f"{type(error).__name__}: {message.replace('sqlite3.Blob', 'Blob')}"
    return type(result).__name__


@pytest.mark.parametrize(("use", "kind"), USES, ids=NAMES)
@pytest.mark.parametrize("options", [{}, {"check_same_thread": False}], ids=["checked", "free"])
@pytest.mark.parametrize("in_other_thread", [True, False], ids=["other thread", "same thread"])
def test_each_use_of_an_object_has_the_same_outcome_as_on_cpython(
    adapted: Any,
    use: Callable[[Any, Any], object],
    kind: str,
    options: dict[str, Any],
    in_other_thread: bool,
) -> None:
    on_cpython: list[str] = []
    target = _make(sqlite3, kind, **options)

    def use_on_cpython() -> None:
        on_cpython.append(_outcome(use, sqlite3, target))

    if in_other_thread:
        thread = threading.Thread(target=use_on_cpython)
        thread.start()
        thread.join()
    else:
        use_on_cpython()

    def program(library: Library) -> list[str]:
        in_runtime: list[str] = []
        target = _make(adapted, kind, **options)

        def use_in_runtime() -> None:
            in_runtime.append(_outcome(use, adapted, target))

        if in_other_thread:
            thread = library.threading.Thread(target=use_in_runtime)
            thread.start()
            thread.join()
        else:
            use_in_runtime()
        return in_runtime

    assert run(program) == on_cpython


def test_the_error_names_both_threads(adapted: Any) -> None:
    def program(library: Library) -> None:
        db = adapted.connect(":memory:")
        messages: list[str] = []

        def use() -> None:
            with pytest.raises(adapted.ProgrammingError) as error:
                db.execute("select 1")
            messages.append(str(error.value))

        ident = library.start(use)
        library.time.sleep(1)
        assert messages == [TEXT.format(scheduler.MAIN, ident)]
        assert db.execute("select 1").fetchone() == (1,)

    run(program)


def test_types_look_as_on_cpython(adapted: Any) -> None:
    db = adapted.connect(":memory:")
    assert type(db) is adapted.Connection
    assert type(db.cursor()) is type(db.execute("select 1")) is adapted.Cursor
    for name in ("Connection", "Cursor", "Blob"):
        own, real = getattr(adapted, name), getattr(sqlite3, name)
        assert repr(own) == repr(real)
        assert own.__doc__ == real.__doc__
        public = {each for each in dir(real) if not each.startswith("_")}
        assert {each for each in dir(own) if not each.startswith("_")} == public
    assert repr(db).startswith("<sqlite3.Connection object at 0x")
    assert not hasattr(db, "__dict__")
    assert adapted.threadsafety == sqlite3.threadsafety == 3
    with pytest.raises(TypeError, match=r"cannot create 'sqlite3.Blob' instances"):
        adapted.Blob()


def test_programs_can_subclass_connections_and_cursors(adapted: Any) -> None:
    class Cursor(adapted.Cursor):  # type: ignore[misc]
        pass

    class Connection(adapted.Connection):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.note = "mine"

        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

    class Careless(adapted.Connection):  # type: ignore[misc]
        def __init__(self, *_: Any, **__: Any) -> None:
            pass

    def program(library: Library) -> None:
        db = adapted.connect(":memory:", factory=Connection)
        assert db.note == "mine"
        assert type(db.cursor()) is Cursor
        # As on CPython, `execute` does not ask the program's `cursor`.
        assert type(db.execute("select 1")) is adapted.Cursor
        outcomes: list[str] = []
        library.start(lambda: outcomes.append(_outcome(CONNECTION["execute"], adapted, db)))
        library.time.sleep(1)
        assert outcomes[0].startswith("ProgrammingError: SQLite objects created in a thread")
        careless = adapted.connect(":memory:", factory=Careless)
        with pytest.raises(adapted.ProgrammingError, match=r"Base Connection.__init__ not called"):
            careless.execute("select 1")

    run(program)
