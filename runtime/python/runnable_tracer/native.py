"""Installs hooks for threads and processes on CPython 3.12 and newer, in its default build.

Functions that can block are wrapped. A wait is recorded only when such a function does block, so
calls that need not wait remain fast. Between two waits, a thread counts as running. Its processor
time shows for how much of that time it really ran, rather than waiting for the GIL or for a core.
"""

import _thread
import os
import selectors
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

from runnable_tracer import failures, imports, pools, reasons, tasks
from runnable_tracer.cpython_internals import (
    queue_internals,
    require_module,
    thread_class,
    threading_internals,
)
from runnable_tracer.network import peers, sockets
from runnable_tracer.recorder import NO_LANE, Recorder

_HERE = __file__.rpartition("/")[0]
# Interval of processor time at which the current line of each running thread is recorded.
_SAMPLING_INTERVAL_S = 0.01
_NS_PER_MS = 1e6


class Hooks:
    """The hooks of one process, and the state that they share.

    Args:
        recorder: records the events.
        on_checkpoint: called when a thread is about to wait, when a child process begins to run,
            and at intervals while threads run.
    """

    def __init__(self, recorder: Recorder, on_checkpoint: Callable[[], None]) -> None:
        self.recorder = recorder
        self.on_checkpoint = on_checkpoint
        # Thread identifier → the thread's processor time in ns when it last began to run, for
        # threads that are not waiting.
        self.running: dict[int, int] = {recorder.get_ident(): time.thread_time_ns()}
        # The identifiers of the threads that wait. If a function that blocks calls another one,
        # only the first one is recorded.
        self.waiting: set[int] = set()
        # id(thread) → the lane that started it.
        self.starting: dict[int, int] = {}
        # id(thread) → its lane, for threads that have ended. The callers of `join` keep the thread
        # alive, so its id is not reused meanwhile.
        self.ended: dict[int, int] = {}

    def blocked(
        self,
        reason: str,
        call: Callable[..., Any],
        *args: Any,
        of: Callable[[], str] = str,
        waker: Callable[[], int] = lambda: NO_LANE,
    ) -> Any:
        """Make a call that blocks and return its result.

        The call is recorded as a wait, unless it belongs to a wait that is already being recorded,
        or `reasons` says that it is not to be recorded.

        Args:
            reason: the reason to record, unless a function of the standard library on the stack
                gives a more specific one.
            call: the function that blocks.
            args: its arguments.
            of: returns the name of what the thread waits for; empty if it has no name.
            waker: returns the lane that ended the wait.
        """
        recorder = self.recorder
        me = recorder.get_ident()
        if me in self.waiting:
            return call(*args)
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.startswith(_HERE):
            frame = frame.f_back
        why = None if recorder.is_over else reasons.classify(frame, recorder, reason)
        if why is None:
            return call(*args)
        lane, events = recorder.thread_lane(me), recorder.events
        self._record_cpu_time(me, lane)
        actual_reason, name, line = why
        name = name or (of() if actual_reason == reason else "")
        events.append(("wait", lane, recorder.now(), actual_reason, name, line))
        self.on_checkpoint()
        self.waiting.add(me)
        try:
            return call(*args)
        finally:
            self.waiting.discard(me)
            at = recorder.now()
            events += [("ready", lane, at, waker()), ("run", lane, at)]
            self.running[me] = time.thread_time_ns()

    def _record_cpu_time(self, ident: int, lane: int) -> None:
        since = self.running.pop(ident, None)
        if since is not None:
            spent = time.thread_time_ns() - since
            self.recorder.events.append(("cpu", lane, self.recorder.now(), spent / _NS_PER_MS))

    def _lock_class(self, make: Callable[[], Any], kind: type) -> type:
        """Return a class that wraps the locks that `make` returns, and looks like their class.

        Args:
            make: creates a lock.
            kind: the class of the locks.
        """
        blocked, recorder = self.blocked, self.recorder

        class Lock:
            __slots__ = ("__weakref__", "_by", "_lock", "_waiting")

            def __init__(self) -> None:
                # `_waiting` is the number of waiting threads, and `_by` is the lane that released
                # the lock last while any thread was waiting.
                self._lock, self._waiting, self._by = make(), 0, NO_LANE

            def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
                if not blocking or timeout == 0:
                    return bool(self._lock.acquire(blocking, timeout))
                return self._lock.acquire(False) or self._wait(blocking, timeout)

            def _wait(self, *args: Any) -> bool:
                self._waiting += 1
                try:
                    return bool(blocked("lock", self._lock.acquire, *args, waker=self._take_by))
                finally:
                    self._waiting -= 1

            def _take_by(self) -> int:
                by, self._by = self._by, NO_LANE
                return by

            def release(self) -> None:
                if self._waiting:
                    self._by = recorder.waking_lane()
                self._lock.release()

            def __enter__(self) -> bool:
                return self._lock.acquire(False) or self._wait(True, -1)

            def __exit__(self, *_: object) -> None:
                self.release()

            def __getattr__(self, name: str) -> Any:
                return getattr(self._lock, name)

            def __repr__(self) -> str:
                return repr(self._lock)

        Lock.__name__, Lock.__qualname__, Lock.__module__ = (
            kind.__name__,
            kind.__qualname__,
            kind.__module__,
        )
        return Lock

    def install_locks(self) -> None:
        """Wrap the locks on which everything else in `threading` is built."""
        make = _thread.allocate_lock
        plain = self._lock_class(make, type(make()))
        reentrant = self._lock_class(_thread.RLock, _thread.RLock)
        threading_internals.Lock = threading_internals._allocate_lock = plain
        threading_internals._CRLock = reentrant
        if not isinstance(threading_internals.RLock, type):  # before Python 3.14

            def RLock(*args: Any, **kwargs: Any) -> Any:  # noqa: N802
                return reentrant(*args, **kwargs)

            RLock.__qualname__, RLock.__module__ = "RLock", "threading"
            threading_internals.RLock = RLock
        else:
            threading_internals.RLock = reentrant
        # The `SimpleQueue` that is written in C blocks on a lock that cannot be wrapped.
        queue_internals.SimpleQueue = queue_internals._PySimpleQueue

    def install_sleep(self) -> None:
        """Wrap `time.sleep`."""
        original = time.sleep

        def sleep(seconds: float, /) -> None:
            self.blocked("sleep", original, seconds)

        time.sleep = sockets.BuiltinFunction(original, sleep)

    def install_threads(self) -> None:
        """Record the start and end of threads, which lanes start them, and waits for their end."""
        recorder, starting, ended = self.recorder, self.starting, self.ended
        start, join = threading.Thread.start, threading.Thread.join
        inner = thread_class._bootstrap_inner
        failed = failures.install(recorder.get_ident)

        def recording_start(thread: threading.Thread) -> None:
            starting[id(thread)] = recorder.running_lane()
            start(thread)

        def recording_inner(thread: Any) -> None:
            me = recorder.get_ident()
            function = thread._target if type(thread).run is threading.Thread.run else thread.run
            by = starting.pop(id(thread), NO_LANE)
            self.running[me] = time.thread_time_ns()
            lane = recorder.open_thread(me, thread.name, by, getattr(function, "__code__", None))
            try:
                inner(thread)
            finally:
                self._record_cpu_time(me, lane)
                error = failed.pop(me, "")
                ended[id(thread)] = lane
                recorder.close_thread(me, "failed" if error else "done", error)

        def recording_join(thread: threading.Thread, timeout: float | None = None) -> None:
            def waker() -> int:
                return NO_LANE if thread.is_alive() else ended.get(id(thread), NO_LANE)

            if thread.is_alive() and thread is not threading.current_thread():
                self.blocked("thread", join, thread, timeout, of=lambda: thread.name, waker=waker)
            else:
                join(thread, timeout)

        if shutdown := getattr(threading_internals, "_thread_shutdown", None):  # since Python 3.13
            threading_internals._thread_shutdown = lambda: self._shut_down(shutdown)
        thread_class.join = recording_join
        thread_class.start, thread_class._bootstrap_inner = recording_start, recording_inner

    def _shut_down(self, shutdown: Callable[[], None]) -> None:
        """Wait for the non-daemon threads at the end of the program."""
        threads = threading.enumerate()
        if any(thread is not threading.main_thread() and not thread.daemon for thread in threads):
            self.blocked("thread", shutdown)
        else:
            shutdown()

    def install_selectors(self) -> None:
        """Wrap the selectors with which event loops and other code wait for files and sockets."""
        for name in ("EpollSelector", "KqueueSelector", "PollSelector", "SelectSelector"):
            kind = getattr(selectors, name, None)
            if kind is not None:
                kind.select = self._recording_select(kind.select)

    def _recording_select(self, select: Callable[..., Any]) -> Callable[..., Any]:
        blocked = self.blocked

        def recording_select(selector: Any, timeout: float | None = None) -> Any:
            if timeout is not None and timeout <= 0:
                return select(selector, timeout)

            def of() -> str:
                files = [key.fileobj for key in selector.get_map().values()]
                return peers.several(map(peers.of_file, files))

            return blocked("select", select, selector, timeout, of=of)

        return recording_select

    def install_processes(self, module: ModuleType) -> None:
        """Install the hooks in a `multiprocessing` module that has just been imported."""
        require_module(module)
        part = module.__name__.rpartition(".")[2]
        if part == "connection":
            self._install_connections(module)
        elif part == "synchronize":
            self._install_semaphores(module)
        elif part == "popen_fork":
            self._install_children(module)
        elif part == "process":
            self._install_bootstrap(module)

    def _install_connections(self, module: Any) -> None:
        receive, blocked = module.Connection._recv, self.blocked

        def recording_receive(*args: Any) -> Any:
            return blocked("process", receive, *args)

        module.Connection._recv = recording_receive

    def _install_semaphores(self, module: Any) -> None:
        blocked = self.blocked
        make_methods = module.SemLock._make_methods

        def make_acquire(in_c: Any) -> Callable[..., bool]:
            """Return the method `acquire` of a semaphore, given its part that is written in C."""

            def acquire(block: bool = True, timeout: float | None = None) -> bool:
                taken: bool = in_c.acquire(False)
                if taken or not block:
                    return taken
                return bool(blocked("semaphore", in_c.acquire, True, timeout))

            return acquire

        def recording_make_methods(semaphore: Any) -> None:
            make_methods(semaphore)
            semaphore.acquire = make_acquire(semaphore._semlock)

        def enter(semaphore: Any) -> bool:
            entered: bool = semaphore.acquire()
            return entered

        # `reasons` finds the function by this name.
        enter.__qualname__ = "SemLock.__enter__"
        module.SemLock._make_methods = recording_make_methods
        module.SemLock.__enter__ = enter

    def _install_children(self, module: Any) -> None:
        recorder = self.recorder
        poll = module.Popen.poll

        def recording_poll(popen: Any, flag: int = os.WNOHANG) -> int | None:
            known = popen.returncode
            poll_or_wait = poll if flag else lambda *args: self.blocked("process", poll, *args)
            code: int | None = poll_or_wait(popen, flag)
            if known is None and code is not None:
                recorder.events.append(("reaped", popen.pid, recorder.now(), code))
            return code

        module.Popen.poll = recording_poll
        # A forked child runs its exit functions below `_launch`, outside of `_bootstrap`.
        recorder.fork_entries.add(module.Popen._launch.__code__)

    def _install_bootstrap(self, module: Any) -> None:
        recorder = self.recorder
        bootstrap = module.BaseProcess._bootstrap

        def recording_bootstrap(process: Any, *args: Any, **kwargs: Any) -> int:
            recorder.open_process(process.name)
            self.on_checkpoint()
            status: int = bootstrap(process, *args, **kwargs)
            return status

        recorder.fork_entries.add(recording_bootstrap.__code__)
        module.BaseProcess._bootstrap = recording_bootstrap

    def install_line_sampling(self) -> None:
        """Record at intervals which line each running thread is executing."""
        recorder = self.recorder

        def sample(_: int, interrupted: FrameType | None) -> None:
            if recorder.is_over:
                return
            me = recorder.get_ident()
            for ident in list(self.running):
                frame = interrupted if ident == me else sys._current_frames().get(ident)
                recorder.sample_line(recorder.thread_lane(ident), frame)
            self.on_checkpoint()

        signal.signal(signal.SIGPROF, sample)
        self._start_sampling()

    def _start_sampling(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, _SAMPLING_INTERVAL_S, _SAMPLING_INTERVAL_S)

    def end(self) -> None:
        """Stop sampling lines, because the interpreter is about to remove its signal handlers."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_IGN)

    def after_fork(self) -> None:
        """Start recording in a child process that `fork` has just created."""
        me = self.recorder.get_ident()
        self.recorder.begin(me)
        self.running.clear()
        self.waiting.clear()
        self.running[me] = time.thread_time_ns()
        self.starting.clear()
        self.ended.clear()
        # A child process does not inherit the timer that samples lines.
        self._start_sampling()


_MULTIPROCESSING_PARTS = ("connection", "synchronize", "popen_fork", "process")


def install(program: str, on_checkpoint: Callable[[], None]) -> Hooks:
    """Record what this process does from now on.

    Args:
        program: the file of the program.
        on_checkpoint: as for `Hooks`.
    """
    recorder = Recorder(program, time.perf_counter_ns, _thread.get_ident)
    hooks = Hooks(recorder, on_checkpoint)
    hooks.install_locks()
    hooks.install_sleep()
    hooks.install_threads()
    pools.install(recorder)
    hooks.install_selectors()
    sockets.install(hooks.blocked)
    hooks.install_line_sampling()
    tasks.install(recorder)
    for part in _MULTIPROCESSING_PARTS:
        imports.when_imported(f"multiprocessing.{part}", hooks.install_processes)
    return hooks
