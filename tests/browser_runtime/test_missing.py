"""What the page is told about functions and modules that a browser lacks."""

import errno
import hashlib
import linecache
import multiprocessing
import os
import re
import selectors
import signal
import sqlite3
import subprocess
import sys
import time
from asyncio import unix_events
from types import ModuleType
from typing import Any

import pytest

from tests.browser_runtime.harness import missing
from tests.conftest import REPOSITORY

FILE = "demo.py"
MODULES: dict[str, ModuleType] = {
    module.__name__: module for module in (hashlib, os, selectors, signal, time)
}


@pytest.fixture(autouse=True)
def _as_in_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove what browsers do not have, and let functions fail that do not work in them."""
    for name, absent in missing._ABSENT.items():
        for each in absent:
            if name in MODULES:
                monkeypatch.delattr(MODULES[name], each, raising=False)
    for name in ("curses", "dbm"):
        monkeypatch.setitem(sys.modules, name, None)

    monkeypatch.setattr(
        subprocess.Popen, "_execute_child", _fails("subprocess", "OSError(errno.EOPNOTSUPP, '')")
    )
    loop: Any = unix_events._UnixSelectorEventLoop
    monkeypatch.setattr(
        loop, "_make_subprocess_transport", _fails("asyncio", "NotImplementedError")
    )
    monkeypatch.setattr(sqlite3, "connect", lambda _: _Connection())


class _Connection:
    """A database connection without the methods for extensions, as in the browser."""


_Connection.__module__, _Connection.__qualname__ = "sqlite3", "Connection"


def _fails(module: str, error: str) -> Any:
    """Make a function that raises this error and looks like a private function of this module."""
    namespace: dict[str, Any] = {"__name__": module, "errno": errno}
    exec(f"def _fail(*_, **__): raise {error}", namespace)
    return namespace["_fail"]


def told(source: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a program, and return what the page is told about its exception."""
    lines = source.splitlines(keepends=True)
    monkeypatch.setitem(linecache.cache, FILE, (len(source), None, lines, FILE))
    with pytest.raises(BaseException) as error:  # noqa: PT011 - of any kind
        exec(compile(source, FILE, "exec"), {"__name__": "__main__"})
    return missing.explain(error.value, FILE)


def test_that_a_browser_cannot_start_processes_is_not_reported_as_a_missing_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The page explains it by the fact `no-processes`; see `facts.cannot_start_processes`."""
    error = 'OSError(errno.ENOSYS, "can\'t start new process")'
    monkeypatch.setattr(
        multiprocessing.Process, "_Popen", staticmethod(_fails("multiprocessing", error))
    )
    source = "import multiprocessing\nmultiprocessing.Process().start()"
    assert told(source, monkeypatch) is None


@pytest.mark.parametrize(
    ("source", "line", "detail"),
    [
        ("import hashlib\nhashlib.scrypt(b'')", 2, "hashlib.scrypt password-hashes"),
        ("import hashlib as h\n\nx = [h.scrypt(b'')]", 3, "h.scrypt password-hashes"),
        ("from hashlib import sha1, scrypt", 1, "hashlib.scrypt password-hashes"),
        ("import os\ndef f(): return os.nice(1)\nf()", 2, "os.nice priority"),
        ("import time\ntime.thread_time()", 2, "time.thread_time thread-time"),
        ("import signal\nsignal.pidfd_send_signal", 2, "signal.pidfd_send_signal process-signals"),
        (
            "import sqlite3\nsqlite3.connect(':memory:').enable_load_extension(True)",
            2,
            "sqlite3.Connection.enable_load_extension extensions",
        ),
        ("import subprocess\nsubprocess.run(['ls'])", 2, "subprocess.run programs"),
        ("from subprocess import run\nrun(\n    ['ls'],\n)", 2, "run programs"),
        ("import os\nos.popen('ls').read()", 2, "os.popen programs"),
        (
            "import asyncio\nasyncio.run(asyncio.create_subprocess_exec('ls'))",
            2,
            "asyncio.run programs asyncio.create_subprocess_exec",
        ),
        (
            "import asyncio\nasync def main():\n    await asyncio.create_subprocess_shell('ls')\n"
            "asyncio.run(main())",
            3,
            "asyncio.create_subprocess_shell programs",
        ),
        (
            "import os\nos.get_terminal_size(os.open('/dev/null', os.O_RDONLY))",
            2,
            "os.get_terminal_size terminal-size",
        ),
        (
            "import os, termios\ntermios.tcgetattr(os.open('/dev/null', os.O_RDONLY))",
            2,
            "termios.tcgetattr terminal",
        ),
        (
            "import os, tty\ntty.setraw(os.open('/dev/null', os.O_RDONLY))",
            2,
            "tty.setraw terminal",
        ),
        (
            "import ctypes\nctypes.CDLL('libnothing.so.6')",
            2,
            "ctypes.CDLL libraries",
        ),
        (
            "import ctypes\nctypes.cdll.LoadLibrary('libnothing.so')",
            2,
            "ctypes.cdll.LoadLibrary libraries",
        ),
    ],
)
def test_the_call_is_named_as_in_the_line_of_the_program(
    source: str, line: int, detail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comment on `Missing.detail` in missing.py explains the words of the detail."""
    assert told(source, monkeypatch) == ("no-call", line, detail)


@pytest.mark.parametrize(
    ("source", "line", "detail"),
    [
        ("import curses", 1, "curses"),
        ("import sys\nfrom curses import ascii", 2, "curses"),
        (
            "import importlib\nimportlib.import_module('curses')",
            2,
            "curses importlib.import_module",
        ),
        ("import shelve\nshelve.open('x')", 2, "dbm shelve.open"),
    ],
)
def test_a_module_is_named_with_the_call_that_imports_it(
    source: str, line: int, detail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(source, monkeypatch) == ("no-module", line, detail)


@pytest.mark.parametrize(
    "source",
    [
        "import os; os.sched_getafinity",
        "from time import slep",
        "''.thread_time",
        "open('nothing')",
        "raise NotImplementedError",
        "import errno\nraise OSError(errno.ENOSYS, 'mine')",
        "def move(): raise NotImplementedError\nmove()",
        "import hashlib\nhashlib.new('md17')",
        "import no_such_module",
        "class Odd(ValueError):\n    def __str__(self): 1 / 0\nraise Odd()",
        "import subprocess\nsubprocess.run(['ls'], capture_output=True, stdout=1)",
    ],
)
def test_exceptions_that_the_program_would_also_raise_on_cpython_are_not_explained(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(source, monkeypatch) is None


def test_an_error_of_a_library_outside_the_standard_library_is_not_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = ModuleType("library")
    exec("def work(): raise NotImplementedError", vars(library))
    monkeypatch.setitem(sys.modules, "library", library)
    assert told("import library\nlibrary.work()", monkeypatch) is None


@pytest.mark.parametrize(
    ("library", "detail"),
    [
        ("other", "library.work programs subprocess.run"),
        # Flask's development server runs in a library of this name.
        ("werkzeug", "library.work reloads werkzeug.run_with_reloader"),
    ],
)
def test_a_library_that_calls_a_failing_function_of_python_is_explained(
    library: str, detail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "import subprocess\ndef run_with_reloader(): subprocess.run(['ls'])\n"
    module = ModuleType(f"{library}.inner")
    exec(compile(f"{source}def work(): run_with_reloader()", "inner.py", "exec"), vars(module))
    monkeypatch.setitem(sys.modules, "library", module)
    assert told("import library\nlibrary.work()", monkeypatch) == ("no-call", 2, detail)


def test_a_socket_that_is_passed_to_another_process_is_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Popen:
        DupFd = None
        duplicate_for_child = _fails("multiprocessing", "OSError(errno.EOPNOTSUPP, '')")

    monkeypatch.setattr(multiprocessing.context, "get_spawning_popen", Popen)
    source = "from multiprocessing import reduction\nreduction.DupFd(3)"
    assert told(source, monkeypatch) == ("no-call", 2, "reduction.DupFd sockets")


def test_an_error_is_explained_even_if_urllib_has_raised_another_one_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = "import urllib.request as r\nr.urlopen('http://127.0.0.1:9')"

    refuse = _fails("socket", "OSError(errno.EOPNOTSUPP, '')")
    monkeypatch.setattr("socket.create_connection", refuse)
    found = told(source, monkeypatch)
    assert found is not None
    assert found.detail.startswith("r.urlopen other ")


def test_a_command_that_fails_without_an_exception_has_the_kind_programs() -> None:
    assert missing.silent("os.system", 7) == ("no-call", 7, "os.system programs")


def test_the_page_has_a_sentence_for_each_kind() -> None:
    page = (REPOSITORY / "runtime" / "page" / "workbench" / "missing.ts").read_text("utf-8")
    kinds = {
        *(kind for absent in missing._ABSENT.values() for kind in absent.values()),
        *missing._FAILING.values(),
        *missing._FAILING_MODULES.values(),
        missing.OTHER,
    }
    block = page[page.index("const KINDS") : page.index("const MODULES")]
    known = re.findall(r'^  "?([a-z-]+)"?: \[', block, re.MULTILINE)
    assert sorted(known) == sorted(kinds)
