"""Records the content of the collections that a program's header names, whenever it has changed.

The content is compared before lines of the program's own file, which `sys.monitoring` reports. It
reports no lines of other files, so the standard library runs at full speed.
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
# The tool numbers of `sys.monitoring`, in the order in which this module tries them. Those that are
# meant for debuggers, coverage tools and profilers (0, 1 and 2) come last.
_TOOLS = (3, 5, 4, 2, 1, 0)
# Names of functions inside a line. Their LINE events report that line, which has already begun.
_WITHIN_LINES = ("<lambda>", "<genexpr>")
# A line is not monitored any more when the content has been unchanged there more often than this in
# succession.
_MAX_UNCHANGED = 300
# The content is recorded at most this often. The page keeps no more of these states; see
# `MAX_COLLECTION_STATES` in runtime/timeline/model/timeline.ts.
_MAX_STATES = 2000


def install(recorder: Recorder) -> Callable[[], None] | None:
    """Record the collections that the program's header names, from now on.

    This must be called before the program begins.

    Returns:
        A function that stops the recording; None if the header names no collections, the program's
        file cannot be read, or all tool numbers of `sys.monitoring` are in use.
    """
    try:
        # For "utf-8-sig", Python would import a codec, which a browser would first have to fetch.
        source = Path(recorder.program).read_text(encoding="utf-8").removeprefix("\N{BOM}")
    except (OSError, ValueError):
        return None
    names = header.watched(source)
    tool = next((tool for tool in _TOOLS if _monitoring.get_tool(tool) is None), None)
    if not names or tool is None:
        return None
    collections = _Collections(recorder, names, _entries(source))
    _monitoring.use_tool_id(tool, "runnable_tracer")

    # id(code) → code of the program. The code objects are kept so that ids stay unique.
    own: dict[int, CodeType] = {}

    def on_start(code: CodeType, _: int) -> object:
        if id(code) not in own:
            if code.co_filename != recorder.program or code.co_name in _WITHIN_LINES:
                return _monitoring.DISABLE
            own[id(code)] = code
            _monitoring.set_local_events(tool, code, _EVENTS.LINE)
        # PY_START must stay enabled: without it, CPython reports the line of a function that is
        # written in one line only for its first call.
        return None

    callbacks = {_EVENTS.PY_START: on_start, _EVENTS.LINE: collections.on_line}
    for event, callback in callbacks.items():
        _monitoring.register_callback(tool, event, callback)
    _monitoring.set_events(tool, _EVENTS.PY_START)

    def uninstall() -> None:
        # The program may have registered another tool under this number.
        if _monitoring.get_tool(tool) != "runnable_tracer":
            return
        _monitoring.set_events(tool, 0)
        for event in callbacks:
            _monitoring.register_callback(tool, event, None)
        _monitoring.free_tool_id(tool)

    return uninstall


def _entries(source: str) -> Entries:
    # The due times of entries are taken to be on the first clock whose name occurs in the program.
    clocks = {"perf_counter": time.perf_counter, "monotonic": time.monotonic}
    now = next((clock for name, clock in clocks.items() if name in source), None)
    return Entries(source, now, has_heaps="heapq" in source)


class _Collections:
    """The watched collections, and their content when it was last recorded."""

    def __init__(self, recorder: Recorder, names: tuple[str, ...], entries: Entries) -> None:
        self._recorder = recorder
        self._names = names
        self._entries = entries
        # Name → the entries when they were last recorded, and whether each of them was due.
        self._last: dict[str, list[tuple[Entry, bool]]] = {}
        self._states_left = _MAX_STATES
        # Id of the code and line number → how often the content was unchanged there in succession.
        self._unchanged: dict[tuple[int, int], int] = {}

    def on_line(self, code: CodeType, number: int) -> object:
        """Record the content of the collections before a line runs, if it has changed."""
        recorder = self._recorder
        if self._states_left < 0 or recorder.is_over or not recorder.is_main:
            return _monitoring.DISABLE
        place = id(code), number
        try:
            if self._record_change(sys._getframe(1).f_globals, number):
                self._unchanged[place] = 0
                return None
        except Exception:
            return None  # An error of the tracer must not reach the program.
        unchanged = self._unchanged[place] = self._unchanged.get(place, 0) + 1
        return _monitoring.DISABLE if unchanged > _MAX_UNCHANGED else None

    def _record_change(self, variables: dict[str, Any], number: int) -> bool:
        """Record the content if it has changed; return whether it has."""
        now = self._entries.now()
        found = {
            name: [(entry, entry.is_due(now)) for entry in self._entries.list_of(variables[name])]
            for name in self._names
            if name in variables
        }
        if found == self._last:
            return False
        self._last = found
        recorder, at = self._recorder, self._recorder.now()
        values = {name: [entry.text_at(now) for entry, _ in each] for name, each in found.items()}
        self._states_left -= 1
        if self._states_left >= 0:
            recorder.events.append(("state", recorder.running_lane(), at, number, values))
        else:
            recorder.events.append(("cut", at))
        return True
