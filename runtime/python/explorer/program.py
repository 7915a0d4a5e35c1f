"""One run of a program under one schedule, and what came of it."""

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
from explorer.points import Points
from explorer.replace import Replacement
from explorer.scheduler import CannotSwitchError, Chooser, Decision, Over, Scheduler
from explorer.steps import Option, Recorder, Step

# A run prints no more than so many characters that are kept.
_MOST_TEXT = 10_000
# Collecting what deadlocks leave behind takes longer than a short run.
_COLLECT = 50


@dataclass(frozen=True)
class Ran:
    """What came of one run.

    Attributes:
        kind: `ok`, `exception`, `status`, `deadlock` or `endless`; `open` if a decision was left.
        text: what went wrong, in a line or more; empty if nothing did.
        line: where, if it is known; else 0.
        stdout: what was printed.
        decisions: all that were made.
        steps: who ran where, if that was asked for.
        seconds: of virtual time.
        options: who could go on at the decision that was left open, if its steps were asked for.
    """

    kind: str
    text: str
    line: int
    stdout: str
    decisions: tuple[Decision, ...]
    steps: tuple[Step, ...]
    seconds: float
    options: tuple[Option, ...] = ()

    @property
    def breaks(self) -> bool:
        """Whether the program did not come to a good end."""
        return self.kind not in ("ok", "open")


class _Stream(io.TextIOBase):
    """Takes what is printed."""

    def __init__(self, taken: Callable[[str], None]) -> None:
        self._taken = taken

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        self._taken(text)
        return len(text)


class Program:
    """A program that can be run again and again, while `entered`.

    Args:
        source: its text.
        filename: its name in reports.
        steps: points and waits after which a run is given up as endless.

    Raises:
        SyntaxError: the source is no Python.
    """

    def __init__(self, source: str, filename: str = "program.py", steps: int = 20_000) -> None:
        self.filename = filename
        self._code = compile(source, filename, "exec", dont_inherit=True)
        self._steps = steps
        self._runs = 0
        self._replacement = Replacement(tasks="asyncio" in source)
        lines = source.splitlines(keepends=True)
        linecache.cache[filename] = (len(source), None, lines, filename)

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Make this process one in which programs run under schedules; afterwards it is as before.

        Nothing else may use threads or clocks in it meanwhile.
        """
        saved = {name: getattr(sys, name) for name in ("stdin", "stdout", "stderr", "excepthook")}
        main, state = sys.modules["__main__"], random.getstate()
        enabled = gc.isenabled()
        gc.disable()
        try:
            with self._replacement.entered(), warnings.catch_warnings():
                # Of coroutines that the end of a run left behind.
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

    def follow(self, schedule: Sequence[tuple[int, int]]) -> Ran:
        """Run it with these choices and return each of its steps.

        Args:
            schedule: number of a decision and which of its options, counted from 0, for those
                where it is not the usual one.
        """
        return self.run(scheduler.following(schedule), with_steps=True)

    def follow_fast(self, schedule: Sequence[tuple[int, int]]) -> Ran:
        """Run it with these choices, without telling its steps."""
        return self.run(scheduler.following(schedule))

    def play(self, choices: Sequence[int], *, to_the_end: bool = False) -> Ran:
        """Run it with these choices up to the first decision for which there is none.

        Args:
            choices: which of its options, counted from 0, for each decision from the first on.
            to_the_end: make the usual choices after them.
        """

        def choose(number: int, options: int, costs: int) -> int | None:  # noqa: ARG001
            if number < len(choices):
                return min(choices[number], options - 1)
            return 0 if to_the_end else None

        return self.run(choose, with_steps=True)

    def run(self, choose: Chooser, *, with_steps: bool = False) -> Ran:
        """Run it once, asking at each decision.

        Raises:
            KeyboardInterrupt: somebody wants it to end.
            CannotSwitchError: it starts threads, and there can be none here.
        """
        run = Scheduler(choose, self._steps)
        recorder = Recorder(run, self.filename)
        printed: list[str] = []
        failed: list[tuple[BaseException, str]] = []

        def take(text: str) -> None:
            printed.append(text)
            if with_steps:
                recorder.printed(text)

        def thread_failed(args: Any, /) -> None:
            if not issubclass(args.exc_type, SystemExit):
                failed.append((args.exc_value, run.current.name))

        scheduler.enter(run)
        primitives.on_thread_failed = thread_failed
        self._replacement.renew()
        points = Points(self._code)
        output = sys.stdout, sys.stderr
        sys.stdin, sys.stdout, sys.stderr = io.StringIO(), _Stream(take), _Stream(lambda _: None)
        random.seed(1)
        points.begin()
        if with_steps:
            run.watch = recorder
            points.watch_lines(recorder.line)
        status: object = 0
        waits = ""
        try:
            try:
                status = self._to_the_end(failed)
            except Over:
                waits = stacks.describe(run, self.filename) if run.verdict == "deadlock" else ""
            finally:
                if not run.over:
                    recorder.thread_stops("end")
                seconds = run.now
                run.end()
        finally:
            points.end()
            sys.stdout, sys.stderr = output
            scheduler.leave()
            primitives.on_thread_failed = primitives.no_hook  # The last one keeps the run.
        if run.interrupted:
            raise KeyboardInterrupt
        if run.failed:
            raise CannotSwitchError(run.failed)
        self._runs += 1
        if self._runs % _COLLECT == 0:
            gc.collect()
        kind, text, line = self._judge(run, failed, status, waits)
        stdout = "".join(printed)[:_MOST_TEXT]
        steps, decisions = tuple(recorder.steps), tuple(run.decisions)
        return Ran(kind, text, line, stdout, decisions, steps, seconds, tuple(recorder.options))

    def _to_the_end(self, failed: list[tuple[BaseException, str]]) -> object:
        """Do what an interpreter does, and return the exit status."""
        module = types.ModuleType("__main__")
        module.__dict__.update(__builtins__=builtins, __file__=self.filename)
        sys.modules["__main__"] = module
        status: object = 0
        try:
            exec(self._code, module.__dict__)  # noqa: S102 - running the program is the purpose
        except Over:
            raise
        except SystemExit as error:
            status = error.code
        except KeyboardInterrupt:
            scheduler.current().interrupted = True
            return 0
        except BaseException as error:
            failed.append((error, scheduler.current().current.name))
        threading: Any = sys.modules["threading"]
        threading._shutdown()
        return status

    def _judge(
        self,
        run: Scheduler,
        failed: list[tuple[BaseException, str]],
        status: object,
        waits: str,
    ) -> tuple[str, str, int]:
        if run.verdict == "open":
            return "open", "", 0
        if failed:
            error, name = failed[0]
            where = "" if name == "MainThread" else f" (in {name})"
            text = "".join(traceback.format_exception_only(error)).strip() + where
            return "exception", text, self._line(error)
        if run.verdict == "deadlock":
            return "deadlock", waits, 0
        if run.verdict == "endless":
            return "endless", f"it was still running after {self._steps:,} steps.", 0
        if status not in (None, 0):
            return "status", f"exit status {status if isinstance(status, int) else 1}", 0
        return "ok", "", 0

    def _line(self, error: BaseException) -> int:
        """The line of the program that an exception comes from; in a group, of its first."""
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        line = 0
        for frame, number in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_filename == self.filename:
                line = number
        return line
