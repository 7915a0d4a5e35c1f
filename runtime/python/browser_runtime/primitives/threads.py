"""The primitives of `_thread`, on which CPython's own `threading` is built.

The functions that send signals are here as well, because a signal is handled in the main thread.
`install` installs all primitives, including those of the other modules of this folder.
"""

import _thread
import asyncio
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import browser_kernel as kernel
from pyodide.ffi import create_proxy

from browser_runtime import facts, trace_hooks
from browser_runtime.primitives import databases, locks, queues, signals, unraisable
from browser_runtime.primitives.local import Local
from browser_runtime.primitives.locks import Lock, RLock
from browser_runtime.scheduling import scheduler, slices

# The main thread and 2000 others. Each waiting thread keeps a WebAssembly stack. On a busy machine,
# 3000 threads started and ended within 2 to 10 seconds in Chromium and Firefox, but some runs took
# longer than a minute; with 20,000 threads, Chromium ended the page.
MAX_THREADS = 2001

_non_daemon: "set[ThreadHandle]" = set()


class ThreadHandle:
    """Like `_thread._ThreadHandle`: lets a `Thread` join the underlying thread."""

    def __init__(self) -> None:
        self.ident = 0
        self._ended = Lock()
        self._done = False
        self._started = False

    def is_done(self) -> bool:
        """Return whether the thread has ended."""
        return self._done

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended or `timeout` seconds have passed."""
        if not self._started:
            raise RuntimeError("thread not started")
        if self._done:
            return
        if self.ident == scheduler.get_ident():
            raise RuntimeError("Cannot join current thread")
        if self._ended.acquire(True, -1 if timeout is None or timeout < 0 else timeout):
            self._ended.release()
        scheduler.raise_requested()

    def _start(self, ident: int) -> None:
        if self._started:
            raise RuntimeError("thread already started")
        self._started, self.ident = True, ident
        self._ended.acquire()

    def _set_done(self) -> None:
        if not self._started:
            raise RuntimeError("thread not started")
        if not self._done:
            self._done = True
            _non_daemon.discard(self)
            if self._ended.locked():
                self._ended.release()


def make_thread_handle(ident: int) -> ThreadHandle:
    """Return a handle for a thread that is already running."""
    handle = ThreadHandle()
    handle._start(ident)
    return handle


def start_joinable_thread(
    function: Callable[[], object],
    handle: ThreadHandle | None = None,
    daemon: bool = True,
    *,
    origin: Callable[..., object] | None = None,
) -> ThreadHandle:
    """Start a thread that calls a function.

    Args:
        function: what the thread calls.
        handle: the handle to use; None creates one.
        daemon: whether the program may end before the thread does.
        origin: the function that error reports name, if it is not `function`.

    Raises:
        RuntimeError: there are too many threads, Python cannot switch stacks here, or the handle
            belongs to a thread that has been started.
    """
    if not callable(function):
        raise TypeError("thread function must be callable")
    if not scheduler.can_switch():
        facts.cannot_switch()
        error = RuntimeError("can't start new thread")
        error.add_note(
            "This browser cannot switch between threads; use Chrome 137, Firefox 153 or newer."
        )
        raise error
    if scheduler.thread_count() >= MAX_THREADS:
        raise RuntimeError(
            f"can't start new thread: at most {MAX_THREADS} threads can exist at the same time here"
        )
    handle = handle or ThreadHandle()
    origin = origin or function
    owner = getattr(function, "__self__", None)
    ident = scheduler.add_thread(getattr(owner, "name", None) or "a thread")
    try:
        handle._start(ident)
    except RuntimeError:
        scheduler.remove_thread(ident)
        raise
    if not daemon:
        _non_daemon.add(handle)
    if scheduler.observer:
        scheduler.observer.create_thread(ident)

    def body() -> None:
        scheduler.enter(ident)
        asyncio._set_running_loop(None)
        observer = scheduler.observer
        if observer:
            observer.begin_thread(ident, getattr(owner, "name", "a thread"), function)
        try:
            function()
        except SystemExit:
            pass
        except BaseException as error:
            if not scheduler.is_over():
                unraisable.report(error, f"Exception ignored in thread started by {origin!r}")
        finally:
            trace_hooks.end_thread()
            scheduler.forget_data(ident)
            handle._set_done()
            if observer:
                observer.end_thread(ident)
            scheduler.remove_thread(ident)

    kernel.spawn(create_proxy(body))
    return handle


def start_new_thread(
    function: Callable[..., object], args: tuple[object, ...], kwargs: Any = None
) -> int:
    """Start a daemon thread like `_thread.start_new_thread`, and return its number."""
    if not callable(function):
        raise TypeError("first arg must be callable")
    if not isinstance(args, tuple):
        raise TypeError("2nd arg must be a tuple")
    if kwargs is not None and not isinstance(kwargs, dict):
        raise TypeError("optional 3rd arg must be a dictionary")
    keywords = kwargs or {}
    return start_joinable_thread(lambda: function(*args, **keywords), origin=function).ident


def non_daemon_count() -> int:
    """Return how many threads have to end before the program can."""
    return sum(not handle.is_done() for handle in _non_daemon)


def _shutdown() -> None:
    """Wait for all threads that are not daemons."""
    while waiting := [handle for handle in _non_daemon if not handle.is_done()]:
        waiting[0].join()


def _interrupt_main(signum: int = signal.SIGINT, /) -> None:
    if not 0 < signum < signal.NSIG:
        raise ValueError("signal number out of range")
    if callable(signal.getsignal(signum)):
        scheduler.send_signal(signum)


_raise_signal, _kill = signal.raise_signal, os.kill


def raise_signal(signalnum: int, /) -> None:
    """Like `signal.raise_signal`: the handler runs in the main thread, whichever thread calls."""
    if scheduler.is_main() and signalnum != slices.SIGNAL:
        _raise_signal(signalnum)
    else:
        _interrupt_main(signalnum)


def kill(pid: int, signal: int, /) -> None:
    """Like `os.kill`, for signals that a process sends to itself."""
    if pid == os.getpid() and signal:
        raise_signal(signal)
    else:
        _kill(pid, signal)


def _exit_thread() -> None:
    raise SystemExit


def _count() -> int:
    return scheduler.thread_count() - 1


def _main_ident() -> int:
    return scheduler.MAIN


def _excepthook(args: Any, /) -> None:
    # Without a thread, the hook in C would print the number of the operating system's thread.
    if args.thread is None:
        args = type(args)((*args[:3], SimpleNamespace(name=scheduler.get_ident())))
    _report_in_c(args)


_report_in_c = _thread._excepthook


def _threading_code() -> Any:
    """Return the code of `threading`, which `renew` executes again for every program."""
    spec = threading.__spec__
    assert spec is not None
    loader: Any = spec.loader
    return loader.get_code("threading")


_code = _threading_code()


def renew() -> None:
    """Reset the scheduler, and reset `threading` to what it is just after its import."""
    _non_daemon.clear()
    scheduler.start_program()
    exec(_code, vars(threading))  # noqa: S102 - CPython's own module


def replacements() -> dict[str, Any]:
    """Return the functions and types that replace CPython's own in `_thread`, by name."""
    functions: dict[str, Any] = {
        "_count": _count,
        "_excepthook": _excepthook,
        "_get_main_thread_ident": _main_ident,
        "_make_thread_handle": make_thread_handle,
        "_shutdown": _shutdown,
        "exit": _exit_thread,
        "exit_thread": _exit_thread,
        "get_ident": scheduler.get_ident,
        "get_native_id": scheduler.get_ident,
        "interrupt_main": _interrupt_main,
        "start_joinable_thread": start_joinable_thread,
        "start_new": start_new_thread,
        "start_new_thread": start_new_thread,
    }
    for function in functions.values():
        function.__module__ = "_thread"
    types = {"LockType": Lock, "RLock": RLock, "_ThreadHandle": ThreadHandle, "_local": Local}
    lock_names = {"allocate": Lock, "allocate_lock": Lock, "lock": Lock}
    return {**functions, **types, **lock_names, "TIMEOUT_MAX": locks.TIMEOUT_MAX}


def install() -> None:
    """Put these primitives into `_thread`, build `threading` on them, and install all others."""
    vars(_thread).update(replacements())
    renew()
    queues.install()
    databases.install(sys.meta_path)
    signal.raise_signal, os.kill = raise_signal, kill
    signals.install()
    time.sleep = locks.sleep  # type: ignore[assignment]
    sys._current_frames = scheduler.current_frames
    # If `concurrent.futures` was imported before, it has a lock of the old `threading`. Import it
    # anew now, so that `state` restores it after each program: asyncio refers to this module, which
    # would otherwise keep the executor class that the first program has imported.
    for name in ("concurrent.futures.thread", "concurrent.futures"):
        sys.modules.pop(name, None)
    importlib.invalidate_caches()
    importlib.import_module("concurrent.futures")
