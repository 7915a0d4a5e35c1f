"""Finds out whether an exception comes from something that a browser lacks and CPython has.

The result names what the program's own line calls, and what kind of thing is missing. The page has
a sentence for each kind, which also says what to use instead; see
runtime/page/workbench/missing.ts.
"""

import ast
import builtins
import errno
import linecache
import socket
import sys
from collections.abc import Iterator
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType, TracebackType
from typing import Any, NamedTuple

from browser_runtime import advice
from browser_runtime.scheduling import scheduler
from browser_runtime.stand_in import StandIn

# The kind of a function about which nothing else is known.
OTHER = "other"

# Module → what the module has in CPython on Linux, but not here → its kind.
_ABSENT: dict[str, dict[str, str]] = {
    "os": {
        **dict.fromkeys(("copy_file_range", "sendfile", "splice"), "copies"),
        **dict.fromkeys(("eventfd", "eventfd_read", "eventfd_write"), "pipes"),
        **dict.fromkeys(("mkfifo", "mknod", "pipe2"), "pipes"),
        **dict.fromkeys(("forkpty", "posix_spawn", "posix_spawnp"), "programs"),
        **dict.fromkeys(("getegid", "geteuid", "getgrouplist", "getgroups", "getresgid"), "users"),
        **dict.fromkeys(("getresuid", "initgroups", "lchown", "setegid", "seteuid"), "users"),
        **dict.fromkeys(("setgroups", "setresgid", "setresuid"), "users"),
        "getrandom": "random",
        **dict.fromkeys(("getxattr", "listxattr", "removexattr", "setxattr"), "attributes"),
        "link": "links",
        "memfd_create": "memory-files",
        **dict.fromkeys(("nice", "sched_get_priority_max", "sched_get_priority_min"), "priority"),
        **dict.fromkeys(("sched_getparam", "sched_getscheduler", "sched_param"), "priority"),
        **dict.fromkeys(("sched_rr_get_interval", "sched_setaffinity"), "priority"),
        **dict.fromkeys(("sched_setparam", "sched_setscheduler", "setpriority"), "priority"),
        "openpty": "terminal",
        "pidfd_open": "process-signals",
        **dict.fromkeys(("posix_fallocate", "preadv", "pwritev"), "file-calls"),
        **dict.fromkeys(("setns", "unshare"), "system"),
        **dict.fromkeys(("timerfd_create", "timerfd_gettime", "timerfd_gettime_ns"), "timers"),
        **dict.fromkeys(("timerfd_settime", "timerfd_settime_ns"), "timers"),
    },
    "hashlib": {"scrypt": "password-hashes", "pbkdf2_hmac": "password-hashes"},
    "signal": {"pidfd_send_signal": "process-signals"},
    "time": {"thread_time": "thread-time", "thread_time_ns": "thread-time", "tzset": "time-zone"},
}
# Functions that do not work here → their kind. All of them exist, except for `_ABSENT_METHODS`.
_FAILING = {
    **dict.fromkeys((f"os.spawn{how}" for how in ("l", "le", "lp", "lpe")), "programs"),
    **dict.fromkeys((f"os.spawn{how}" for how in ("v", "ve", "vp", "vpe")), "programs"),
    **dict.fromkeys((f"os.exec{how}" for how in ("l", "le", "lp", "lpe")), "programs"),
    **dict.fromkeys((f"os.exec{how}" for how in ("v", "ve", "vp", "vpe")), "programs"),
    **dict.fromkeys(("os.popen", "os.system", "pty.spawn"), "programs"),
    **dict.fromkeys(("os.fork", "pty.fork"), "copied-processes"),
    **dict.fromkeys(("os.wait", "os.wait3", "os.wait4", "os.waitid", "os.waitpid"), "children"),
    **dict.fromkeys(("pty.openpty", "os.posix_openpt"), "terminal"),
    "os.ttyname": "terminal",
    "os.get_terminal_size": "terminal-size",
    "hashlib.new": "hashes",
    "hashlib.__py_new": "hashes",
    **dict.fromkeys(
        ("ctypes.CDLL", "ctypes.PyDLL", "ctypes.LibraryLoader.LoadLibrary"), "libraries"
    ),
    # With which a socket is passed to another process, as uvicorn does with `reload` or `workers`.
    "multiprocessing.DupFd": "sockets",
    "multiprocessing.SharedMemory": "shared-memory",
    "platform.freedesktop_os_release": "system",
    **dict.fromkeys(("signal.sigwait", "signal.sigwaitinfo", "signal.sigtimedwait"), "signals"),
    "sqlite3.Connection.enable_load_extension": "extensions",
    "sqlite3.Connection.load_extension": "extensions",
    "time.pthread_getcpuclockid": "thread-time",
    # With which Flask's `app.run(debug=True)` starts the program again when its file changes.
    "werkzeug.run_with_reloader": "reloads",
    **{
        f"asyncio.{name}": "programs"
        for name in ("create_subprocess_exec", "create_subprocess_shell")
    },
}
# Modules of which no function works here → the kind of their functions.
_FAILING_MODULES = {
    "subprocess": "programs",
    "termios": "terminal",
    "tty": "terminal",
    "webbrowser": "pages",
}
# The methods in `_FAILING` that do not exist here.
_ABSENT_METHODS = {
    "sqlite3.Connection.enable_load_extension",
    "sqlite3.Connection.load_extension",
}
# The hashes that `hashlib.new` gets only from OpenSSL, which is not available here. Other unknown
# names are unknown to CPython as well.
_HASHES = ("md5-sha1", "ripemd160", "sha512_224", "sha512_256", "sm3")

# The numbers of the errors of two kinds of system calls: those that this system lacks, and those
# that need a terminal.
_MISSING_CALLS = (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTTY)
# The numbers of `socket.gaierror` for a name that is not known, and for one that cannot be looked
# up now. The browser's Python has no constants for them.
_UNKNOWN_NAME = (-2, -3)
# Kinds of functions of which every OSError means that they do not work here, whatever its number.
_FAILING_KINDS = {
    "copied-processes",
    "libraries",
    "programs",
    "signals",
    "system",
    "terminal",
    "thread-time",
}


# The text of an error of this runtime that the page explains by a fact of its own: the browser, and
# not the function, is the reason. See processes/popen.py.
NO_NEW_PROCESS = "can't start new process"


class Missing(NamedTuple):
    """What the page is told about something that is missing."""

    # The name of a fact in runtime/page/workbench/differences.ts.
    fact: str
    # The line of the program; 0 if it is unknown or not shown.
    line: int
    # Names, separated by spaces. For the fact "no-call": what the program calls, the kind, and the
    # function that does not work if it is another one. For "no-module": the module, and what the
    # program calls if another module imports it. For other facts: nothing.
    detail: str


def kind_of(name: str) -> str:
    """Return the kind of a function, for example "programs" for `os.system`."""
    module, _, function = name.partition(".")
    absent = _ABSENT.get(module, {}).get(function)
    return absent or _FAILING.get(name) or _FAILING_MODULES.get(module, OTHER)


def silent(name: str, line: int) -> Missing:
    """Return what the page is told about a function that has failed without an exception."""
    return Missing("no-call", line, f"{name} {kind_of(name)}")


def explain(error: BaseException, program: str) -> Missing | None:
    """Return what the browser lacks according to an exception, or None if that is not its cause.

    Args:
        error: the exception, which has reached a frame of the program.
        program: the name of the program's file.
    """
    own = _innermost(error.__traceback__, program)
    if own is None:
        return None
    if name := _absent_name(error):
        return _Call(own).lacks(name, kind_of(name))
    cause: BaseException | None = error
    for _ in range(5):  # urllib and other libraries wrap the error of the system.
        if cause is None:
            break
        if found := _explain_cause(cause, own):
            return found
        cause = cause.__cause__ or cause.__context__
    return None


def _explain_cause(error: BaseException, own: TracebackType) -> Missing | None:
    if _is_of_another_machine(error):
        return Missing("own-network", 0, "")
    if not _may_lack(error):
        return None  # Most exceptions end here, before the source is parsed.
    call = _Call(own)
    if isinstance(error, ModuleNotFoundError):
        module = (error.name or "").partition(".")[0]
        if module in advice.STANDARD:
            return Missing("no-module", call.line, f"{module} {call.written}".rstrip())
    return call.lacks(call.failing, call.kind) if _is_lack(error, call.kind) else None


def _innermost(traceback: TracebackType | None, program: str) -> TracebackType | None:
    own: TracebackType | None = None
    while traceback:
        if traceback.tb_frame.f_code.co_filename == program:
            own = traceback
        traceback = traceback.tb_next
    return own


def _absent_name(error: BaseException) -> str:
    """Return the name of what the program looks for, if CPython has it and the browser does not."""
    if isinstance(error, ImportError):
        module, name = error.name or "", error.name_from
    elif isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        module, name = error.obj.__name__, error.name
    elif isinstance(error, AttributeError):
        kinds = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error.obj).__mro__)
        names = (f"{kind}.{error.name}" for kind in kinds)
        return next((name for name in names if name in _ABSENT_METHODS), "")
    else:
        return ""
    return f"{module}.{name}" if name in _ABSENT.get(module, ()) else ""


def _may_lack(error: BaseException) -> bool:
    """Return whether an exception looks as if it could come from what the browser lacks."""
    return (
        isinstance(error, (ImportError, NotImplementedError, OSError))
        or _is_of_terminal(error)
        or _is_of_hash(error)
    )


def _is_of_terminal(error: BaseException) -> bool:
    return type(error).__module__ == "termios"


def _is_of_hash(error: BaseException) -> bool:
    message = error.args[0] if type(error) is ValueError and error.args else None
    return isinstance(message, str) and message.endswith(_HASHES)


def _is_lack(error: BaseException, kind: str) -> bool:
    """Return whether a function of this kind raises such an exception only in a browser."""
    if isinstance(error, OSError) and error.strerror == NO_NEW_PROCESS:
        return False
    if hasattr(error, "_is_of_the_network"):
        return False  # The call fails in the same way on CPython; see `network.loopback.errors`.
    if isinstance(error, OSError):
        return error.errno in _MISSING_CALLS or kind in _FAILING_KINDS
    if isinstance(error, ImportError):
        return kind == "pages"
    return _is_of_terminal(error) or kind == "hashes" or isinstance(error, NotImplementedError)


def _is_of_another_machine(error: BaseException) -> bool:
    """Return whether an error says that a name or address of another machine cannot be reached."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(_is_of_another_machine, error.exceptions))
    if isinstance(error, socket.gaierror):
        return error.errno in _UNKNOWN_NAME
    return isinstance(error, OSError) and error.errno == errno.ENETUNREACH


class _Call:
    """The call in the program from which an exception comes.

    Args:
        own: the innermost entry of the program in the traceback of the exception.
    """

    def __init__(self, own: TracebackType) -> None:
        self.line = own.tb_lineno
        expression = _expression(own)
        is_call = isinstance(expression, ast.Call)
        if isinstance(expression, ast.Call):
            expression = expression.func
        # The function that is called, as it is written, if that is a dotted name; otherwise empty.
        self.written = _dotted(expression)
        method = expression.attr if isinstance(expression, ast.Attribute) else ""
        self._function = _name_of(own.tb_frame, self.written)
        called = list(_called(own))
        names = [self._function, *(f"{top}.{name}" for top, name in called)]
        known = next((name for name in names if name and kind_of(name) != OTHER), "")
        self.kind = kind_of(known)
        # The function that does not work, or "" if the exception was raised by the program itself
        # or by a library that is not part of Python. If such a library has called a function of
        # Python, that may fail for the library's own reasons, unless it is known to fail here.
        self.failing = ""
        if all(top in sys.stdlib_module_names for top, _ in called) and (called or is_call):
            # Functions further out may work in other cases, as `asyncio.run` does.
            public = [
                name if "." in name else f"{top}.{name}"
                for top, name in called
                if not name.startswith("_")
            ]
            self.failing = known or (public[-1] if public else self.written or method)
        elif called and called[-1][0] in sys.stdlib_module_names:
            # A library has called a function that does not work here.
            self.failing = known

    def lacks(self, name: str, kind: str) -> Missing | None:
        """Return what the page is told if a function of this name and kind does not work.

        The result is None if the name is empty.
        """
        if not name:
            return None
        detail = f"{self.written or name} {kind}"
        own_name = (self._function or self.written or name).rpartition(".")[2]
        if own_name != name.rpartition(".")[2] and kind_of(self._function) == OTHER:
            detail += f" {name}"
        return Missing("no-call", self.line, detail)


def _called(own: TracebackType) -> Iterator[tuple[str, str]]:
    """Yield top-level module and name of each function between the program and the exception.

    Functions of this runtime are left out.
    """
    called = own.tb_next
    while called:
        code = called.tb_frame.f_code
        if not scheduler.is_ours(code.co_filename):
            module = str(called.tb_frame.f_globals.get("__name__", ""))
            yield module.partition(".")[0], code.co_qualname.removesuffix(".__init__")
        called = called.tb_next


def _expression(traceback: TracebackType) -> ast.expr | None:
    """Return the expression that has raised the exception, if it was an expression."""
    code = traceback.tb_frame.f_code
    # `tb_lasti` counts bytes; each instruction has two.
    line, last, start, end = list(code.co_positions())[traceback.tb_lasti // 2]
    if line is None or last is None or start is None or end is None:
        return None
    numbers = range(line, last + 1)
    lines = [linecache.getline(code.co_filename, number).encode() for number in numbers]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    try:
        found = ast.parse(b"".join(lines).decode(), mode="eval").body
    except SyntaxError:
        return None
    return found.value if isinstance(found, ast.Await) else found


def _dotted(expression: ast.expr | None) -> str:
    """Return a name with dots as it is written, or "" for any other expression."""
    if isinstance(expression, ast.Name):
        return expression.id
    if isinstance(expression, ast.Attribute) and (before := _dotted(expression.value)):
        return f"{before}.{expression.attr}"
    return ""


def _name_of(frame: FrameType, written: str) -> str:
    """Return the full name of a function that the program calls by this name, or "" if unknown.

    Only modules are searched, because attributes of other objects can be code of the program.
    """
    first, *others = written.split(".")
    spaces = (frame.f_locals, frame.f_globals, vars(builtins))
    found: Any = next((space[first] for space in spaces if first in space), None)
    for name in others:
        found = vars(found).get(name) if isinstance(found, ModuleType) else None
    if not isinstance(found, BuiltinFunctionType | FunctionType | StandIn | type):
        return ""
    module = str(found.__module__).partition(".")[0].lstrip("_")
    return f"{'os' if module == 'posix' else module}.{found.__qualname__}"
