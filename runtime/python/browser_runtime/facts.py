"""Records where the browser has affected a program, so that the page can explain it.

There is no list of what does not work in the browser. A fact is recorded only when the program
experiences it. An exception, for example, counts only if it reaches a frame of the program, and not
if a library catches it and falls back to something else.
"""

import contextlib
import errno
import linecache
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType, TracebackType

import browser_page as page

from browser_runtime import advice

# The tool numbers of `sys.monitoring`, in the order in which this module tries them. The first two
# have no predefined meaning, so programs are least likely to use them.
_TOOLS = (4, 3, 5, 2, 1, 0)
TOOL_NAME = "browser_runtime"
# The error numbers with which calls fail that this system lacks, or that need a network.
_UNSUPPORTED = (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTCONN, errno.EHOSTUNREACH)
# When this many things are known not to work, exceptions are not searched for more of them.
_MAX_MISSING = 3
# Inspecting an exception takes longer than raising it, so no more than this many are inspected.
_MAX_INSPECTED = 1000
# Reading the same time once or twice is normal, for example when a program starts two stopwatches.
_MIN_STANDSTILLS = 3
# Ignore shorter delays than this many ns: the other thread was only starting a wait or exiting,
# which takes up to 60 ms where the machine itself is busy.
_MIN_LOST_NS = 150_000_000
# The original function. `trace_hooks` gives programs another one, which hides this module's tool.
_get_tool = sys.monitoring.get_tool
# The name of a function with its dots, at the end of what precedes the parenthesis of a call.
_CALLED = re.compile(r"[\w.]+$")


class _Facts:
    """What has been recorded for one program."""

    def __init__(self, program: str) -> None:
        # The path of the program's file.
        self.program = program
        # The threads that had to share the processor with another one.
        self.competed: set[int] = set()
        # How long each thread was suspended while another one ran, in ns.
        self.lost: dict[int, int] = {}
        # How often the program read the same time at two places.
        self.standstills = 0
        # The number of cores that the program was told, or 0 if it has not asked.
        self.cores = 0
        # How many exceptions have been inspected.
        self.inspected = 0
        # What did not work, as (fact, name), in the order of occurrence. The page knows the facts
        # by their names; see runtime/page/workbench/differences.ts.
        self.missing: dict[tuple[str, str], None] = {}


_facts = _Facts("")


def competed(ident: int) -> None:
    """Record that a thread's time slice ended while another thread was ready."""
    _facts.competed.add(ident)


def lost_time(ident: int, other: int, nanoseconds: int) -> None:
    """Record that a thread lost time to another one, which had been waiting until then.

    The other thread may have been ready long before, but only the end of the time slice showed it.

    Args:
        ident: the thread whose time slice ended, and which lost the time.
        other: the thread that ran next.
        nanoseconds: how long the first thread was suspended.
    """
    lost = _facts.lost[ident] = _facts.lost.get(ident, 0) + nanoseconds
    if lost > _MIN_LOST_NS:
        _facts.competed |= {ident, other}


def clock_stood_still() -> None:
    """Record that the program read the same time at two places, one after the other."""
    _facts.standstills += 1


def counted_cores(count: int) -> None:
    """Record the number of cores that the program got when it called `os.cpu_count` or the like."""
    _facts.cores = count


def call_failed(name: str) -> None:
    """Record that a call has failed without an exception."""
    _facts.missing["no-call", name] = None


def cannot_switch() -> None:
    """Record that a thread could not start, because this browser cannot switch stacks."""
    _facts.missing["no-threads", ""] = None


def cannot_start_processes() -> None:
    """Record that a process could not start, because this browser cannot suspend its parent."""
    _facts.missing["no-processes", ""] = None


def time_zones_missing() -> None:
    """Record that the program needed the data of the time zones, which had not been loaded."""
    _facts.missing["no-time-zones", ""] = None


def files_diverged() -> None:
    """Record that this process has written files that other processes do not see."""
    _facts.missing["own-files", ""] = None


def _on_raise(code: CodeType, _: int, error: BaseException) -> None:
    _facts.inspected += 1
    if _facts.inspected == _MAX_INSPECTED:
        _stop_watching()
    if code.co_filename != _facts.program or len(_facts.missing) >= _MAX_MISSING:
        return
    # The program must not see an error of this function, such as a RecursionError.
    with contextlib.suppress(Exception):
        fact = _explain(error)
        if fact:
            _facts.missing[fact] = None


def _watch(tools: Sequence[int]) -> None:
    """Inspect exceptions with the first free tool number, or not at all if none is free."""
    monitoring = sys.monitoring
    tool = next((tool for tool in tools if monitoring.get_tool(tool) is None), None)
    if tool is not None:
        monitoring.use_tool_id(tool, TOOL_NAME)
        monitoring.register_callback(tool, monitoring.events.RAISE, _on_raise)
        monitoring.set_events(tool, monitoring.events.RAISE)


def _stop_watching() -> None:
    for tool in _TOOLS:
        if uses_tool(tool):
            # Before Python 3.14, `free_tool_id` does not switch the events off.
            sys.monitoring.set_events(tool, 0)
            sys.monitoring.free_tool_id(tool)


def uses_tool(tool: int) -> bool:
    """Return whether this module uses a tool number of `sys.monitoring`."""
    return _get_tool(tool) == TOOL_NAME


def leave_tool(tool: int) -> None:
    """Use another tool number, because the program wants to use this one."""
    _stop_watching()
    _watch([other for other in _TOOLS if other != tool])


def _explain(error: BaseException) -> tuple[str, str] | None:
    """Return the fact and the name that explain an error, or None if the browser is not its cause.

    Libraries such as urllib wrap the error of the system, so up to five causes are followed.
    """
    if name := _absent(error):
        return "no-call", name
    cause: BaseException | None = error
    for _ in range(5):
        if isinstance(cause, ModuleNotFoundError):
            package = (cause.name or "").partition(".")[0]
            return ("no-module", package) if package in advice.STANDARD else None
        if isinstance(cause, OSError) and cause.errno in _UNSUPPORTED:
            return _name_call(error)
        if isinstance(cause, NotImplementedError):
            return _name_call(error)
        cause = cause and (cause.__cause__ or cause.__context__)
    return None


# Functions that modules have in CPython on Linux, but not in CPython for Emscripten.
_ABSENT = {
    "os": frozenset(
        (
            *("copy_file_range", "eventfd", "eventfd_read", "eventfd_write", "forkpty"),
            *("getegid", "geteuid", "getgrouplist", "getgroups", "getrandom", "getresgid"),
            *("getresuid", "getxattr", "initgroups", "lchown", "link", "listxattr"),
            *("memfd_create", "mkfifo", "mknod", "nice", "openpty", "pidfd_open", "pipe2"),
            *("posix_fallocate", "posix_spawn", "posix_spawnp", "preadv", "pwritev"),
            *("removexattr", "sched_get_priority_max", "sched_get_priority_min"),
            *("sched_getparam", "sched_getscheduler", "sched_param", "sched_rr_get_interval"),
            *("sched_setaffinity", "sched_setparam", "sched_setscheduler", "sendfile", "setegid"),
            *("seteuid", "setgroups", "setns", "setpriority", "setresgid", "setresuid"),
            *("setxattr", "splice", "timerfd_create", "timerfd_gettime", "timerfd_gettime_ns"),
            *("timerfd_settime", "timerfd_settime_ns", "unshare"),
        )
    ),
    "signal": frozenset({"pidfd_send_signal"}),
    "time": frozenset({"thread_time", "thread_time_ns", "tzset"}),
}


def _absent(error: BaseException) -> str:
    """Return the name of a missing function that exists on Linux; empty for all other errors."""
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        module, name = error.obj.__name__, error.name
    elif isinstance(error, ImportError):
        module, name = error.name or "", error.name_from
    else:
        return ""
    return f"{module}.{name}" if name in _ABSENT.get(module, ()) else ""


def _name_call(error: BaseException) -> tuple[str, str] | None:
    """Return the function that does not work, or None if the program raised the error itself.

    This is the innermost public function between the program and the error. The functions that have
    called it, such as `asyncio.run`, may work in other cases.
    """
    # The innermost frame of the program.
    own: TracebackType | None = None
    traceback = error.__traceback__
    while traceback:
        if traceback.tb_frame.f_code.co_filename == _facts.program:
            own = traceback
        traceback = traceback.tb_next
    if own is None:
        return None
    if own.tb_next is None:
        call = _CALLED.search(_expression(own).partition("(")[0])
        return ("no-call", call[0]) if call else None
    found: tuple[str, str] | None = None
    called: TracebackType | None = own.tb_next
    while called:
        code = called.tb_frame.f_code
        module = str(called.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if module not in sys.stdlib_module_names:
            return None
        if not code.co_name.startswith("_") or code.co_name == "__init__":
            name = code.co_qualname.removesuffix(".__init__")
            found = ("no-call", name if "." in name else f"{module}.{name}")
        called = called.tb_next
    return found


def _expression(traceback: TracebackType) -> str:
    """Return the source of the call that raised, or an empty string if it was not a call."""
    positions = list(traceback.tb_frame.f_code.co_positions())
    # `tb_lasti` counts bytes; each instruction has two.
    line, last, start, end = positions[traceback.tb_lasti // 2]
    if line is None or line != last or start is None or end is None:
        return ""
    text = linecache.getline(_facts.program, line).encode()[start:end].decode()
    return text if text.endswith(")") and not text.startswith("raise") else ""


def begin(program: Path) -> None:
    """Start recording for the program in this file."""
    global _facts
    _facts = _Facts(str(program))
    _stop_watching()
    _watch(_TOOLS)


def report() -> None:
    """Stop recording, and send the facts to the page."""
    _stop_watching()
    for fact, detail in _facts.missing:
        page.tell(fact, 0, detail)
    if len(_facts.competed) > 1:
        page.tell("took-turns", len(_facts.competed), "")
    if _facts.cores:
        page.tell("cores", _facts.cores, "")
    if _facts.standstills >= _MIN_STANDSTILLS:
        page.tell("clock-step", page.clock_step(), "")
