"""A worker without a browser: the kernel of runtime/worker/kernel/kernel.ts on greenlets.

In the browser, every Python thread is a call on a WebAssembly stack of its own, and JavaScript's
event loop decides which stack continues. Here each stack is a greenlet, and `FakeKernel.run` is the
event loop. The clock is an integer that advances only when nothing else can happen or when a
program computes (`compute`), so tests take no real time and always run in the same way.
"""

import ast
import asyncio
import math
import signal
import sys
import types
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from signal import getsignal
from typing import Any, Literal

from greenlet import GreenletExit, getcurrent, greenlet

# How a wait ended; the same numbers as in kernel.ts.
WOKEN, TIMED_OUT, INTERRUPTED = range(3)

SLICE_SIGNAL = signal.SIGVTALRM
# After so many ms, even the only thread yields; the same number as in kernel.ts.
MAX_UNRESPONSIVE_MS = 20
NS_PER_MS = 1_000_000
# What the clock shows when a worker starts. It is not 0, so that no test takes a reading for a
# duration.
START_MS = 1000

# The original functions, because the tests of trace hooks replace those in `sys`.
_GET_TRACE, _GET_PROFILE = sys.gettrace, sys.getprofile
_SET_TRACE, _SET_PROFILE = sys.settrace, sys.setprofile


def _set_hooks(trace: Any, profile: Any) -> None:
    if _GET_TRACE() is not trace:
        _SET_TRACE(trace)
    if _GET_PROFILE() is not profile:
        _SET_PROFILE(profile)


class NothingLeftError(AssertionError):
    """The program waits although nothing can ever wake it: a real browser would hang."""


class Promise[T](Awaitable[T]):
    """A promise of the kernel, which is settled once and calls its callbacks as microtasks."""

    def __init__(self, kernel: "FakeKernel") -> None:
        self._kernel = kernel
        self._callbacks: list[Callable[[T], None]] = []
        self._values: list[T] = []

    def settle(self, value: T) -> None:
        """Give the promise its value; only the first value counts, as in JavaScript."""
        if not self._values:
            self._values.append(value)
            for callback in self._callbacks:
                self._kernel.microtasks.append(lambda call=callback: call(value))  # type: ignore[misc]

    def then(self, callback: Callable[[T], None]) -> None:
        """Call back in a microtask when the promise is settled."""
        if self._values:
            self._kernel.microtasks.append(lambda: callback(self._values[0]))
        else:
            self._callbacks.append(callback)

    def __await__(self) -> Generator[Any, None, T]:
        raise AssertionError("only `run_sync` may wait for a promise of the kernel")


class Gate:
    """A place where one thread waits until the gate is opened; see `Gate` in kernel.ts."""

    def __init__(self, kernel: "FakeKernel") -> None:
        self._kernel = kernel
        self.promise: Promise[int] = Promise(kernel)
        self.opened = False
        self.settled = False

    def open(self, outcome: int, /) -> None:
        """Let the thread that waits here resume; later calls have no effect."""
        if not self.opened:
            self.opened = True
            self._kernel.forget(self)
            self._kernel.resume_or_postpone(lambda: self._settle(outcome))

    def _settle(self, outcome: int) -> None:
        self.settled = True
        self.promise.settle(outcome)


class Promised:
    """What `yield_once` returns: a promise in an object, because Pyodide converts bare promises."""

    def __init__(self, promise: Promise[None]) -> None:
        self.promise = promise


class _Timeout:
    """The time limit of a wait. The time in which the program is paused does not count."""

    def __init__(self, left_ns: int, since_ns: int) -> None:
        # Real time that was left at `since_ns`, when the timer was last started; while the program
        # is paused, real time that is left.
        self.left_ns = left_ns
        self.since_ns = since_ns
        self.timer: int | None = None


class FakeKernel(types.ModuleType):
    """The module `browser_kernel`, and the event loop of the worker around it."""

    def __init__(self) -> None:
        super().__init__("browser_kernel")
        self.reset()

    def reset(self) -> None:
        """Return to the state of a new worker."""
        # The variables of browser_kernel.pyi; kernel.ts explains them.
        self.interrupted = False
        self.interval = 5.0
        self.threads = 1
        self.idle = 0.0
        # 0 instead of the 2000 of kernel.ts, because the clocks here are exact.
        self.margin_ns = 0
        # Whether the running code can be suspended. It cannot in some browsers, and it cannot if
        # JavaScript has called it.
        self.can_suspend = True
        # Whether `run_sync` fails although `can_run_sync` has returned True.
        self.refuses_to_suspend = False
        # By how many ns timers fire too early, as in browsers with a coarse clock.
        self.early_ns = 0
        self.microtasks: deque[Callable[[], object]] = deque()
        # Chooses which of the due messages and timers comes next, by default the oldest.
        self.choose: Callable[[int], int] = lambda count: 0  # noqa: ARG005
        # Returns whether the time slice is over, wherever the running thread can be interrupted.
        self.is_slice_over: Callable[[], bool] = lambda: False
        # Called when a step has ended and its thread is suspended.
        self.on_step_end: Callable[[], None] = lambda: None
        # How often stacks were suspended, and how many time slices have ended.
        self.suspended = self.slices_over = 0
        # How long programs have blocked the whole worker, in ms.
        self.blocked_ms = 0.0
        # Real time; the program's clocks follow from it.
        self._now_ns = START_MS * NS_PER_MS
        # Number of a timer → when it fires, and what it calls. Messages are timers without a delay.
        self._timers: dict[int, tuple[int, Callable[[], object]]] = {}
        self._next_timer = 0
        self._armed = False
        self._slice_start_ns: float = self._now_ns
        self._last_yield_ns = self._now_ns
        self._main_gate: Gate | None = None
        # Whether threads may resume; see `State` in kernel.ts.
        self._state: Literal["running", "paused", "step pending", "in step"] = "running"
        # Functions that resume the threads that must not resume yet, in the order in which the
        # threads were woken.
        self._postponed: deque[Callable[[], object]] = deque()
        self._timeouts: dict[Gate, _Timeout] = {}
        # Functions that resume the threads that have yielded.
        self._yielded: deque[Callable[[], object]] = deque()
        # The clock rate; infinite in virtual time, as in kernel.ts.
        self._rate = 1.0
        # When the program's clocks were started, for how long it has been paused, and its virtual
        # time.
        self._origin_ns = self._paused_ns = self._virtual_ns = 0
        # Since when the program is paused.
        self._paused_since_ns: int | None = None
        self._idle_since_ns: int | None = None
        self._loop: greenlet | None = None
        self._stacks: list[greenlet] = []

    # --- the event loop of the worker -------------------------------------------------------------

    def run[T](self, program: Callable[[], T]) -> T:
        """Run a function on a stack that can be suspended, until it returns.

        Raises:
            NothingLeftError: the function waits for something that cannot happen.
        """
        results: list[T] = []
        failures: list[BaseException] = []

        def body() -> None:
            try:
                results.append(program())
            except BaseException as error:
                failures.append(error)

        self._loop = getcurrent()
        try:
            self._start_stack(body)
            while not results and not failures:
                if not self._run_next():
                    raise NothingLeftError("the program waits, and nothing can wake it")
        finally:
            self._end_stacks()
            self._loop = None
        if failures:
            raise failures[0]
        return results[0]

    def _start_stack(self, body: Callable[[], object]) -> None:
        stack = greenlet(body)
        self._stacks.append(stack)
        stack.switch()

    def _end_stacks(self) -> None:
        """End all stacks that still wait, as terminating a worker does."""
        self.can_suspend = False
        for stack in self._stacks:
            if not stack.dead:
                stack.throw(GreenletExit)
        self.can_suspend = True

    def _run_next(self) -> bool:
        """Do what JavaScript's event loop does next; return whether there was anything to do."""
        if self.microtasks:
            self.microtasks.popleft()()
            return True
        due = sorted((at, number) for number, (at, _) in self._timers.items() if at <= self._now_ns)
        if due:
            _, number = due[self.choose(len(due))]
            self._timers.pop(number)[1]()
            return True
        if not self._timers:
            return False
        self._now_ns = max(self._now_ns, min(at for at, _ in self._timers.values()))
        return True

    def post(self, message: Callable[[], object]) -> None:
        """Let the page send a message, which arrives when Python lets the event loop run."""
        self._set_timer_ns(0, message)

    def set_timer(self, milliseconds: float, call: Callable[[], object]) -> int:
        """Do what `setTimeout` does."""
        return self._set_timer_ns(round(milliseconds * NS_PER_MS), call)

    def _set_timer_ns(self, delay_ns: int, call: Callable[[], object]) -> int:
        self._next_timer += 1
        self._timers[self._next_timer] = self._now_ns + delay_ns, call
        return self._next_timer

    def run_sync[T](self, promise: Awaitable[T]) -> T:
        """Suspend the running stack until a promise is settled, like `pyodide.ffi.run_sync`."""
        if self.refuses_to_suspend:
            raise RuntimeError("trying to suspend JS frames")
        # Pyodide's `run_sync` calls `ensure_future`, too. The scheduler replaces this function, so
        # that it returns the promise unchanged; see `suspend` in scheduler.py.
        passed = asyncio.ensure_future(promise)
        stack = getcurrent()
        if self._loop is None or stack is self._loop or not self.can_suspend:
            raise RuntimeError("Cannot stack switch because the stack is not suspendable")
        assert isinstance(passed, Promise), "the event loop of asyncio must not see the promise"
        self.suspended += 1
        passed.then(stack.switch)
        # Every stack has trace and profile functions of its own.
        trace, profile = _GET_TRACE(), _GET_PROFILE()
        _set_hooks(None, None)
        try:
            value: T = self._loop.switch()
        finally:
            _set_hooks(trace, profile)
        return value

    def can_run_sync(self) -> bool:
        """Return whether the running stack can be suspended, like `pyodide.ffi.can_run_sync`."""
        return self.can_suspend and self._loop is not None and getcurrent() is not self._loop

    # --- computing, and what the clock shows ------------------------------------------------------

    def compute(self, milliseconds: float) -> None:
        """Keep the running thread busy for some time, during which its time slices may end."""
        left = round(milliseconds * NS_PER_MS)
        while left > 0:
            # Python asks for signals every few dozen bytecode checks, here every 0.1 ms.
            step = min(left, max(NS_PER_MS // 10, self._slice_end_ns() - self._now_ns))
            left -= step
            self._now_ns += step
            self._poll(sys._getframe(1))

    def _slice_end_ns(self) -> int:
        allowed = self.interval if self.threads > 1 else MAX_UNRESPONSIVE_MS
        return round(max(self._slice_start_ns, 0) + allowed * NS_PER_MS)

    def _poll(self, frame: types.FrameType) -> None:
        """Do what Python does every few dozen bytecode checks: ask the kernel for a signal."""
        if self._armed and not self.is_paused() and self._now_ns >= self._slice_end_ns():
            self.end_slice_now(frame)

    def preempt(self) -> None:
        """End the time slice of the running thread here if `is_slice_over` returns True."""
        if self.threads > 1 and self._armed and self.is_slice_over():
            self.end_slice_now(sys._getframe(1))

    def end_slice_now(self, frame: types.FrameType | None) -> None:
        """End the time slice of the running thread in this frame."""
        self._slice_start_ns = self._now_ns
        self.slices_over += 1
        handler = getsignal(SLICE_SIGNAL)
        assert callable(handler), "nothing handles the end of time slices"
        handler(SLICE_SIGNAL, frame)

    def monotonic_ns(self) -> int:
        """Return what `time.monotonic_ns` returns in the program."""
        return self._clock_ns() if self._rate == 1 else self.elapsed()

    def _clock_ns(self) -> int:
        now = self._now_ns if self._paused_since_ns is None else self._paused_since_ns
        return now - self._paused_ns

    # --- the functions of browser_kernel, which kernel.ts explains --------------------------------

    def arm(self, armed: bool, /) -> None:
        self._armed = armed
        self._slice_start_ns = self._now_ns

    def try_again(self) -> None:
        # Long ago, so that Python gets the signal when it asks next.
        self._slice_start_ns = -1

    def gate(self, milliseconds: float, is_main: bool, /) -> Gate:
        self._end_step()
        gate = Gate(self)
        if milliseconds >= 0 and self._rate != float("inf"):
            timeout = _Timeout(math.ceil(milliseconds * NS_PER_MS / self._rate), self._now_ns)
            self._timeouts[gate] = timeout
            if self._state != "paused":
                self._start_timer(gate, timeout)
        if is_main:
            self._main_gate = gate
        return gate

    def _start_timer(self, gate: Gate, timeout: _Timeout) -> None:
        timeout.since_ns = self._now_ns
        delay = max(0, timeout.left_ns - min(self.early_ns, timeout.left_ns // 2))
        timeout.timer = self._set_timer_ns(delay, lambda: gate.open(TIMED_OUT))

    def forget(self, gate: Gate) -> None:
        """Stop the timer of a gate that has been opened, at which no thread waits any more."""
        timeout = self._timeouts.pop(gate, None)
        if timeout and timeout.timer is not None:
            self._timers.pop(timeout.timer, None)
        if self._main_gate is gate:
            self._main_gate = None

    def yield_once(self) -> Promised:
        if self.threads > 1:
            self._end_step()
        elif self._state == "in step":
            self._state = "step pending"
        promise: Promise[None] = Promise(self)
        self._yielded.append(lambda: promise.settle(None))
        self.post(self._resume_yielded)
        return Promised(promise)

    def _resume_yielded(self) -> None:
        self._last_yield_ns = self._now_ns
        if self._yielded:
            self.resume_or_postpone(self._yielded.popleft())

    def pass_step_on(self, gate: Gate, /) -> None:
        if self._state != "in step" or gate.settled:
            return
        self.pause()
        self.set_timer(0, self._take_step_if_paused)

    def _take_step_if_paused(self) -> None:
        if self.is_paused():
            self.take_step()

    def end_slice(self) -> None:
        self._idle_since_ns = self._now_ns

    def start_slice(self) -> None:
        self._slice_start_ns = self._now_ns
        if self._idle_since_ns is not None:
            self.idle += (self._now_ns - self._idle_since_ns) / NS_PER_MS
        self._idle_since_ns = None

    def spawn(self, call: Callable[[], None], /) -> None:
        def body() -> None:
            call()
            self.microtasks.append(self._end_step)

        self.microtasks.append(lambda: self.resume_or_postpone(lambda: self._start_stack(body)))

    def block(self, milliseconds: float, /) -> None:
        milliseconds /= self._rate
        self._now_ns += round(milliseconds * NS_PER_MS)
        self.idle += milliseconds
        self.blocked_ms += milliseconds

    def start_clock(self, rate: float, /) -> None:
        self._rate = rate or float("inf")
        self._origin_ns, self._virtual_ns = self._clock_ns(), 0
        self._last_yield_ns = self._now_ns

    def stop_clock(self) -> int:
        self._rate = 1.0
        return 0

    def elapsed(self) -> int:
        if self._rate == float("inf"):
            return self._virtual_ns
        return round((self._clock_ns() - self._origin_ns) * self._rate)

    def advance(self, elapsed: int, /) -> None:
        assert elapsed >= self._virtual_ns, "virtual time never goes backwards"
        self._virtual_ns = elapsed

    def must_yield(self) -> bool:
        return (
            not self.is_paused()
            and self._now_ns - self._last_yield_ns > MAX_UNRESPONSIVE_MS * NS_PER_MS
        )

    def now(self) -> float:
        return self._now_ns / NS_PER_MS

    def resume_or_postpone(self, resume: Callable[[], object]) -> None:
        """Resume a thread if the state allows that, or else resume it later."""
        if self._state == "step pending":
            self._state = "in step"
            resume()
        elif self._state == "running" and not self._postponed:
            resume()
        else:
            self._postponed.append(resume)

    def _resume_postponed(self) -> None:
        if self._state != "running":
            return
        if self._postponed:
            self._postponed.popleft()()
        if self._postponed:
            self.post(self._resume_postponed)

    def _end_step(self) -> None:
        if self._state == "in step":
            self.pause()
            self.set_timer(0, lambda: self.is_paused() and self.on_step_end())

    def pause(self) -> None:
        if self.is_paused():
            return
        self._state = "paused"
        if self._paused_since_ns is None:
            self._paused_since_ns = self._now_ns
        for timeout in self._timeouts.values():
            if timeout.timer is not None:
                self._timers.pop(timeout.timer, None)
            timeout.left_ns = max(0, timeout.left_ns - (self._now_ns - timeout.since_ns))

    def resume(self) -> None:
        self._leave_pause("running")
        self._resume_postponed()

    def take_step(self, is_running: bool = False, /) -> None:
        self._leave_pause("in step" if is_running else "step pending")
        if not is_running and self._postponed:
            self.resume_or_postpone(self._postponed.popleft())

    def is_paused(self) -> bool:
        return self._state == "paused"

    def _leave_pause(self, state: Literal["running", "step pending", "in step"]) -> None:
        was_paused = self.is_paused()
        self._state = state
        if was_paused:
            if self._paused_since_ns is not None:
                self._paused_ns += self._now_ns - self._paused_since_ns
            self._paused_since_ns = None
            for gate, timeout in self._timeouts.items():
                self._start_timer(gate, timeout)

    def interrupt(self) -> None:
        self.interrupted = True
        self.resume()
        if self._main_gate:
            self._main_gate.open(INTERRUPTED)


class FakePage(types.ModuleType):
    """The module `browser_page`, which here only records what the worker would send to the page."""

    def __init__(self) -> None:
        super().__init__("browser_page")
        self.reset()

    def reset(self) -> None:
        """Return to the state of a new page."""
        # How often the program has asked the reader for input.
        self.asked = 0
        self.facts: list[tuple[str, float, str]] = []
        self.traces: list[str] = []
        # Called with the paused state, as JSON, each time the program has been paused.
        self.on_paused: Callable[[str], object] = lambda state: None  # noqa: ARG005

    def ask(self) -> None:
        self.asked += 1

    def tell(self, fact: str, value: float, detail: str, /) -> None:
        self.facts.append((fact, value, detail))

    def wait_for_threads(self, count: int, /) -> None:
        self.facts.append(("waits for threads", count, ""))

    def leave(self, status: int, /) -> None:
        raise AssertionError(f"the process ends with status {status}")

    def clock_step(self) -> float:
        return 0.1

    def clock(self) -> float:
        return 0.0

    def trace(self, begun: float, origin: int, rows: str, steps: object, /) -> None:  # noqa: ARG002
        self.traces.append(rows)

    def report_paused(self, at: float, state: str, /) -> None:  # noqa: ARG002
        self.on_paused(state)


def declared_names(stub: Path) -> set[str]:
    """Return the names of the functions, classes and variables that a stub file declares."""
    names: set[str] = set()
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names
