"""Watches the threads and processes of CPython, from version 3.12 on, in its default build.

What can block is wrapped, and told only when it does block: the quick ways stay quick. Running is
what lies between two waits; the processor time of a thread says how much of that it really ran.
"""

import _thread
import os
import queue
import selectors
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any

from runnable_tracer import failures, imports, pools, reasons, tasks
from runnable_tracer.recorder import NOBODY, Recorder

_HERE = __file__.rpartition("/")[0]
# In s, of processor time: how often it is looked which line a thread is in.
_SAMPLE = 0.01
_MS = 1e6


class _Sleep:
    """Looks like the function it stands for, and is pickled as that."""

    def __init__(self, sleep: Callable[[float], None], blocked: Callable[..., Any]) -> None:
        self.__name__ = self.__qualname__ = "sleep"
        self.__module__ = "time"
        self.__doc__ = sleep.__doc__
        self._sleep = sleep
        self._blocked = blocked

    def __call__(self, seconds: float, /) -> None:
        self._blocked("sleep", self._sleep, seconds)

    def __repr__(self) -> str:
        return repr(self._sleep)

    def __reduce__(self) -> str:
        return "sleep"


class Watch:
    """What the wrappers share; of one process."""

    def __init__(self, recorder: Recorder, pause: Callable[[], None]) -> None:
        self.recorder = recorder
        self.pause = pause
        # Thread number → processor time at which it began to run, in ns.
        self.running: dict[int, int] = {recorder.get_ident(): time.thread_time_ns()}
        # id(thread) → the lane that has started it.
        self.starting: dict[int, int] = {}
        # id(thread) → its lane, once it has ended; whoever asks holds the thread.
        self.ended: dict[int, int] = {}

    def blocked(
        self,
        reason: str,
        call: Callable[..., Any],
        *args: Any,
        of: str = "",
        waker: Callable[[], int] = lambda: NOBODY,
    ) -> Any:
        """Make a call that waits, and tell of it; `of` is the name of what it waits for."""
        recorder = self.recorder
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.startswith(_HERE):
            frame = frame.f_back
        why = None if recorder.is_over else reasons.classify(frame, recorder, reason)
        if why is None:
            return call(*args)
        me = recorder.get_ident()
        lane, rows = recorder.thread_lane(me), recorder.rows
        self._tell_cpu(me, lane)
        what, name, line = why
        name = name or (of if what == reason else "")
        rows.append(("wait", lane, recorder.now(), what, name, line))
        self.pause()
        try:
            return call(*args)
        finally:
            at = recorder.now()
            rows += [("ready", lane, at, waker()), ("run", lane, at)]
            self.running[me] = time.thread_time_ns()

    def _tell_cpu(self, ident: int, lane: int) -> None:
        since = self.running.pop(ident, None)
        if since is not None:
            spent = time.thread_time_ns() - since
            self.recorder.rows.append(("cpu", lane, self.recorder.now(), spent / _MS))

    def lock(self, make: Callable[[], Any], kind: type) -> type:
        """Return a class of locks that stands for another, and looks like it."""
        blocked, recorder = self.blocked, self.recorder

        class Lock:
            __slots__ = ("__weakref__", "_by", "_lock", "_waiting")

            def __init__(self) -> None:
                self._lock, self._waiting, self._by = make(), 0, NOBODY

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
                by, self._by = self._by, NOBODY
                return by

            def release(self) -> None:
                if self._waiting:
                    self._by = recorder.waking()
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

    def watch_locks(self) -> None:
        """Wrap the locks that everything in `threading` is built on."""
        make = _thread.allocate_lock
        plain = self.lock(make, type(make()))
        reentrant = self.lock(_thread.RLock, _thread.RLock)
        module: Any = threading
        module.Lock = module._allocate_lock = plain
        module._CRLock = reentrant
        if not isinstance(module.RLock, type):  # before Python 3.14

            def RLock(*args: Any, **kwargs: Any) -> Any:  # noqa: N802
                return reentrant(*args, **kwargs)

            RLock.__qualname__, RLock.__module__ = "RLock", "threading"
            module.RLock = RLock
        else:
            module.RLock = reentrant
        # The one in C blocks out of sight.
        queue.SimpleQueue = queue._PySimpleQueue  # type: ignore[attr-defined,misc]

    def watch_sleep(self) -> None:
        """Wrap `time.sleep`."""
        time.sleep = _Sleep(time.sleep, self.blocked)  # type: ignore[assignment]

    def watch_threads(self) -> None:
        """Tell of each thread, and of who starts it."""
        recorder, starting, ended = self.recorder, self.starting, self.ended
        start, inner = threading.Thread.start, threading.Thread._bootstrap_inner  # type: ignore[attr-defined]
        join = threading.Thread.join
        failed = failures.watch(recorder.get_ident)

        def watched_start(thread: threading.Thread) -> None:
            starting[id(thread)] = recorder.working()
            start(thread)

        def watched_inner(thread: Any) -> None:
            me = recorder.get_ident()
            function = thread._target if type(thread).run is threading.Thread.run else thread.run
            by = starting.pop(id(thread), NOBODY)
            self.running[me] = time.thread_time_ns()
            lane = recorder.open_thread(me, thread.name, by, getattr(function, "__code__", None))
            try:
                inner(thread)
            finally:
                self._tell_cpu(me, lane)
                error = failed.pop(me, "")
                ended[id(thread)] = lane
                recorder.close_thread(me, "failed" if error else "done", error)

        def watched_join(thread: threading.Thread, timeout: float | None = None) -> None:
            def waker() -> int:
                return NOBODY if thread.is_alive() else ended.get(id(thread), NOBODY)

            if thread.is_alive() and thread is not threading.current_thread():
                self.blocked("thread", join, thread, timeout, of=thread.name, waker=waker)
            else:
                join(thread, timeout)

        module: Any = threading
        if shutdown := getattr(module, "_thread_shutdown", None):  # from Python 3.13 on
            module._thread_shutdown = lambda: self._shut_down(shutdown)
        thread_class: Any = threading.Thread
        thread_class.join = watched_join
        thread_class.start, thread_class._bootstrap_inner = watched_start, watched_inner

    def _shut_down(self, shutdown: Callable[[], None]) -> None:
        """Wait for the threads that are no daemons, at the end of the program."""
        threads = threading.enumerate()
        if any(thread is not threading.main_thread() and not thread.daemon for thread in threads):
            self.blocked("thread", shutdown)
        else:
            shutdown()

    def watch_selectors(self) -> None:
        """Wrap what event loops, and much else, wait for files and sockets with."""
        for name in ("EpollSelector", "KqueueSelector", "PollSelector", "SelectSelector"):
            kind = getattr(selectors, name, None)
            if kind is not None:
                kind.select = self._watched_select(kind.select)

    def _watched_select(self, select: Callable[..., Any]) -> Callable[..., Any]:
        blocked = self.blocked

        def watched(selector: Any, timeout: float | None = None) -> Any:
            if timeout is not None and timeout <= 0:
                return select(selector, timeout)
            return blocked("I/O", select, selector, timeout)

        return watched

    def watch_method(self, kind: Any, name: str, reason: str) -> None:
        """Tell of each call of a method as of a wait."""
        method, blocked = getattr(kind, name), self.blocked

        def watched(*args: Any) -> Any:
            return blocked(reason, method, *args)

        setattr(kind, name, watched)

    def watch_processes(self, module: ModuleType) -> None:
        """Wrap what blocks in a module of `multiprocessing` that has just been imported."""
        part = module.__name__.rpartition(".")[2]
        if part == "connection":
            self.watch_method(module.Connection, "_recv", "process")
        elif part == "synchronize":
            self._watch_semaphores(module)
        elif part == "popen_fork":
            self._watch_children(module)
        elif part == "process":
            self._watch_bootstrap(module)

    def _watch_semaphores(self, module: Any) -> None:
        blocked = self.blocked
        make_methods = module.SemLock._make_methods

        def acquire_of(raw: Any) -> Callable[..., bool]:
            def acquire(block: bool = True, timeout: float | None = None) -> bool:
                taken: bool = raw.acquire(False)
                if taken or not block:
                    return taken
                return bool(blocked("semaphore", raw.acquire, True, timeout))

            return acquire

        def watched_make(semaphore: Any) -> None:
            make_methods(semaphore)
            semaphore.acquire = acquire_of(semaphore._semlock)

        def enter(semaphore: Any) -> bool:
            entered: bool = semaphore.acquire()
            return entered

        enter.__qualname__ = "SemLock.__enter__"
        module.SemLock._make_methods, module.SemLock.__enter__ = watched_make, enter

    def _watch_children(self, module: Any) -> None:
        recorder = self.recorder
        poll = module.Popen.poll

        def watched_poll(popen: Any, flag: int = os.WNOHANG) -> int | None:
            known = popen.returncode
            ask = poll if flag else lambda *args: self.blocked("process", poll, *args)
            code: int | None = ask(popen, flag)
            if known is None and code is not None:
                recorder.rows.append(("reaped", popen.pid, recorder.now(), code))
            return code

        module.Popen.poll = watched_poll
        # In the child what it has registered for its end runs there, too.
        recorder.beginnings.add(module.Popen._launch.__code__)

    def _watch_bootstrap(self, module: Any) -> None:
        recorder = self.recorder
        bootstrap = module.BaseProcess._bootstrap

        def watched_bootstrap(process: Any, *args: Any, **kwargs: Any) -> int:
            recorder.open_process(process.name)
            self.pause()
            status: int = bootstrap(process, *args, **kwargs)
            return status

        recorder.beginnings.add(watched_bootstrap.__code__)
        module.BaseProcess._bootstrap = watched_bootstrap

    def watch_lines(self) -> None:
        """Look now and then which line the running threads are in."""
        recorder = self.recorder

        def look(_: int, own: FrameType | None) -> None:
            if recorder.is_over:
                return
            me = recorder.get_ident()
            for ident in list(self.running):
                frame = own if ident == me else sys._current_frames().get(ident)
                recorder.seen(recorder.thread_lane(ident), frame)
            self.pause()

        signal.signal(signal.SIGPROF, look)
        signal.setitimer(signal.ITIMER_PROF, _SAMPLE, _SAMPLE)

    def end(self) -> None:
        """Look no more: the interpreter is about to give up its signal handlers."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_IGN)

    def begin_again(self) -> None:
        """Take up a new process that `fork` has made."""
        me = self.recorder.get_ident()
        self.recorder.begin(me)
        self.running.clear()
        self.running[me] = time.thread_time_ns()
        self.starting.clear()
        self.ended.clear()
        signal.setitimer(signal.ITIMER_PROF, _SAMPLE, _SAMPLE)


_PARTS = ("connection", "synchronize", "popen_fork", "process")


def watch(program: str, pause: Callable[[], None]) -> Watch:
    """Watch this process from now on.

    Args:
        program: the file whose lines are told.
        pause: called whenever a thread is about to wait.
    """
    recorder = Recorder(program, time.perf_counter_ns, _thread.get_ident)
    watch = Watch(recorder, pause)
    watch.watch_locks()
    watch.watch_sleep()
    watch.watch_threads()
    pools.watch(recorder)
    watch.watch_selectors()
    watch.watch_lines()
    tasks.watch(recorder)
    for part in _PARTS:
        imports.when_imported(f"multiprocessing.{part}", watch.watch_processes)
    return watch
