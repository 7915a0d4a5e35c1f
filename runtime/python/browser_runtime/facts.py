"""Records where the browser has affected a program, so that the page can explain it.

Programs are not searched for what does not work in the browser. A fact is recorded only when the
program experiences it. An exception, for example, counts only if it reaches a frame of the program,
and not if a library catches it and falls back to something else.
"""

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType

import browser_page as page

from browser_runtime import missing
from browser_runtime.missing import Missing

# The tool numbers of `sys.monitoring`, in the order in which this module tries them. The first two
# have no predefined meaning, so programs are least likely to use them.
_TOOLS = (4, 3, 5, 2, 1, 0)
TOOL_NAME = "browser_runtime"
# When this many things are known not to work, exceptions are not searched for more of them.
_MAX_MISSING = 3
# Inspecting an exception takes longer than raising it, so no more than this many are inspected.
_MAX_INSPECTED = 1000
# The search ends after exceptions have been raised in this many frames. Only those in frames of the
# program are inspected, but finding out whose frame it is takes time as well. The import of HTTPX
# alone raises 2500 exceptions.
_MAX_WATCHED = 20_000
# Reading the same time once or twice is normal, for example when a program starts two stopwatches.
_MIN_STANDSTILLS = 3
# A thread that has lost no more time than this in total, in ns, is not taken to have competed with
# other threads. These may only have begun a wait or ended, which takes up to 60 ms where the
# machine itself is busy.
_MIN_LOST_NS = 150_000_000
# The original function. `trace_hooks` gives programs another one, which hides this module's tool.
_get_tool = sys.monitoring.get_tool


class _Facts:
    """What has been recorded for one program."""

    def __init__(self, program: str) -> None:
        # The path of the program's file.
        self.program = program
        # The threads that had to share the processor with another one.
        self.competed: set[int] = set()
        # How long each thread was suspended while another one ran, in ns; see `lost_time`.
        self.lost: dict[int, int] = {}
        # How often the program read the same time at two places.
        self.standstills = 0
        # The number of cores that the program was told, or 0 if it has not asked.
        self.cores = 0
        # In how many frames an exception was raised, and in how many of them it was inspected.
        self.watched = self.inspected = 0
        # What did not work, in the order of occurrence, by fact and detail. The page knows the
        # facts by their names; see runtime/page/workbench/differences.ts.
        self.missing: dict[tuple[str, str], Missing] = {}

    def miss(self, found: Missing) -> None:
        self.missing.setdefault((found.fact, found.detail), found)


_facts = _Facts("")


def competed(ident: int) -> None:
    """Record that a thread's time slice ended while another thread was ready."""
    _facts.competed.add(ident)


def lost_time(ident: int, other: int, nanoseconds: int) -> None:
    """Record that a thread lost time to another one, which had been waiting until then.

    The wait of the other thread may have ended long before, but the scheduler counts a thread as
    waiting until it runs again.

    Args:
        ident: the thread whose time slice ended, and which lost the time.
        other: the thread that ran next.
        nanoseconds: how long the first thread was suspended.
    """
    lost = _facts.lost[ident] = _facts.lost.get(ident, 0) + nanoseconds
    if lost > _MIN_LOST_NS:
        _facts.competed |= {ident, other}


def clock_stood_still() -> None:
    """Record that the program read the same time at two places, one after the other."""
    _facts.standstills += 1


def counted_cores(count: int) -> None:
    """Record the number of cores that the program got when it called `os.cpu_count` or the like."""
    _facts.cores = count


def call_failed(name: str, line: int) -> None:
    """Record that the program's call of a function has failed without an exception."""
    _facts.miss(missing.silent(name, line))


def cannot_switch() -> None:
    """Record that a thread or greenlet could not run, because Python cannot switch stacks here."""
    _facts.miss(Missing("no-threads", 0, ""))


def cannot_start_processes() -> None:
    """Record that a process could not start, because this browser cannot suspend its parent."""
    _facts.miss(Missing("no-processes", 0, ""))


def time_zones_missing() -> None:
    """Record that the program needed the data of the time zones, which had not been loaded."""
    _facts.miss(Missing("no-time-zones", 0, ""))


def files_diverged() -> None:
    """Record that this process has changed files, which other processes do not see."""
    _facts.miss(Missing("own-files", 0, ""))


def waits_for_clients(addresses: list[str], *, is_child: bool) -> None:
    """Tell the page that this process only waits for clients at these addresses.

    Unlike facts that are recorded, this one is sent immediately.

    Args:
        addresses: the addresses; empty if the process does not only wait for clients any more.
        is_child: whether this is a child process. The page then shows the fact only while the main
            process does nothing but wait for its only child; see `waits_for_child`.
    """
    page.tell("child-serves" if is_child else "serves", len(addresses), " ".join(addresses))


def waits_for_child(is_true: bool) -> None:
    """Tell the page whether the main process does nothing but wait for its only child to end."""
    page.tell("joins-child", int(is_true), "")


def slow_network(latency: float, bandwidth: float | None) -> None:
    """Tell the page how slow the network of the program is, in seconds and bytes per second."""
    page.tell("slow-network", latency, "" if bandwidth is None else f"{bandwidth:.0f}")


def invalid_network() -> None:
    """Tell the page that the option `network` in the header of the program is not valid."""
    page.tell("invalid-network", 0, "")


def page_time() -> float:
    """Return the time of the page in ms, which does not depend on the program's clock rate."""
    return page.clock()


def _on_raise(code: CodeType, _: int, error: BaseException) -> None:
    _facts.watched += 1
    if _facts.watched == _MAX_WATCHED:
        _stop_watching()
    if code.co_filename != _facts.program or len(_facts.missing) >= _MAX_MISSING:
        return
    _facts.inspected += 1
    if _facts.inspected == _MAX_INSPECTED:
        _stop_watching()
    # The program must not see an error of this function, such as a RecursionError.
    with contextlib.suppress(Exception):
        found = missing.explain(error, _facts.program)
        if found:
            _facts.miss(found)


def _watch(tools: Sequence[int]) -> None:
    """Inspect exceptions with the first free tool number, or not at all if none is free."""
    monitoring = sys.monitoring
    tool = next((tool for tool in tools if monitoring.get_tool(tool) is None), None)
    if tool is not None:
        monitoring.use_tool_id(tool, TOOL_NAME)
        monitoring.register_callback(tool, monitoring.events.RAISE, _on_raise)
        monitoring.set_events(tool, monitoring.events.RAISE)


def _stop_watching() -> None:
    for tool in _TOOLS:
        if uses_tool(tool):
            # Before Python 3.14, `free_tool_id` does not switch the events off.
            sys.monitoring.set_events(tool, 0)
            sys.monitoring.free_tool_id(tool)


def uses_tool(tool: int) -> bool:
    """Return whether this module uses a tool number of `sys.monitoring`."""
    return _get_tool(tool) == TOOL_NAME


def leave_tool(tool: int) -> None:
    """Use another tool number, because the program wants to use this one."""
    _stop_watching()
    _watch([other for other in _TOOLS if other != tool])


def begin(program: Path) -> None:
    """Start recording for the program in this file."""
    global _facts
    _facts = _Facts(str(program))
    _stop_watching()
    _watch(_TOOLS)


def report() -> None:
    """Stop recording, and send the facts to the page."""
    _stop_watching()
    for found in _facts.missing.values():
        page.tell(*found)
    if len(_facts.competed) > 1:
        page.tell("took-turns", len(_facts.competed), "")
    if _facts.cores:
        page.tell("cores", _facts.cores, "")
    if _facts.standstills >= _MIN_STANDSTILLS:
        page.tell("clock-step", page.clock_step(), "")
