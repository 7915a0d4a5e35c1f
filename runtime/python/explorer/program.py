"""Runs a program any number of times, each time under one schedule, and returns the results."""

import builtins
import contextlib
import gc
import io
import linecache
import random
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from explorer import primitives, scheduler, stacks
from explorer.accesses import Accesses
from explorer.cpython_internals import threading_internals
from explorer.points import SwitchPoints
from explorer.replace import Replacement
from explorer.scheduler import CannotSwitchError, Chooser, Decision, RunEnded, Scheduler
from explorer.steps import Option, Recorder, Step

_MAX_OUTPUT = 10_000  # characters
# Runs leave garbage, above all those that were stopped before the end of the program. Collecting it
# takes longer than a short run, so it is only collected after this many runs.
_RUNS_PER_COLLECTION = 50


@dataclass(frozen=True)
class RunResult:
    """The result of one run.

    Attributes:
        kind: `ok`, `exception`, `status`, `deadlock`, `endless`, or `open` if the run ended at a
            decision that was left open.
        text: a description of what went wrong, which may have several lines; empty for `ok` and
            `open`.
        line: the line of the exception; 0 if there is none or if it is unknown.
        stdout: what the program printed, cut to `_MAX_OUTPUT` characters.
        decisions: all decisions that were made, in order.
        steps: what each thread or task did; empty unless steps were requested. If there are very
            many, these are the first ones or, from `run_choices`, the last ones.
        seconds: how long the run took, in virtual time.
        points: number of switch points and waits.
        options: the threads or tasks that could continue at the decision that was left open; empty
            unless steps were requested.
        step_count: the number of all steps, including those that are not in `steps`.
        printed_before: what was printed before the first of `steps`.
    """

    kind: str
    text: str
    line: int
    stdout: str
    decisions: tuple[Decision, ...]
    steps: tuple[Step, ...]
    seconds: float
    points: int
    options: tuple[Option, ...] = ()
    step_count: int = 0
    printed_before: str = ""

    @property
    def breaks(self) -> bool:
        """Whether the program failed, deadlocked or did not end."""
        return self.kind not in ("ok", "open")


class _Stream(io.TextIOBase):
    """A text stream that passes on what the program prints."""

    def __init__(self, on_text: Callable[[str], None]) -> None:
        self._on_text = on_text

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        self._on_text(text)
        return len(text)


class Program:
    """A program that can be run any number of times within its `environment`.

    Args:
        source: the text of the program.
        filename: its name in reports.
        max_steps: after how many switch points and waits a run is stopped as endless.
        every_bytecode: whether threads may switch between any two bytecodes, as they may without a
            GIL, rather than only where CPython with a GIL may switch them.

    Raises:
        SyntaxError: the source is not valid Python.
    """

    def __init__(
        self,
        source: str,
        filename: str = "program.py",
        max_steps: int = 20_000,
        *,
        every_bytecode: bool = False,
    ) -> None:
        self.filename = filename
        self.every_bytecode = every_bytecode
        self._code = compile(source, filename, "exec", dont_inherit=True)
        self._accesses = Accesses(self._code, source) if every_bytecode else None
        self._max_steps = max_steps
        self._runs = 0
        self._replacement = Replacement(tasks="asyncio" in source)
        lines = source.splitlines(keepends=True)
        linecache.cache[filename] = (len(source), None, lines, filename)

    @contextlib.contextmanager
    def environment(self) -> Iterator[None]:
        """Prepare this process for runs under a schedule, and restore it after the `with` block.

        Within the block, nothing else in this process may use threads or clocks.
        """
        saved = {name: getattr(sys, name) for name in ("stdin", "stdout", "stderr", "excepthook")}
        main, state = sys.modules["__main__"], random.getstate()
        enabled = gc.isenabled()
        gc.disable()
        try:
            with self._replacement.installed(), warnings.catch_warnings():
                # A run that is stopped before the end of the program leaves coroutines that were
                # never awaited, of which Python would warn.
                warnings.simplefilter("ignore")
                try:
                    yield
                finally:
                    sys.modules["__main__"] = main
                    gc.collect()
        finally:
            random.setstate(state)
            for name, value in saved.items():
                setattr(sys, name, value)
            if enabled:
                gc.enable()

    def run_schedule(
        self, schedule: Sequence[tuple[int, int]], *, with_steps: bool = False
    ) -> RunResult:
        """Run the program under a schedule.

        Args:
            schedule: for each decision whose choice is not the default one, its number and the
                option, counted from 0.
            with_steps: whether to record the steps, which takes longer.
        """
        return self.run(scheduler.follow(schedule), with_steps=with_steps)

    def run_choices(self, choices: Sequence[int], *, to_the_end: bool = False) -> RunResult:
        """Run the program up to the first decision for which no choice is given.

        Args:
            choices: the option, counted from 0, for each decision from the first one on.
            to_the_end: whether to continue with the default choices instead of stopping.
        """

        def choose(number: int, options: int, costs: int) -> int | None:  # noqa: ARG001
            if number < len(choices):
                return min(choices[number], options - 1)
            return 0 if to_the_end else None

        return self.run(choose, with_steps=True, keep_last=True)

    def run(
        self, choose: Chooser, *, with_steps: bool = False, keep_last: bool = False
    ) -> RunResult:
        """Run the program once.

        Args:
            choose: makes the choice at each decision.
            with_steps: whether to record the steps, which takes longer.
            keep_last: as for `Recorder`.

        Raises:
            KeyboardInterrupt: the user pressed Ctrl+C.
            CannotSwitchError: the program starts threads, but this environment cannot run any.
        """
        run = Scheduler(choose, self._max_steps)
        recorder = Recorder(run, self.filename, self._accesses, keep_last=keep_last)
        printed: list[str] = []
        # Uncaught exceptions, each with the name of its thread.
        failures: list[tuple[BaseException, str]] = []

        def on_text(text: str) -> None:
            printed.append(text)
            if with_steps:
                recorder.text_printed(text)

        def on_thread_failed(args: Any, /) -> None:
            if not issubclass(args.exc_type, SystemExit):
                failures.append((args.exc_value, run.current.name))

        scheduler.enter(run)
        primitives.on_thread_failed = on_thread_failed
        self._replacement.reset()
        points = SwitchPoints(self._code, self._accesses)
        output = sys.stdout, sys.stderr
        sys.stdin, sys.stdout, sys.stderr = io.StringIO(), _Stream(on_text), _Stream(lambda _: None)
        random.seed(1)  # Any constant will do, so that every run gets the same random numbers.
        points.begin()
        if with_steps:
            run.observer = recorder
            points.report_steps(recorder.line_starts, recorder.access_starts)
        status: object = 0
        deadlock = ""
        try:
            try:
                status = self._execute(failures)
            except RunEnded:
                if run.verdict == "deadlock":
                    deadlock = stacks.describe_deadlock(run, self.filename)
            finally:
                if not run.is_over:
                    recorder.thread_stops("end")
                seconds = run.now
                run.end()
        finally:
            points.end()
            sys.stdout, sys.stderr = output
            scheduler.leave()
            # A reference to `on_thread_failed` would keep the run alive.
            primitives.on_thread_failed = primitives.ignore_failure
        if run.interrupted:
            raise KeyboardInterrupt
        if run.start_error:
            raise CannotSwitchError(run.start_error)
        self._runs += 1
        if self._runs % _RUNS_PER_COLLECTION == 0:
            gc.collect()
        kind, text, line = self._classify(run, failures, status, deadlock)
        return RunResult(
            kind,
            text,
            line,
            stdout="".join(printed)[:_MAX_OUTPUT],
            decisions=tuple(run.decisions),
            steps=tuple(recorder.steps),
            seconds=seconds,
            points=self._max_steps - max(0, run.steps_left),
            options=tuple(recorder.options),
            step_count=recorder.step_count,
            printed_before=recorder.printed_before,
        )

    def _execute(self, failures: list[tuple[BaseException, str]]) -> object:
        """Execute the program as `__main__`, wait for its threads and return the exit status."""
        module = types.ModuleType("__main__")
        module.__dict__.update(__builtins__=builtins, __file__=self.filename)
        sys.modules["__main__"] = module
        status: object = 0
        try:
            exec(self._code, module.__dict__)  # noqa: S102 - running the program is the purpose
        except RunEnded:
            raise
        except SystemExit as error:
            status = error.code
        except KeyboardInterrupt:
            scheduler.current().interrupted = True
            return 0
        except BaseException as error:
            failures.append((error, scheduler.current().current.name))
        threading_internals._shutdown()
        return status

    def _classify(
        self,
        run: Scheduler,
        failures: list[tuple[BaseException, str]],
        status: object,
        deadlock: str,
    ) -> tuple[str, str, int]:
        """Return `kind`, `text` and `line` of the result; see `RunResult`.

        Args:
            run: the scheduler of the run.
            failures: the uncaught exceptions, each with the name of its thread.
            status: the argument of `SystemExit`, if the main thread has raised it.
            deadlock: what the threads of a deadlock wait for.
        """
        if run.verdict == "open":
            return "open", "", 0
        if failures:
            error, name = failures[0]
            where = "" if name == "MainThread" else f" (in {name})"
            text = "".join(traceback.format_exception_only(error)).strip() + where
            return "exception", text, self._line(error)
        if run.verdict == "deadlock":
            return "deadlock", deadlock, 0
        if run.verdict == "endless":
            return "endless", f"it was still running after {self._max_steps:,} steps.", 0
        if status not in (None, 0):
            return "status", f"exit status {status if isinstance(status, int) else 1}", 0
        return "ok", "", 0

    def _line(self, error: BaseException) -> int:
        """Return the program's innermost line in the traceback of an error; 0 if there is none.

        For an exception group, this is the line of its first exception.
        """
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        line = 0
        for frame, number in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_filename == self.filename:
                line = number
        return line
