"""Tells what collections of a program hold, line by line, where that has changed.

`sys.monitoring` calls for each line of the program's own file, and for nothing else: other code is
as quick as without. See `header` for how a program names its collections.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

from runnable_tracer import header
from runnable_tracer.entries import Entries, Entry
from runnable_tracer.recorder import Recorder

_monitoring: Any = sys.monitoring
_EVENTS = _monitoring.events
_TOOLS = (3, 5, 4, 2, 1, 0)
# They would tell the line in which they stand, as if all of it began.
_WITHIN_LINES = ("<lambda>", "<genexpr>")
# A line that has been begun so often without anything new is not looked at any more.
_PATIENCE = 300
# What a page keeps; see runtime/timeline/model/timeline.ts.
_MOST = 2000


def watch(recorder: Recorder) -> Callable[[], None] | None:
    """Watch what the program's header names, if anything; return what ends that.

    To be called before the program begins.
    """
    try:
        source = Path(recorder.program).read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return None
    names = header.watched(source)
    tool = next((tool for tool in _TOOLS if _monitoring.get_tool(tool) is None), None)
    if not names or tool is None:
        return None
    watched = _Watch(recorder, names, _entries(source))
    _monitoring.use_tool_id(tool, "runnable_tracer")

    # Kept, lest another one gets its number.
    own: dict[int, CodeType] = {}

    def begins(code: CodeType, _: int) -> object:
        if id(code) not in own:
            if code.co_filename != recorder.program or code.co_name in _WITHIN_LINES:
                return _monitoring.DISABLE
            own[id(code)] = code
            _monitoring.set_local_events(tool, code, _EVENTS.LINE)
        # Without this event, a function in one line tells that line only the first time.
        return None

    calls = {_EVENTS.PY_START: begins, _EVENTS.LINE: watched.line}
    for event, call in calls.items():
        _monitoring.register_callback(tool, event, call)
    _monitoring.set_events(tool, _EVENTS.PY_START)

    def end() -> None:
        # The program may have given the number to another tool.
        if _monitoring.get_tool(tool) != "runnable_tracer":
            return
        _monitoring.set_events(tool, 0)
        for event in calls:
            _monitoring.register_callback(tool, event, None)
        _monitoring.free_tool_id(tool)

    return end


def _entries(source: str) -> Entries:
    clocks = {"perf_counter": time.perf_counter, "monotonic": time.monotonic}
    now = next((clock for name, clock in clocks.items() if name in source), None)
    return Entries(source, now, has_heaps="heapq" in source)


class _Watch:
    def __init__(self, recorder: Recorder, names: tuple[str, ...], entries: Entries) -> None:
        self._recorder = recorder
        self._names = names
        self._entries = entries
        self._last: dict[str, list[tuple[Entry, bool]]] = {}
        self._left = _MOST
        # Line, by its code and number → how often it has been begun without anything new.
        self._nothing_new: dict[tuple[int, int], int] = {}

    def line(self, code: CodeType, number: int) -> object:
        """Tell what the collections hold as a line begins, if that is something new."""
        recorder = self._recorder
        if self._left < 0 or recorder.is_over or not recorder.is_main:
            return _monitoring.DISABLE
        place = id(code), number
        try:
            if self._look(sys._getframe(1).f_globals, number):
                self._nothing_new[place] = 0
                return None
        except Exception:
            return None  # the program has nothing to do with it
        seen = self._nothing_new[place] = self._nothing_new.get(place, 0) + 1
        return _monitoring.DISABLE if seen > _PATIENCE else None

    def _look(self, variables: dict[str, Any], number: int) -> bool:
        now = self._entries.now()
        found = {
            name: [(entry, entry.is_due(now)) for entry in self._entries.of(variables[name])]
            for name in self._names
            if name in variables
        }
        if found == self._last:
            return False
        self._last = found
        recorder, at = self._recorder, self._recorder.now()
        values = {name: [entry.at(now) for entry, _ in each] for name, each in found.items()}
        self._left -= 1
        if self._left >= 0:
            recorder.rows.append(("state", recorder.working(), at, number, values))
        else:
            recorder.rows.append(("cut", at))
        return True
