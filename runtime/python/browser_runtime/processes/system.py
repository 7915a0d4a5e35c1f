"""The functions of `os` that identify or end processes, send signals to them, or list cores."""

import contextlib
import errno
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

# The pid of the main process, which is the pid that Emscripten reports. Those of child processes
# are greater.
MAIN = 42
# Nothing happens when a process gets one of these signals and has no handler for it, see "Standard
# signals" in https://man7.org/linux/man-pages/man7/signal.7.html.
_IGNORED = frozenset({signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH})


# If this worker runs an interpreter that is not the main one of its process, the pid of that
# process; otherwise 0.
_owner = 0


def getpid() -> int:
    """Return the current process id."""
    return _owner or broker.pid()


def be_part_of(pid: int) -> None:
    """Make this worker another interpreter of the process with this pid."""
    global _owner
    _owner = pid


def getppid() -> int:
    """Return the parent's process id; 1 if there is no parent, as on CPython."""
    return broker.parent() or 1


def cpu_count() -> int:
    """Return the number of cores that the browser reports."""
    return broker.cores


def sched_getaffinity(pid: int, /) -> set[int]:
    """Return the cores that a process can use, which are all that the browser reports."""
    if pid not in (0, getpid()):
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
    return set(range(broker.cores))


def kill(pid: int, signum: int, /) -> None:
    """Like `os.kill`, for the processes of this program.

    A child process can handle only SIGINT if another process sends it. Other signals end the child
    process immediately, except for those that systems ignore, such as SIGCHLD.
    """
    if pid == broker.pid() and _ends(signum):
        broker.kill(pid, signum)
        _wait_forever()
    elif pid > MAIN and pid != broker.pid():
        if signum and signum not in _IGNORED:
            broker.kill(pid, signum)
    else:
        threads.kill(pid, signum)


def _ends(number: int) -> bool:
    """Return whether a signal ends this process; only the page ends the main process."""
    return (
        broker.pid() != MAIN
        and number not in (0, *_IGNORED)
        and (number == signal.SIGKILL or signal.getsignal(number) == signal.SIG_DFL)
    )


def _wait_forever() -> None:
    """Wait until this worker is terminated."""
    while True:
        # If this thread cannot be suspended, no other thread can run in the meantime either.
        with contextlib.suppress(scheduler.CannotSuspendError):
            scheduler.wait(None, outside=True)


def exit_immediately(status: int) -> None:
    """End this process without any cleanup, as `os._exit` does."""
    number = operator.index(status) & 0xFF
    facts.report()
    if scheduler.observer:
        scheduler.observer.end()
    if broker.pid() == MAIN:
        page.leave(number)
    else:
        broker.end(number)
    _wait_forever()


def install() -> None:
    """Put the functions of this module into `os` and `posix`."""
    functions: dict[str, Any] = {
        "_exit": exit_immediately,
        "cpu_count": cpu_count,
        "getpid": getpid,
        "getppid": getppid,
        "kill": kill,
        "process_cpu_count": cpu_count,
        "sched_getaffinity": sched_getaffinity,
    }
    for name, function in functions.items():
        # A program may send one of these functions to another process. Functions are pickled by
        # name, so each gets the name under which the other process finds it.
        function.__module__, function.__name__, function.__qualname__ = "posix", name, name
        setattr(os, name, function)
        setattr(posix, name, function)


def become_child() -> None:
    """Let Ctrl+C interrupt this process, which is not the main one."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
