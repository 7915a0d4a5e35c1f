"""The functions of `os` that tell processes apart, or end them."""

import contextlib
import operator
import os
import posix
import signal
from typing import Any

import browser_page as page
import browser_processes as broker

from browser_runtime import facts
from browser_runtime.primitives import threads
from browser_runtime.scheduling import scheduler

# The pid of the process that the program starts as; the others come after it.
MAIN = 42


# The process that this one is another interpreter of; 0 if it is none.
_owner = 0


def getpid() -> int:
    """Return the current process id."""
    return _owner or broker.pid()


def be_part_of(pid: int) -> None:
    """Be another interpreter of the process with this number."""
    global _owner
    _owner = pid


def getppid() -> int:
    """Return the parent's process id; 1 if there is none, as on CPython."""
    return broker.parent() or 1


def cpu_count() -> int:
    """Return how many cores the browser says there are."""
    return broker.cores


def kill(pid: int, signum: int, /) -> None:
    """Like `os.kill`, for the processes of this program."""
    if pid == broker.pid() and _ends(signum):
        broker.kill(pid, signum)
        _wait_for_the_end()
    elif pid > MAIN and pid != broker.pid():
        if signum:
            broker.kill(pid, signum)
    else:
        threads.kill(pid, signum)


def _ends(number: int) -> bool:
    """Whether a signal ends this process; the main one is the page's to end."""
    return (
        broker.pid() != MAIN
        and number != 0
        and (number == signal.SIGKILL or signal.getsignal(number) == signal.SIG_DFL)
    )


def _wait_for_the_end() -> None:
    while True:
        # Where it is not possible there is nobody else either who could go on.
        with contextlib.suppress(scheduler.CannotSuspendError):
            scheduler.wait(None, outside=True)


def exit_at_once(status: int) -> None:
    """End this process without any of the usual last steps, as `os._exit` does."""
    number = operator.index(status) & 0xFF
    facts.tell()
    if scheduler.watch:
        scheduler.watch.end()
    if broker.pid() == MAIN:
        page.leave(number)
    else:
        broker.end(number)
    _wait_for_the_end()


def install() -> None:
    """Put them in place."""
    functions: dict[str, Any] = {
        "_exit": exit_at_once,
        "cpu_count": cpu_count,
        "getpid": getpid,
        "getppid": getppid,
        "kill": kill,
        "process_cpu_count": cpu_count,
    }
    for name, function in functions.items():
        # Programs send them to other processes by these names.
        function.__module__, function.__name__, function.__qualname__ = "posix", name, name
        setattr(os, name, function)
        setattr(posix, name, function)


def become_child() -> None:
    """Let Ctrl-C interrupt this process, which is not the main one."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
