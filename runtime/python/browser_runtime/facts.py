"""What a program has met here that is otherwise on CPython; the page says it beside the run.

Nothing is listed by hand: a fact is recorded when it happens to the program. Exceptions are seen as
they reach one of its frames, so that what a library tries and does without is no fact.
"""

import contextlib
import errno
import linecache
import re
import sys
from pathlib import Path
from types import CodeType, TracebackType

import browser_page as page

_MONITOR = 4  # Not one of the numbers that `sys.monitoring` has given to a purpose.
_MISSING_CALLS = (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTCONN, errno.EHOSTUNREACH)
_MOST = 3
# Looking at an exception takes longer than raising it: a program that lives by them is left alone.
_LOOKS = 1000
# A program that notes the time as it starts sees that once or twice, and nothing is amiss.
_STANDSTILLS = 3
# In ns. Ignore shorter delays: another thread was only starting a wait or exiting, which takes up
# to 60 ms where the machine itself is busy.
_LOST = 150_000_000
_CALLED = re.compile(r"[\w.]+$")


class _Facts:
    """Of one program."""

    def __init__(self, program: str) -> None:
        self.program = program
        self.competed: set[int] = set()
        # What threads have lost to others, in ns.
        self.lost: dict[int, int] = {}
        self.standstills = 0
        self.cores = 0
        self.looks = 0
        # What did not work, in the order met: (fact, name).
        self.missing: dict[tuple[str, str], None] = {}


_facts = _Facts("")


def competed(ident: int) -> None:
    """A thread's time slice was over while another thread wanted to run."""
    _facts.competed.add(ident)


def lost_time(ident: int, other: int, nanoseconds: int) -> None:
    """A thread's time slice was over, and it went on so much later, after one that had waited.

    What that one had waited for may have come long before, but there was no turn for it.
    """
    lost = _facts.lost[ident] = _facts.lost.get(ident, 0) + nanoseconds
    if lost > _LOST:
        _facts.competed |= {ident, other}


def clock_stood_still() -> None:
    """The program read a clock at two places and saw the same time."""
    _facts.standstills += 1


def counted_cores(count: int) -> None:
    """The program asked how many cores there are, and was told so many."""
    _facts.cores = count


def call_failed(name: str) -> None:
    """A call failed without an error."""
    _facts.missing["no-call", name] = None


def cannot_switch() -> None:
    """A thread could not be started, because this browser cannot switch between stacks."""
    _facts.missing["no-threads", ""] = None


def cannot_start_processes() -> None:
    """A process could not be started, because this browser cannot suspend the one that waits."""
    _facts.missing["no-processes", ""] = None


def files_diverged() -> None:
    """This process has written files that others do not see."""
    _facts.missing["own-files", ""] = None


def _on_raise(code: CodeType, _: int, error: BaseException) -> None:
    _facts.looks += 1
    if _facts.looks == _LOOKS:
        sys.monitoring.set_events(_MONITOR, 0)
    if code.co_filename != _facts.program or len(_facts.missing) >= _MOST:
        return
    # The program must not see an error of ours, for example for want of stack.
    with contextlib.suppress(Exception):
        fact = _explain(error)
        if fact:
            _facts.missing[fact] = None


def _explain(error: BaseException) -> tuple[str, str] | None:
    cause: BaseException | None = error
    for _ in range(5):  # urllib and others wrap what the system said.
        if isinstance(cause, ModuleNotFoundError):
            package = (cause.name or "").partition(".")[0]
            return ("no-module", package) if package in sys.stdlib_module_names else None
        if isinstance(cause, OSError) and cause.errno in _MISSING_CALLS:
            return _name_call(error)
        if isinstance(cause, NotImplementedError):
            return _name_call(error)
        cause = cause and (cause.__cause__ or cause.__context__)
    return None


def _name_call(error: BaseException) -> tuple[str, str] | None:
    """Name what does not work; None when the program raised the error itself.

    Of the functions between the program and the error that is the innermost public one: what is
    above it may work in other cases, as `asyncio.run` does.
    """
    own: TracebackType | None = None
    traceback = error.__traceback__
    while traceback:
        if traceback.tb_frame.f_code.co_filename == _facts.program:
            own = traceback
        traceback = traceback.tb_next
    if own is None:
        return None
    if own.tb_next is None:
        call = _CALLED.search(_expression(own).partition("(")[0])
        return ("no-call", call[0]) if call else None
    found: tuple[str, str] | None = None
    called: TracebackType | None = own.tb_next
    while called:
        code = called.tb_frame.f_code
        module = str(called.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if module not in sys.stdlib_module_names:
            return None
        if not code.co_name.startswith("_") or code.co_name == "__init__":
            name = code.co_qualname.removesuffix(".__init__")
            found = ("no-call", name if "." in name else f"{module}.{name}")
        called = called.tb_next
    return found


def _expression(traceback: TracebackType) -> str:
    """Return the source of the call that raised; empty when there is none (`raise`, say)."""
    positions = list(traceback.tb_frame.f_code.co_positions())
    line, last, start, end = positions[traceback.tb_lasti // 2]
    if line is None or line != last or start is None or end is None:
        return ""
    text = linecache.getline(_facts.program, line).encode()[start:end].decode()
    return text if text.endswith(")") and not text.startswith("raise") else ""


def begin(program: Path) -> None:
    """Record from now on, for the program in this file."""
    global _facts
    _facts = _Facts(str(program))
    monitoring = sys.monitoring
    if monitoring.get_tool(_MONITOR) is None:
        monitoring.use_tool_id(_MONITOR, "browser_runtime")
    monitoring.register_callback(_MONITOR, monitoring.events.RAISE, _on_raise)
    monitoring.set_events(_MONITOR, monitoring.events.RAISE)


def report() -> None:
    """Tell the page what was recorded, and record no more."""
    with contextlib.suppress(ValueError):  # the program took our number away
        sys.monitoring.free_tool_id(_MONITOR)
    for fact, detail in _facts.missing:
        page.tell(fact, 0, detail)
    if len(_facts.competed) > 1:
        page.tell("took-turns", len(_facts.competed), "")
    if _facts.cores:
        page.tell("cores", _facts.cores, "")
    if _facts.standstills >= _STANDSTILLS:
        page.tell("clock-step", page.clock_step(), "")
