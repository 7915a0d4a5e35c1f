"""Tests of what the tracer records about the collections that a program's header asks it to watch.

Before each line that runs after a change, the tracer records a state: the entries of all watched
collections, each described by a short text.
"""

import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from mkdocs_runnable.recording.execute import Stream, run
from tests.tracer.timelines import StateEvent, Traced, run_traced

HEADER = """\
# /// script
# [tool.runnable]
# watch = {watch}
# ///
"""
HEADER_LINES = 4


def watched(tmp_path: Path, source: str, watch: str = '["ready", "timers"]') -> Traced:
    """Run a program whose header watches collections; `watch` is their names in TOML."""
    traced = run_traced(tmp_path, HEADER.format(watch=watch) + dedent(source))
    assert traced.execution.status == 0, traced.execution.text("stderr")
    return traced


def states(traced: Traced) -> list[tuple[int, dict[str, list[str]]]]:
    """Return the line of each state, counted from the end of the header, and all entries.

    In entries such as ``in 0.48 s: …``, a ``#`` replaces the time, which differs in each run.
    """
    return [
        (
            state.line - HEADER_LINES,
            {
                name: [re.sub(r"^in \d+\.\d\d s", "in # s", entry) for entry in entries]
                for name, entries in state.values.items()
            },
        )
        for state in traced.states
    ]


def described(tmp_path: Path, setting: str, *entries: str) -> list[str]:
    """Return how the tracer describes entries of a list, each given as a Python expression.

    Args:
        tmp_path: The folder for the program.
        setting: The code that defines what the expressions use.
        entries: The expressions.
    """
    lines = "".join(f"    {entry},\n" for entry in entries)
    source = f"{dedent(setting)}\nready = [\n{lines}]\npass\n"
    traced = run_traced(tmp_path, HEADER.format(watch='["ready"]') + source)
    assert traced.execution.status == 0, traced.execution.text("stderr")
    return traced.states[-1].values["ready"]


def test_each_change_is_recorded_at_the_next_line_that_runs(tmp_path: Path) -> None:
    traced = watched(
        tmp_path,
        """\
        from collections import deque
        ready = deque()
        ready.append("a")
        timers = []

        def take():
            return ready.popleft()

        ready.append("b")
        while ready:
            entry = take()
            timers.append(entry)
        del ready
        pass
        """,
    )
    assert states(traced) == [
        (3, {"ready": []}),
        (4, {"ready": ['"a"']}),
        (6, {"ready": ['"a"'], "timers": []}),
        (10, {"ready": ['"a"', '"b"'], "timers": []}),
        (12, {"ready": ['"b"'], "timers": []}),
        (10, {"ready": ['"b"'], "timers": ['"a"']}),
        (12, {"ready": [], "timers": ['"a"']}),
        (10, {"ready": [], "timers": ['"a"', '"b"']}),
        (14, {"timers": ['"a"', '"b"']}),
    ]


def test_states_are_recorded_in_a_function_of_one_line_but_not_in_a_lambda(
    tmp_path: Path,
) -> None:
    traced = watched(
        tmp_path,
        """\
        ready = []
        def take(): return ready.pop()
        put = lambda: ready.append(1)
        late = lambda: ready
        for _ in range(3):
            put(); late(); take()
            pass
        """,
        '["ready"]',
    )
    # Line 2 is the body of `take`, which sees the change that `put` has made.
    assert [line for line, _ in states(traced)] == [2, *[2, 7] * 3]


def test_entries_with_a_time_are_listed_in_order_with_the_time_that_is_left(tmp_path: Path) -> None:
    traced = watched(
        tmp_path,
        """\
        import heapq, time
        timers = []
        for number, (seconds, name) in enumerate([(60, "c"), (0.5, "a"), (30, "b")]):
            heapq.heappush(timers, (time.perf_counter() + seconds, number, name))
        time.sleep(0.6)
        pass
        """,
        '["timers"]',
    )
    assert states(traced) == [
        (3, {"timers": []}),
        (3, {"timers": ['in # s: "c"']}),
        (3, {"timers": ['in # s: "a"', 'in # s: "c"']}),
        (3, {"timers": ['in # s: "a"', 'in # s: "b"', 'in # s: "c"']}),
        (6, {"timers": ['due: "a"', 'in # s: "b"', 'in # s: "c"']}),
    ]
    left = re.fullmatch(r'in (\d\d\.\d\d) s: "b"', traced.states[3].values["timers"][1])
    assert left
    # The timer is due after 30 s. Even a busy machine does not need 10 s to get there.
    assert 20 < float(left[1]) <= 30


def test_numbers_that_are_not_times_of_the_clock_are_listed_as_numbers(tmp_path: Path) -> None:
    traced = watched(
        tmp_path,
        """\
        import heapq
        timers = []
        for moment, name in [(5, "b"), (0.5, "a"), (7, "c")]:
            heapq.heappush(timers, (moment, 1, name))
        plain = [(3, "x"), (1, "y")]
        pass
        """,
        '["timers", "plain"]',
    )
    assert states(traced)[-1] == (
        6,
        {"timers": ['0.5: "a"', '5: "b"', '7: "c"'], "plain": ['3: "x"', '1: "y"']},
    )


def test_a_callable_is_described_by_the_call_that_it_makes(tmp_path: Path) -> None:
    setting = """
    from functools import partial
    def flash(name, dark, left=1): pass
    def later(name, left): return lambda: flash(name, 0.5, left - 1)
    def bare(name):
        def wake(): return name
        return wake
    def nothing_yet():
        return lambda: (never, flash)
        never = 1
    waiting = [1, 2]
    """
    assert described(
        tmp_path,
        setting,
        'later("Fastnet", 3)',
        'lambda: flash("Bishop Rock", 0.5, left=2)',
        "lambda wake: flash(wake, 1)",
        "lambda name='Longships', left=2: flash(name, left)",
        "(lambda: lambda left: left)()",
        "nothing_yet()",
        "flash",
        "bare('Fastnet')",
        "partial(flash, 'Fastnet', left=2)",
        "waiting.append",
        "print",
    ) == [
        'flash("Fastnet", 0.5, 3 - 1)',
        'flash("Bishop Rock", 0.5, left=2)',
        "lambda wake: flash(wake, 1)",
        'flash("Longships", 2)',
        "lambda left: left",
        "(never, flash)",
        "flash",
        'wake with name="Fastnet"',
        'flash("Fastnet", left=2)',
        "list.append",
        "print",
    ]


def test_generators_coroutines_and_objects_are_described_by_what_they_contain(
    tmp_path: Path,
) -> None:
    setting = """
    def flash(name, dark, *, times=2):
        for _ in range(times):
            seen = name.upper()
            yield dark
    async def night(lights): pass
    def begun(generator):
        next(generator)
        return generator
    def ended(generator):
        for _ in generator: pass
        return generator
    class Task:
        def __init__(self, body): self.waiting, self.body, self.done = [], body, False
        def step(self): pass
    class Light:
        def __init__(self): self.name, self._secret, self.count = "Fastnet", 1, 3
    class Slots:
        __slots__ = ("a",)
    """
    descriptions = described(
        tmp_path,
        setting,
        "flash('Fastnet', 0.2)",
        "begun(flash('Fastnet', 0.2, times=3))",
        "ended(flash('Fastnet', 0.2))",
        "Task(flash('Fastnet', 0.2))",
        "Task(night([])).step",
        "Light()",
        "Slots()",
        "Light",
    )
    assert descriptions == [
        'flash("Fastnet", 0.2, 2)',
        'flash("Fastnet", 0.2, 3) with seen="FASTNET"',
        "flash(), ended",
        'Task(flash("Fastnet", 0.2, 2))',
        "Task(night([])).step",
        'Light(name="Fastnet", count=3)',
        "Slots",
        "Light",
    ]


def test_every_description_is_short(tmp_path: Path) -> None:
    setting = """
    loop = []
    loop.append(loop)
    """
    assert described(
        tmp_path,
        setting,
        "'x' * 10_000",
        "10 ** 5000",
        "[1, 2.5, None, True]",
        "(1, )",
        "{}",
        "{1: 2}",
        "{3}",
        "loop",
        "1 / 3",
        "'say \"hi\"'",
        "'two\\nlines'",
        "['x' * 25, 'y' * 25, 'z' * 25]",
    ) == [
        '"' + "x" * 30 + '…"',
        "a large int",
        "[1, 2.5, None, …]",
        "(1,)",
        "{}",
        "{…}",
        "{3}",
        "[[[…]]]",
        "0.333333",
        "'say \"hi\"'",
        r'"two\nlines"',
        '["' + "x" * 25 + '", "' + "y" * 25 + '", …',
    ]


def test_only_the_first_entries_of_a_large_collection_are_listed(tmp_path: Path) -> None:
    traced = watched(
        tmp_path,
        """\
        import heapq
        ready = list(range(1000))
        timers = [(900 - each, "x") for each in range(900)]
        heapq.heapify(timers)
        names = {each: str(each) for each in range(30)}
        speed = 3
        pass
        """,
        '["ready", "timers", "names", "speed"]',
    )
    _, values = states(traced)[-1]
    assert values["ready"] == [*map(str, range(20)), "… 980 more"]
    # A large heap is not sorted, so only its first entry is known.
    assert values["timers"] == ['1: "x"', "… 899 more"]
    assert values["names"][:2] == ['0: "0"', '1: "1"']
    assert values["names"][-1] == "… 10 more"
    assert values["speed"] == ["3"]


def test_describing_entries_calls_no_method_of_the_program(tmp_path: Path) -> None:
    source = """
    class Loud:
        def __getattribute__(self, name):
            print("asked for", name)
            return object.__getattribute__(self, name)
        def noise(self, *args):
            print("called")
            raise ValueError
        __repr__ = __str__ = __eq__ = __hash__ = __len__ = __iter__ = __bool__ = noise
        __lt__ = __getitem__ = __format__ = noise
        __class__ = __dict__ = property(noise)
    class LoudList(list):
        __iter__ = __len__ = __getitem__ = __repr__ = __eq__ = Loud.noise
    class Meta(type):
        __getattribute__ = __repr__ = __instancecheck__ = __subclasscheck__ = Loud.noise
        __name__ = property(Loud.noise)
    class Odd(metaclass=Meta): pass
    ready = LoudList()
    timers = []
    list.append(ready, Loud())
    timers.append((1, Loud()))
    timers.append(Odd)
    pass
    """
    traced = watched(tmp_path, source)
    assert traced.execution.text("stdout") == ""
    assert states(traced)[-1][1] == {"ready": ["Loud"], "timers": ["1: Loud", "Odd"]}


def test_a_program_with_watched_collections_prints_the_same_as_without_the_tracer(
    tmp_path: Path,
) -> None:
    source = """\
    import sys, weakref
    ready = []
    class Thing: pass
    thing = Thing()
    gone = weakref.ref(thing, lambda _: print("gone"))
    ready.append(lambda thing=thing: thing)
    del thing
    ready.clear()
    print(gone(), sys.gettrace(), sys.getprofile())
    def deep(n):
        return deep(n + 1)
    try:
        deep(0)
    except RecursionError:
        print("deep")
    try:
        ready[0]
    except IndexError as error:
        print(error, error.__traceback__.tb_next)
    1 / 0
    """
    traced = run_traced(tmp_path, HEADER.format(watch='["ready"]') + dedent(source))
    plain = run(tmp_path / "program.py", timeout=20)
    assert traced.states
    streams: tuple[Stream, Stream] = ("stdout", "stderr")
    for stream in streams:
        assert traced.execution.text(stream) == plain.text(stream)
    assert traced.execution.status == plain.status == 1


def test_a_change_is_recorded_after_a_line_that_has_run_very_often_without_a_change(
    tmp_path: Path,
) -> None:
    traced = watched(
        tmp_path,
        """\
        ready = []
        for _ in range(5000):
            _
        ready.append(1)
        pass
        """,
    )
    assert states(traced) == [(2, {"ready": []}), (5, {"ready": ["1"]})]


def test_the_number_of_states_is_limited(tmp_path: Path) -> None:
    traced = watched(
        tmp_path,
        """\
        ready = []
        for _ in range(3000):
            ready.append(_)
            ready.clear()
        """,
    )
    kinds = [row[0] for row in traced.rows]
    assert len(traced.states) == 2000
    assert kinds.count("cut") == 1
    assert "state" not in kinds[kinds.index("cut") :]


def test_states_belong_to_the_task_or_thread_that_runs_the_line(tmp_path: Path) -> None:
    traced = watched(
        tmp_path,
        """\
        import asyncio, threading
        ready = []
        async def main():
            ready.append("a task")
            await asyncio.sleep(0)
        asyncio.run(main())
        def work():
            ready.append("a thread")
            pass
        thread = threading.Thread(target=work, name="worker")
        thread.start()
        thread.join()
        """,
    )
    names = traced.names()
    lengths = [(names[state.lane], len(state.values["ready"])) for state in traced.states]
    assert lengths == [("MainThread", 0), ("Task-1", 1), ("worker", 2)]


def test_child_processes_record_no_states(tmp_path: Path) -> None:
    source = """
    import multiprocessing
    ready = []
    def work():
        ready.append(1)
        ready.append(2)
    if __name__ == "__main__":
        for method in ("fork", "spawn"):
            process = multiprocessing.get_context(method).Process(target=work)
            process.start()
            process.join()
    """
    traced = watched(tmp_path, source)
    rows: list[list[Any]] = [row for each in traced.trace["processes"] for row in each["rows"]]
    states = [StateEvent(*row) for row in rows if row[0] == "state"]
    assert [state.values for state in states] == [{"ready": []}]


@pytest.mark.parametrize(
    "watch",
    ["5", '"ready"', "[1]", "[", "[]", '["gone"]'],
    ids=["number", "string", "list of numbers", "invalid TOML", "empty list", "missing variable"],
)
def test_no_states_are_recorded_unless_watch_lists_an_existing_variable(
    tmp_path: Path, watch: str
) -> None:
    # Without a wait, the run would have no trace at all.
    source = "import time\nready = []\ntime.sleep(0.001)\npass\n"
    assert watched(tmp_path, source, watch).states == []


def test_without_a_header_no_states_are_recorded_and_sys_monitoring_is_not_used(
    tmp_path: Path,
) -> None:
    source = """
    import sys, time
    watch = ready = []
    time.sleep(0.001)
    print([sys.monitoring.get_tool(tool) for tool in range(6)])
    """
    traced = run_traced(tmp_path, source)
    assert traced.states == []
    assert traced.execution.text("stdout") == f"{[None] * 6}\n"


def test_each_lambda_is_described_by_its_own_source_even_with_others_in_the_same_line(
    tmp_path: Path,
) -> None:
    traced = watched(
        tmp_path,
        """\
        ready = []
        for name in ["ä"]:
            ready.append(lambda name=name: print(
                name,
                "é", name,
            ))
            ready.append(lambda: (lambda: name)); ready.append(lambda: [name])
        pass
        """,
    )
    assert states(traced)[-1][1]["ready"] == [
        'print( "ä", "é", "ä", )',
        "lambda: name",
        "[name]",
    ]
