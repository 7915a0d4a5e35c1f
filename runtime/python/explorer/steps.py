"""Records the steps of a run: which thread or task ran, which lines, and why it stopped."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

from explorer import stacks
from explorer.accesses import Access, Accesses, value_of
from explorer.scheduler import MAIN, Scheduler, Thread

# The most steps of a run, and the most lines and values of one step, that are kept.
_MAX_STEPS = 200
_MAX_LINES = 200
_MAX_VALUES = 6
_MAX_VALUE_LENGTH = 40  # characters
# The most items of a collection whose types are checked before it is shown.
_MAX_ITEMS_CHECKED = 50
# Only values of these types, and collections of them, are shown. To show another object, the
# recorder would have to call its `__repr__`, which could have switch points or side effects.
_PLAIN = (bool, int, float, str, type(None))


@dataclass
class Step:
    """What one thread or task did without being interrupted.

    Attributes:
        actor: name of the thread or task.
        lines: lines of the program that the actor ran, in order. The first of these lines may have
            begun in an earlier step.
        why: why the step ended: `turn` if the thread was preempted, `wait` or `end`. Empty in all
            other cases, for example if the run ended at an open decision.
        waits_for: what the actor waits for, in words; only if `why` is `wait`.
        stdout: what the actor printed.
        next_access: what the thread was about to read, store, call or evaluate; only if it stopped
            at a switch point, and if threads may switch between any two bytecodes.
        held: under the same conditions, what the thread has read and may store later, but has not
            stored yet: the expression → the `repr` of the value that was read.
        values: the `repr` of some variables with plain values after the step: first the local
            variables of the current function, then the global ones that changed.
    """

    actor: str
    lines: list[int] = field(default_factory=list)
    why: str = ""
    waits_for: str = ""
    stdout: str = ""
    next_access: Access | None = None
    held: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Option:
    """A thread or task that could continue at the decision that was left open.

    Attributes:
        actor: name of the thread or task.
        line: the line at which it would continue; 0 if that is not in the program.
        has_started: whether it has run before.
        next_access: what it would read, store, call or evaluate next, if that is known.
    """

    actor: str
    line: int
    has_started: bool
    next_access: Access | None = None


class Recorder:
    """Records the steps of one run; a `scheduler.Observer`.

    Args:
        run: the scheduler of the run.
        filename: the file of the program.
        accesses: those of the program, if threads may switch between any two bytecodes.
        keep_last: whether the last steps are kept, rather than the first ones, of a run that has
            very many.
    """

    def __init__(
        self,
        run: Scheduler,
        filename: str,
        accesses: Accesses | None = None,
        *,
        keep_last: bool = False,
    ) -> None:
        # The steps that are kept.
        self.steps: list[Step] = []
        # The number of all steps.
        self.step_count = 0
        self._keep_last = keep_last
        # What the steps that came too early to be kept have printed, one entry for each of them.
        self._printed_before: list[str] = []
        self.options: list[Option] = []
        self._run = run
        self._filename = filename
        # The step that has begun but not ended.
        self._open: Step | None = None
        # Actor → the line in which its last step ended, and in which its next one continues.
        self._last_lines: dict[str, int] = {}
        # The `repr` of each global variable at the end of the previous step.
        self._globals: dict[str, str] = {}
        self._accesses = accesses
        # Thread and code → the `repr` of each expression that the thread has read there, and not
        # stored since.
        self._read: dict[tuple[int, CodeType], dict[str, str]] = {}

    @property
    def printed_before(self) -> str:
        """What was printed before the first of `steps`."""
        return "".join(self._printed_before)

    def line_starts(self, number: int) -> None:
        """Record that a line is about to run."""
        if self._run.is_over:
            return
        step = self._step()
        if len(step.lines) < _MAX_LINES and step.lines[-1:] != [number]:
            step.lines.append(number)

    def access_starts(self, frame: FrameType, access: Access) -> None:
        """Record that an access is about to be made."""
        if self._run.is_over or access.target is None:
            return
        read = self._read.setdefault((self._run.current.ident, frame.f_code), {})
        read.pop(access.text, None)
        value = value_of(access.target, frame)
        if access.kind == "read" and _is_plain(value):
            read[access.text] = _short_repr(value)

    def text_printed(self, text: str) -> None:
        """Record text that the running thread or task prints."""
        if not self._run.is_over:
            self._step().stdout += text

    def thread_stops(self, why: str) -> None:
        """Record that the running thread stops running; `why` is as in `Step`."""
        actor = stacks.running_actor(self._run)
        if self._open is None or self._open.actor != actor:
            self._close("", 0, {})
            if why != "end" or self._run.current.ident == MAIN:
                return
            # The thread ends without having run another line. Record that as a step without lines.
            self._last_lines.pop(actor, 0)
            self._step()
        assert self._open
        frame, callee = stacks.find_in_thread(self._run.current.frame, self._filename)
        if why == "end":
            frame = None
        is_function = frame is not None and frame.f_code.co_name != "<module>"
        line = frame.f_lineno or 0 if frame else 0
        self._open.waits_for = stacks.describe_wait(callee) if why == "wait" else ""
        if frame and self._accesses and self._run.current.is_at_point:
            self._open.next_access = self._accesses.next_in(frame)
            read = self._read.get((self._run.current.ident, frame.f_code), {})
            self._open.held = {
                text: value
                for text, value in read.items()
                if self._accesses.is_stored_from(frame, text)
            }
        self._close(why, line, frame.f_locals if frame and is_function else {})

    def task_stops(self, task: Any) -> None:
        """Record that the current step of a task is over."""
        if self._open is None or self._open.actor != stacks.task_name(task):
            return
        frame, callee = stacks.find_in_task(task, self._filename)
        line = frame.f_lineno or 0 if frame else 0
        why = "end" if task.done() else "wait"
        self._open.waits_for = stacks.describe_wait(callee) if why == "wait" else ""
        self._close(why, line, frame.f_locals if frame else {})

    def left_open(self, options: Sequence[Any]) -> None:
        """Record the threads or handles of task steps between which the choice was left open."""
        self.thread_stops("")
        self.options = [self._option(each) for each in options]

    def _option(self, each: Any) -> Option:
        access = None
        if isinstance(each, Thread):
            frame, _ = stacks.find_in_thread(each.frame, self._filename)
            if frame and self._accesses and each.is_at_point:
                access = self._accesses.next_in(frame)
            name, position = stacks.thread_name(each), stacks.thread_position(each, self._filename)
        else:
            task = each._callback.__self__
            name, position = stacks.task_name(task), stacks.task_position(task, self._filename)
        return Option(name, *position, access)

    def _step(self) -> Step:
        """Return the current step of the running actor; begin a step if there is none."""
        actor = stacks.running_actor(self._run)
        if self._open is not None and self._open.actor == actor:
            return self._open
        self._close("", 0, {})
        self._open = step = Step(actor)
        self.step_count += 1
        if self._keep_last or len(self.steps) < _MAX_STEPS:
            self.steps.append(step)
        if len(self.steps) > _MAX_STEPS:
            self._printed_before.append(self.steps.pop(0).stdout)
        # The actor stopped within this line, so it continues there.
        if last := self._last_lines.pop(actor, 0):
            step.lines.append(last)
        return step

    def _close(self, why: str, line: int, local_variables: Mapping[str, object]) -> None:
        """End the current step.

        Args:
            why: as in `Step`.
            line: the line of the program at which the step ends; 0 if it is unknown.
            local_variables: those of the current function.
        """
        step, self._open = self._open, None
        if step is None:
            return
        step.why = why
        if line:
            self._last_lines[step.actor] = line
        after = _show(vars(sys.modules["__main__"]))
        changed = {name: text for name, text in after.items() if self._globals.get(name) != text}
        self._globals = after
        step.values = dict([*_show(local_variables).items(), *changed.items()][:_MAX_VALUES])


def _show(variables: Mapping[str, object]) -> dict[str, str]:
    """Return the `repr` of each public variable with a plain value, cut to a maximum length."""
    shown = {}
    for name, value in list(variables.items()):
        if name.startswith("_") or not _is_plain(value):
            continue
        shown[name] = _short_repr(value)
    return shown


def _short_repr(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _MAX_VALUE_LENGTH else f"{text[: _MAX_VALUE_LENGTH - 1]}…"


def _is_plain(value: object) -> bool:
    kind = type(value)
    if kind in (list, tuple, set):
        items: Any = value
        return all(type(item) in _PLAIN for item in list(items)[:_MAX_ITEMS_CHECKED])
    if kind is dict:
        pairs: Any = value
        checked = list(pairs.items())[:_MAX_ITEMS_CHECKED]
        return all(type(each) in _PLAIN for pair in checked for each in pair)
    return kind in _PLAIN
