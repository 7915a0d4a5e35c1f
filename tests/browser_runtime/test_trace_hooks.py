"""Debuggers, tracers and profilers of programs see the program, but not the runtime."""

import bdb
import inspect
import io
import pdb
import sys
import traceback
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

import pytest

from tests.browser_runtime.harness import (
    PYTHON,
    Library,
    event_loop,
    facts,
    kernel,
    keyboard,
    page,
    run,
    scheduler,
    trace_hooks,
)

EVENTS = sys.monitoring.events
# A tool number of `sys.monitoring` that has no predefined meaning.
TOOL = 3
# The functions that `trace_hooks.install` replaces.
IN_SYS = (
    *("settrace", "setprofile", "gettrace", "getprofile"),
    *("_settraceallthreads", "_setprofileallthreads"),
)
IN_MONITORING = ("register_callback", "use_tool_id", "get_tool")
IN_BDB = ("reset", "set_trace", "get_stack", "_set_caller_tracefunc")


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install the filters that hide the runtime from hooks, for one test."""
    # `install` replaces these functions; after the test, pytest restores them.
    for owner, names in ((sys, IN_SYS), (sys.monitoring, IN_MONITORING), (bdb.Bdb, IN_BDB)):
        for name in names:
            monkeypatch.setattr(owner, name, getattr(owner, name))
    trace_hooks.install()
    yield
    trace_hooks.restore()


def _wait_in_many_ways(library: Library) -> None:
    lock, queue = library.threading.RLock(), library.queue.Queue()

    def work() -> None:
        with lock:
            library.time.sleep(0.01)
        queue.put("done")

    thread = library.threading.Thread(target=work)
    thread.start()
    library.time.sleep(0.001)
    with lock:
        library.time.sleep(0.001)
    assert queue.get() == "done"
    thread.join()


def _is_ours(code: CodeType) -> bool:
    return code.co_filename.startswith(str(PYTHON))


@pytest.mark.parametrize("name", ["trace", "profile"])
def test_a_hook_sees_the_program_and_the_library_but_not_the_runtime(name: str) -> None:
    codes: set[CodeType] = set()
    set_hook = getattr(sys, f"set{name}")

    def hook(frame: FrameType, event: str, arg: object) -> Any:  # noqa: ARG001
        # The frame of the filter is hidden.
        assert sys._getframe(1) is frame
        codes.add(frame.f_code)
        return hook

    def program(library: Library) -> None:
        set_hook(hook)
        getattr(library.threading, f"set{name}")(hook)
        assert getattr(sys, f"get{name}")() is hook
        try:
            _wait_in_many_ways(library)
        finally:
            set_hook(None)
        assert getattr(sys, f"get{name}")() is None

    run(program)
    assert not [code for code in list(codes) if _is_ours(code)]
    assert {"_wait_in_many_ways", "work", "get", "join"} <= {code.co_name for code in codes}


def test_a_trace_function_sees_each_line_as_without_the_runtime() -> None:
    def program(library: Library) -> None:
        library.time.sleep(0.01)
        with library.threading.Lock():
            pass

    def lines(call: Callable[[], object]) -> list[tuple[str, int]]:
        seen: list[tuple[str, int]] = []

        def hook(frame: FrameType, event: str, arg: object) -> Any:  # noqa: ARG001
            if frame.f_code is program.__code__:
                seen.append((event, frame.f_lineno - program.__code__.co_firstlineno))
            return hook

        sys.settrace(hook)
        try:
            call()
        finally:
            sys.settrace(None)
        return seen

    # Events, with lines that are counted from the `def` of the program.
    expected = [("call", 0), ("line", 1), ("line", 2), ("line", 3), ("line", 2), ("return", 2)]
    assert run(lambda library: lines(lambda: program(library))) == expected


def test_callbacks_of_monitoring_do_not_see_the_runtime() -> None:
    seen: set[tuple[str, CodeType]] = set()
    names = ("PY_START", "PY_RETURN", "LINE", "CALL", "RAISE", "PY_UNWIND")

    def callback(name: str) -> Callable[..., None]:
        def see(code: CodeType, *_: object) -> None:
            # The frame of the filter is hidden.
            assert sys._getframe(1).f_code is code
            seen.add((name, code))

        return see

    def program(library: Library) -> None:
        sys.monitoring.use_tool_id(TOOL, "a test")
        for name in names:
            own = callback(name)
            event = getattr(EVENTS, name)
            assert sys.monitoring.register_callback(TOOL, event, own) is None
            assert sys.monitoring.register_callback(TOOL, event, own) is own
        sys.monitoring.set_events(TOOL, sum(getattr(EVENTS, name) for name in names))
        try:
            _wait_in_many_ways(library)
            with pytest.raises(RuntimeError):
                library.threading.Lock().release()
        finally:
            sys.monitoring.set_events(TOOL, 0)
            sys.monitoring.free_tool_id(TOOL)

    run(program)
    assert not [entry for entry in list(seen) if _is_ours(entry[1])]
    assert ("LINE", _wait_in_many_ways.__code__) in seen


def test_the_hooks_of_a_thread_are_removed_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[object] = []
    spawn = kernel.spawn

    def spawn_and_look(call: Callable[[], None]) -> None:
        def body() -> None:
            call()
            left.extend((sys.gettrace(), sys.getprofile()))

        spawn(body)

    def set_hooks() -> None:
        sys.setprofile(lambda *_: None)
        sys.settrace(lambda *_: None)

    def program(library: Library) -> None:
        library.start(set_hooks)
        library.time.sleep(1)

    monkeypatch.setattr(kernel, "spawn", spawn_and_look)
    run(program)
    assert left == [None, None]


def test_a_program_can_use_every_tool_number() -> None:
    # From here on, `facts` uses one of the numbers itself. The path of the program does not matter.
    facts.begin(PYTHON)
    try:
        assert [sys.monitoring.get_tool(tool) for tool in range(6)] == [None] * 6
        for tool in range(6):
            sys.monitoring.use_tool_id(tool, "a test")
        with pytest.raises(ValueError, match="already in use"):
            sys.monitoring.use_tool_id(4, "another")
    finally:
        trace_hooks.restore()
    assert [sys.monitoring.get_tool(tool) for tool in range(6)] == [None] * 6


def test_the_next_program_finds_no_breakpoints() -> None:
    bdb.Breakpoint(__file__, 1)
    trace_hooks.restore()
    assert (bdb.Breakpoint.bplist, bdb.Breakpoint.bpbynumber) == ({}, [None])


# --- hidden functions -----------------------------------------------------------------------------


def test_the_frame_of_a_hidden_function_is_left_out() -> None:
    @trace_hooks.hidden
    def through(call: Callable[[], Any], *args: Any, **keywords: Any) -> Any:
        # The frame stays hidden during the second call, after a jump back.
        for _ in range(2):
            result = call(*args, **keywords)
        return result

    assert through(lambda: sys._getframe(1)) is sys._getframe()
    assert "through" not in [each.function for each in through(inspect.stack)]

    def fail() -> None:
        raise LookupError

    with pytest.raises(LookupError) as caught:
        through(fail)
    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert names[-1] == "fail"
    assert "through" not in names


def test_the_event_loop_adds_no_frame_to_the_source_of_a_task() -> None:
    async def work() -> None:
        return

    def create(library: Library) -> str:  # noqa: ARG001
        loop = event_loop.BrowserEventLoop()
        loop.set_debug(True)
        task = loop.create_task(work())  # type: ignore[no-untyped-call]
        loop.run_until_complete(task)
        loop.close()
        source: Any = task
        name: str = source._source_traceback[-1].name
        return name

    assert run(create) == "create"


# --- pdb ------------------------------------------------------------------------------------------


type _Debug = Callable[..., str]


@pytest.fixture
def debug(monkeypatch: pytest.MonkeyPatch) -> _Debug:
    """Return a function that runs a program, gives pdb commands, and returns its output."""
    return lambda program, *commands: _debug(monkeypatch, program, *commands)


def _debug(
    monkeypatch: pytest.MonkeyPatch, program: Callable[[Any], object], *commands: str
) -> str:
    unread = list(commands)
    printed = io.StringIO()

    def main(library: Library) -> None:  # noqa: ARG001
        buffer = keyboard.Keyboard()
        stdin = io.TextIOWrapper(buffer)

        def reply() -> None:
            buffer.answer(unread.pop(0) if unread else None)

        monkeypatch.setattr(page, "ask", lambda: kernel.set_timer(50, reply))
        try:
            program(pdb.Pdb(stdin=stdin, stdout=printed, readrc=False, nosigint=True))
        finally:
            sys.settrace(None)

    run(main)
    assert not unread, f"pdb has not read {unread}"
    return printed.getvalue()


def _total(debugger: pdb.Pdb) -> int:
    """Add up two prices, and start the debugger after the first."""
    result = 0
    for price in (1, 3):
        result += price
        if price == 1:
            debugger.set_trace()
    return result


def test_pdb_steps_through_the_program_with_commands_from_the_reader(debug: _Debug) -> None:
    printed = debug(_total, "p result", "n", "n", "s", "w", "p price, result", "c")
    assert "(Pdb) 1\n" in printed
    assert "(Pdb) (3, 4)\n" in printed
    assert str(PYTHON) not in printed
    assert "Deadlock" not in printed


def test_pdb_does_not_step_into_the_runtime(debug: _Debug) -> None:
    def program(debugger: pdb.Pdb) -> None:
        lock = Library().threading.Lock()
        debugger.set_trace()
        lock.acquire()
        lock.release()

    printed = debug(program, "s", "s", "s", "c").replace("(Pdb) ", "")
    stops = [line for line in printed.splitlines() if line.startswith(("-> ", "--"))]
    # Whether pdb first stops in the line that calls `set_trace` depends on the version of Python.
    after = stops[stops.index("-> lock.acquire()") :]
    assert after[:4] == [
        "-> lock.acquire()",
        "-> lock.release()",
        "--Return--",
        "-> lock.release()",
    ]


def test_quitting_pdb_ends_the_program(debug: _Debug) -> None:
    with pytest.raises(bdb.BdbQuit):
        debug(_total, "q")


def test_without_stack_switching_pdb_says_why_it_cannot_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scheduler, "can_run_sync", lambda: False)
    with pytest.raises(RuntimeError, match="pdb cannot ask for commands here"):
        pdb.Pdb(readrc=False).set_trace()
