"""Starts a process of `multiprocessing`: the way of `spawn`, with a worker for an interpreter."""

import errno
import io
import os
from typing import Any

import browser_processes as broker
from pyodide.ffi import to_js

from browser_runtime import facts
from browser_runtime.processes import asking, channels, files
from browser_runtime.scheduling import scheduler, virtual_time


def _pickle(popen: Any, process_obj: Any) -> bytes:
    """Return what the new process needs: how to prepare itself, and what to run."""
    from multiprocessing import context, reduction, spawn

    preparation = spawn.get_preparation_data(process_obj._name)
    buffer = io.BytesIO()
    context.set_spawning_popen(popen)
    try:
        reduction.dump(preparation, buffer)
        reduction.dump(process_obj, buffer)
    except BaseException:
        for token in popen.tokens:
            broker.drop(token)
        raise
    finally:
        context.set_spawning_popen(None)
    return buffer.getvalue()


def _launch(popen: Any, process_obj: Any) -> tuple[int, int, int]:
    """Start a process; return its number, the end that tells of its end, and the one it watches."""
    if not scheduler.can_switch():
        facts.cannot_start_processes()
        error = OSError(errno.ENOSYS, "can't start new process")
        error.add_note(
            "This browser cannot suspend Python, which processes need; "
            "use Chrome 137, Firefox 153 or newer."
        )
        raise error
    virtual_time.refuse("a process")
    pickles = _pickle(popen, process_obj)
    sentinel, parent = broker.number(), broker.number()
    ask = broker.spawn(
        files.program(),
        to_js(pickles),
        files.collect(),
        to_js(popen.tokens),
        sentinel,
        parent,
        scheduler.watch is not None,
    )
    pid = asking.answer(ask)
    if pid is None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    return (
        pid,
        channels.add(channels.known(sentinel), None),
        channels.add(None, channels.known(parent)),
    )


def _close(*numbers: int) -> None:
    for number in numbers:
        channels.close(number)


def make() -> Any:
    """Return the class, on top of that of the program's `multiprocessing`."""
    from multiprocessing import connection, popen_fork, util

    class Popen(popen_fork.Popen):
        """A child process; takes the process object that it is to run."""

        method = "spawn"

        def _launch(self, process_obj: Any) -> None:
            self.tokens: list[int] = []
            self.pid, self.sentinel, parent = _launch(self, process_obj)
            self.finalizer = util.Finalize(self, _close, (self.sentinel, parent))

        def poll(self, flag: int = 0) -> int | None:  # noqa: ARG002 - as on CPython
            """Return the exit status if the process has ended."""
            if self.returncode is None:
                self.returncode = broker.status(self.pid)
            return self.returncode

        def wait(self, timeout: float | None = None) -> int | None:
            """Wait for the end of the process; return its exit status, None if it goes on."""
            if self.returncode is None and not connection.wait([self.sentinel], timeout):
                return None
            return self.poll()

        def _send_signal(self, sig: int) -> None:
            if self.returncode is None:
                broker.kill(self.pid, sig)

    return Popen
