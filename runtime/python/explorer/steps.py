"""Takes down a run step by step: who ran, which lines, why it stopped running, what it printed."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from explorer import stacks
from explorer.scheduler import MAIN, Scheduler, Thread

# Of a run; lines and values of one step; characters of a value.
_MOST = 400
_MOST_LINES = 200
_MOST_VALUES = 6
_LONGEST = 40
# Values of these types are shown; what is in them may be anything, but is not asked how it looks.
_PLAIN = (bool, int, float, str, type(None))


@dataclass
class Step:
    """What one thread or task did in one go.

    Attributes:
        who: its name.
        lines: the lines of the program it ran, in order; the first may have begun before.
        why: why it did not go on: its `turn` is over, `wait`, or `end`.
        waits: what it waits for, in words; only for `wait`.
        stdout: what it printed.
        values: variables after it, as Python writes them: local ones of the function it is in, and
            global ones that it changed.
    """

    who: str
    lines: list[int] = field(default_factory=list)
    why: str = ""
    waits: str = ""
    stdout: str = ""
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Option:
    """Who could go on where a run was left open.

    Attributes:
        who: its name.
        line: where; 0 if that is not in the program.
        begun: whether it has run before.
    """

    who: str
    line: int
    begun: bool


class Recorder:
    """Of one run."""

    def __init__(self, run: Scheduler, filename: str) -> None:
        self.steps: list[Step] = []
        self.options: list[Option] = []
        self._run = run
        self._filename = filename
        self._open: Step | None = None
        # Where each one was last, to begin there again.
        self._last: dict[str, int] = {}
        self._globals: dict[str, str] = {}

    def line(self, number: int) -> None:
        """A line is about to run."""
        if self._run.over:
            return
        step = self._step()
        if len(step.lines) < _MOST_LINES and step.lines[-1:] != [number]:
            step.lines.append(number)

    def printed(self, text: str) -> None:
        """Something is printed."""
        if not self._run.over:
            self._step().stdout += text

    def thread_stops(self, why: str) -> None:
        """The running thread stops running; `why` as in `Step`."""
        who = stacks.actor(self._run)
        if self._open is None or self._open.who != who:
            self._close("", 0, {})
            if why != "end" or self._run.current.ident == MAIN:
                return
            # It has run no line, and that is its last turn.
            self._last.pop(who, 0)
            self._step()
        assert self._open
        frame, called = stacks.in_thread(self._run.current.frame, self._filename)
        if why == "end":
            frame = None
        is_function = frame is not None and frame.f_code.co_name != "<module>"
        line = frame.f_lineno or 0 if frame else 0
        self._open.waits = stacks.reason(called) if why == "wait" else ""
        self._close(why, line, frame.f_locals if frame and is_function else {})

    def task_stops(self, task: Any) -> None:
        """The step of a task of the running event loop is over."""
        if self._open is None or self._open.who != stacks.task_name(task):
            return
        frame, called = stacks.in_task(task, self._filename)
        line = frame.f_lineno or 0 if frame else 0
        why = "end" if task.done() else "wait"
        self._open.waits = stacks.reason(called) if why == "wait" else ""
        self._close(why, line, frame.f_locals if frame else {})

    def left_open(self, among: Sequence[Any]) -> None:
        """The run ends here, with the choice among these: threads, or steps of tasks."""
        self.thread_stops("")
        self.options = [self._option(each) for each in among]

    def _option(self, each: Any) -> Option:
        if isinstance(each, Thread):
            name, place = stacks.name_of(each), stacks.place_of_thread(each, self._filename)
        else:
            task = each._callback.__self__
            name, place = stacks.task_name(task), stacks.place_of_task(task, self._filename)
        return Option(name, *place)

    def _step(self) -> Step:
        who = stacks.actor(self._run)
        if self._open is not None and self._open.who == who:
            return self._open
        self._close("", 0, {})
        self._open = step = Step(who)
        if len(self.steps) < _MOST:
            self.steps.append(step)
        # A line that was left in its middle goes on, unless another one begins there and then.
        if last := self._last.pop(who, 0):
            step.lines.append(last)
        return step

    def _close(self, why: str, line: int, names: Mapping[str, object]) -> None:
        step, self._open = self._open, None
        if step is None:
            return
        step.why = why
        if line:
            self._last[step.who] = line
        after = _shown(vars(sys.modules["__main__"]))
        changed = {name: text for name, text in after.items() if self._globals.get(name) != text}
        self._globals = after
        step.values = dict([*_shown(names).items(), *changed.items()][:_MOST_VALUES])


def _shown(names: Mapping[str, object]) -> dict[str, str]:
    """The variables that can be shown, with their values as Python writes them."""
    found = {}
    for name, value in list(names.items()):
        if name.startswith("_") or not _is_plain(value):
            continue
        text = repr(value)
        found[name] = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return found


def _is_plain(value: object) -> bool:
    kind = type(value)
    if kind in (list, tuple, set):
        items: Any = value
        return all(type(item) in _PLAIN for item in list(items)[:50])
    if kind is dict:
        pairs: Any = value
        return all(type(each) in _PLAIN for pair in list(pairs.items())[:50] for each in pair)
    return kind in _PLAIN
