"""Starts a process of `multiprocessing` as `spawn` does, but in a web worker."""

import errno
import io
import os
from typing import Any, NoReturn

import browser_processes as broker
from pyodide.ffi import to_js

from browser_runtime import facts, missing
from browser_runtime.processes import asking, channels, files
from browser_runtime.processes.cpython_internals import require_module
from browser_runtime.scheduling import scheduler, virtual_time


def _pickle(popen: Any, process_obj: Any) -> bytes:
    """Return the preparation data and the process object for the new process, pickled."""
    from multiprocessing import context, process, reduction, spawn

    require_module(process)
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
    """Start a process.

    Returns:
        The pid of the new process; a handle that becomes readable when the new process ends; and a
        handle that this process keeps open, so that the new process notices when its parent ends.
    """
    if not scheduler.can_switch():
        facts.cannot_start_processes()
        error = OSError(errno.ENOSYS, missing.NO_NEW_PROCESS)
        error.add_note(
            "This browser cannot suspend Python, which processes need; "
            "use Chrome 137, Firefox 153 or newer."
        )
        raise error
    virtual_time.refuse("a process")
    pickles = _pickle(popen, process_obj)
    # The numbers of two channels without messages: the broker closes the first one when the new
    # process ends, and the second one when this process does.
    sentinel, parent = broker.number(), broker.number()
    question = broker.spawn(
        files.program(),
        to_js(pickles),
        files.collect(),
        to_js(popen.tokens),
        sentinel,
        parent,
        scheduler.observer is not None,
    )
    pid = asking.answer(question)
    if pid is None:  # The program has as many processes as the broker allows.
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    return (
        pid,
        channels.add(channels.shared_channel(sentinel), None),
        channels.add(None, channels.shared_channel(parent)),
    )


def _close(*handles: int) -> None:
    for handle in handles:
        channels.close(handle)


def make() -> Any:
    """Return a `Popen` class that starts workers, based on the one of `multiprocessing`."""
    from multiprocessing import connection, popen_fork, process, util

    require_module(popen_fork)
    require_module(process)

    class Popen(popen_fork.Popen):
        """A child process, which runs the process object that is passed to the constructor."""

        method = "spawn"
        _is_reported = False

        def _launch(self, process_obj: Any) -> None:
            # Tokens for the channel ends that `reduce_connection` shares with the new process.
            self.tokens: list[int] = []
            self.pid, self.sentinel, parent = _launch(self, process_obj)
            self.finalizer = util.Finalize(self, _close, (self.sentinel, parent))

        # What the pickle of a socket contains in place of its descriptor, on CPython.
        DupFd = None

        def duplicate_for_child(self, fd: int) -> NoReturn:  # noqa: ARG002 - as on CPython
            """Fail, because a descriptor means nothing in another worker."""
            raise OSError(
                errno.EOPNOTSUPP,
                "a socket cannot be passed to another process here, because each process has "
                "sockets of its own: let the other process create it, or connect to it",
            )

        def poll(self, flag: int = 0) -> int | None:  # noqa: ARG002 - as on CPython
            """Return the exit status, or None if the process is still running."""
            if self.returncode is None:
                self.returncode = broker.status(self.pid)
            return self.returncode

        def wait(self, timeout: float | None = None) -> int | None:
            """Wait until the process ends; return its exit status, or None after a timeout."""
            if self.returncode is None:
                # After Ctrl+C, the reader still sees what the program has waited for, although the
                # program waits for its children once more before it ends.
                is_idle = timeout is None and not self._is_reported and self._is_all_that_runs()
                if is_idle:
                    self._is_reported = True
                    facts.waits_for_child(True)
                if not connection.wait([self.sentinel], timeout):
                    return None
                if is_idle:
                    self._is_reported = False
                    facts.waits_for_child(False)
            return self.poll()

        def _is_all_that_runs(self) -> bool:
            """Return whether, as long as the running thread waits, only this process can run."""
            children = vars(process)["_children"]
            others = (each._popen for each in children if each._popen is not self)
            return (
                process.parent_process() is None
                and scheduler.thread_count() == 1
                and self.poll() is None
                and all(each is None or each.poll() is not None for each in others)
            )

        def _send_signal(self, sig: int) -> None:
            if self.returncode is None:
                broker.kill(self.pid, sig)

    return Popen
