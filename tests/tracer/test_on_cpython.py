"""The tracer on this interpreter: true reasons, lines, order; and nothing of it shows."""

import re
import signal
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from mkdocs_runnable.recording.execute import Execution, run
from mkdocs_runnable.recording.recordings import Transcript
from mkdocs_runnable.recording.tracing import MOST_EVENTS
from tests.tracer.timelines import CASES, expected, run_traced, trace


@pytest.mark.parametrize("path", sorted(CASES.glob("*.py")), ids=lambda path: path.stem)
def test_each_wait_has_its_true_reason_and_line(path: Path, tmp_path: Path) -> None:
    traced = trace(path, tmp_path)
    assert traced.execution.status == 0, traced.execution.text("stderr")
    assert traced.waits() == expected(path.read_text(encoding="utf-8"))


def test_the_times_are_those_that_the_program_sees(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio
        import time

        async def work(seconds):
            print("starts", time.perf_counter())
            await asyncio.sleep(seconds)
            print("resumes", time.perf_counter())
            time.sleep(seconds)
            print("ends", time.perf_counter())

        async def main():
            await asyncio.gather(work(0.05), work(0.02), work(0.08))

        asyncio.run(main())
        """,
    )
    told = [(row[1], float(row[4].split()[1]) * 1000) for row in traced.of("output")]
    # What is printed has been read from the clock just before.
    origin = max(at - row[2] for (_, at), row in zip(told, traced.of("output"), strict=True))
    steps = traced.of("step")
    for lane in {lane for lane, _ in told}:
        starts, resumes, ends = (at - origin for other, at in told if other == lane)
        first, second = (row for row in steps if row[1] == lane)
        # In order; how far they are apart is measured by `make bench`.
        assert first[4] <= starts <= first[5] <= second[4] <= resumes <= ends <= second[5]
    sleeps = [row for row in traced.of("wait") if row[3] == "sleep"]
    assert len(sleeps) == 3


def test_how_tasks_threads_and_processes_end(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio
        import multiprocessing
        import os
        import sys
        import threading

        async def fail():
            raise KeyError

        async def main():
            failing = asyncio.create_task(fail(), name="failing")
            cancelled = asyncio.create_task(asyncio.sleep(9), name="cancelled")
            await asyncio.sleep(0)
            cancelled.cancel()
            await asyncio.wait([failing, cancelled])
            failing.exception()

        def spin(started):
            started.set()
            while True:
                pass

        if __name__ == "__main__":
            asyncio.run(main())
            thread = threading.Thread(target=lambda: 1 / 0, name="dividing")
            thread.start()
            thread.join()
            threading.Thread(target=sys.exit, args=(3,), name="leaves").start()
            context = multiprocessing.get_context("spawn")
            started = context.Event()
            spinning = context.Process(target=spin, args=(started,), name="spinning")
            spinning.start()
            started.wait()
            spinning.kill()
            spinning.join()
            leaving = context.Process(target=os._exit, args=(3,), name="leaving")
            leaving.start()
            leaving.join()
            raise SystemExit
        """,
    )
    names = traced.names()
    ends = {names[row[1]]: row[3:] for row in traced.of("end")}
    assert ends["failing"] == ["failed", "KeyError"]
    assert ends["cancelled"] == ["cancelled", ""]
    assert ends["dividing"] == ["failed", "ZeroDivisionError"]
    assert ends["leaves"] == ["done", ""]
    assert ends["MainThread"] == ["done", ""]
    children = {
        process["rows"][0][4]: (process["parent"], process["rows"][-1][3:])
        for process in traced.trace["processes"][1:]
    }
    assert children == {
        "spinning": (1, ["killed", "exit status -9"]),
        "leaving": (1, ["failed", "exit status 3"]),
    }


@pytest.mark.parametrize(
    ("last", "ending"),
    [
        ("1 / 0", ["failed", "ZeroDivisionError"]),
        ("raise SystemExit(3)", ["done", ""]),
        ("print('end')", ["done", ""]),
    ],
)
def test_how_the_main_thread_ends(tmp_path: Path, last: str, ending: list[str]) -> None:
    traced = run_traced(tmp_path, f"import time\ntime.sleep(0.01)\n{last}\n")
    assert traced.of("end")[-1][3:] == ending


def test_lines_that_are_printed_belong_to_who_prints_them(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """\
        import asyncio
        import sys

        async def main():
            print("one")
            await asyncio.sleep(0.01)
            print("two", "three", file=sys.stderr)

        asyncio.run(main())
        print("end")
        """,
    )
    names = traced.names()
    assert [(names[row[1]], *row[3:]) for row in traced.of("output")] == [
        ("Task-1", "stdout", "one", 5),
        ("Task-1", "stderr", "two three", 7),
        ("MainThread", "stdout", "end", 10),
    ]


def test_who_gives_way_is_ready_again_at_once_and_who_is_woken_when_that_happens(
    tmp_path: Path,
) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio
        import time

        async def give_way():
            for _ in range(3):
                await asyncio.sleep(0)

        async def wait(event):
            await event.wait()

        async def main():
            event = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                group.create_task(wait(event), name="waiting")
                group.create_task(give_way(), name="giving way")
                await asyncio.sleep(0)
                event.set()
                time.sleep(0.05)

        asyncio.run(main())
        """,
    )
    lanes = {name: lane for lane, name in traced.names().items()}
    steps = [row for row in traced.of("step") if row[1] == lanes["giving way"]]
    assert [row[6] for row in steps] == ["turn", "turn", "turn", ""]
    for before, step in pairwise(steps):
        assert (step[2], step[3]) == (before[5], lanes["giving way"])
    woken = [row for row in traced.of("step") if row[1] == lanes["waiting"]][-1]
    (waker,) = (
        row for row in traced.of("step") if row[1] == lanes["Task-1"] and row[5] - row[4] >= 50
    )
    # Not as the step ended.
    assert waker[4] <= woken[2] <= waker[5] - 50
    assert woken[3] == lanes["Task-1"]


def test_who_wakes_whom(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio
        import threading
        import time

        async def wait(event):
            await event.wait()

        async def main():
            event = asyncio.Event()
            waiting = asyncio.create_task(wait(event), name="waiting")
            await asyncio.sleep(0.05)
            event.set()
            await waiting

        asyncio.run(main(), debug=False)
        event = threading.Event()
        def release():
            time.sleep(0.05)
            event.set()
        threading.Thread(target=release, name="releasing").start()
        event.wait()
        """,
    )
    names = traced.names()
    steps = sorted(traced.of("step"), key=lambda row: row[4])
    woken = [(names[row[1]], names.get(row[3])) for row in steps]
    assert woken == [
        ("Task-1", "MainThread"),
        ("waiting", "Task-1"),
        ("Task-1", None),
        ("waiting", "Task-1"),
        ("Task-1", "waiting"),
        *woken[5:],
    ]
    assert [names[row[3]] for row in traced.of("ready") if row[3] > 0] == ["releasing"]


@pytest.mark.parametrize(
    "source",
    [
        "import threading\nprint(type(threading.Lock()), type(threading.RLock()))",
        "import threading\nprint(threading.Lock().locked(), threading.RLock)",
        """
        import asyncio, time
        async def main():
            time.sleep(0.15)
        asyncio.run(main(), debug=True)
        """,
        """
        import asyncio
        async def main():
            raise ValueError("in a task")
        asyncio.run(main())
        """,
        """
        import threading
        threading.Thread(target=lambda: 1 / 0).start()
        """,
        """
        import asyncio
        async def fail():
            raise ValueError
        async def main():
            asyncio.create_task(fail())
            await asyncio.sleep(0)
        asyncio.run(main())
        """,
        "import time\nprint(time.sleep, time.sleep.__module__)\ntime.sleep(-1)",
        "import sys\nsys.exit('no')",
        "import threading\nthreading.Lock().release()",
    ],
)
def test_output_and_outcome_stay_the_same(tmp_path: Path, source: str) -> None:
    traced = run_traced(tmp_path, source).execution
    path = tmp_path / "program.py"
    plain = run(path, timeout=20)
    # A `<function sleep>` has a number, and slow callbacks take times.
    assert masked(traced, path) == masked(plain, path)


def masked(execution: Execution, path: Path) -> tuple[list[str], int]:
    lines = [
        re.sub(r"0x[0-9a-f]+|\d\.\d+ seconds", "#", f"{line.stream} {line.text}")
        for line in Transcript.of(execution, path).lines
    ]
    return lines, execution.status


def test_a_run_in_which_nothing_waits_has_no_timeline(tmp_path: Path) -> None:
    assert run_traced(tmp_path, "print(sum(range(100)))").trace["processes"] == []


def test_a_run_with_a_second_thread_has_one_even_if_nothing_waits(tmp_path: Path) -> None:
    source = "from threading import Thread\nThread(target=print, name='Ada').start()\n"
    (process,) = run_traced(tmp_path, source).trace["processes"]
    assert "Ada" in [row[4] for row in process["rows"] if row[0] == "lane"]


def test_a_long_timeline_is_cut(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio

        async def main():
            for _ in range(5000):
                await asyncio.sleep(0)

        asyncio.run(main())
        """,
    )
    assert len(traced.rows) == MOST_EVENTS + 1
    assert traced.rows[-1][0] == "cut"
    assert traced.execution.status == 0


def test_no_path_of_this_machine_is_kept(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """\
        import concurrent.futures
        import time

        print(__file__)
        time.sleep(0.01)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            pool.submit(lambda: 1 / 0).result()
        """,
    )
    texts = [row[4] for row in traced.of("output")]
    assert texts[:2] == ["program.py", "Traceback (most recent call last):"]
    assert not [text for text in texts if str(tmp_path) in text or "concurrent" in text]


def test_a_task_that_has_failed_is_not_kept_alive(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio
        import gc
        import weakref

        async def fail():
            raise OSError

        async def main():
            gc.disable()
            task = asyncio.create_task(fail())
            reference = weakref.ref(task)
            await asyncio.wait([task])
            del task
            print("alive" if reference() else "gone")

        asyncio.run(main())
        """,
    )
    assert traced.execution.text("stdout") == "gone\n"


def test_another_interpreter_in_the_process_begins_as_it_does_without_being_watched(
    tmp_path: Path,
) -> None:
    """Its start imports the same module, but no signals arrive there."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        traced = run_traced(
            tmp_path,
            """
            import threading
            from time import sleep
            try:
                import _interpreters as interpreters
            except ImportError:
                import _xxsubinterpreters as interpreters

            def work():
                other = interpreters.create()
                interpreters.run_string(other, "print('elsewhere', flush=True)")
                interpreters.destroy(other)
                sleep(0.01)

            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            """,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert traced.execution.text("stderr") == ""
    assert traced.execution.text("stdout") == "elsewhere\n"
    assert len(traced.trace["processes"]) == 1
    assert sorted(traced.names().values()) == ["MainProcess", "MainThread", "Thread-1 (work)"]


def test_what_the_loop_calls_itself_is_not_told_as_if_it_were_idle(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio, time

        async def main():
            loop = asyncio.get_running_loop()
            loop.call_soon(time.sleep, 0.05)
            loop.call_later(0.1, time.sleep, 0.05)
            await asyncio.sleep(0.2)

        asyncio.run(main())
        """,
    )
    waits = [row[3] for row in traced.of("wait")]
    assert waits == ["sleep", "idle", "sleep", "idle"]


def test_who_has_waited_for_what_its_own_callback_brings_was_not_ready(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio

        async def main():
            loop = asyncio.get_running_loop()
            future = loop.create_future()
            loop.call_soon(print, "first")
            loop.call_soon(future.set_result, 1)
            await future
            await asyncio.sleep(0)

        asyncio.run(main())
        """,
    )
    (one, two, three, *_) = traced.of("step")
    assert [row[6] for row in (one, two, three)] == ["future", "turn", ""]
    assert one[4] <= one[5] <= two[2] <= two[4]
    # It gave way, and was ready at once.
    assert three[2] == two[5]


def test_what_the_loop_calls_of_a_library_is_in_no_line_of_the_program(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio

        async def main():
            loop = asyncio.get_running_loop()
            loop.call_soon(sum, range(6_000_000))
            loop.call_later(0.01, print, "printed")
            await asyncio.sleep(0.05)
            sum(range(6_000_000))

        # Made before: this may take long enough to be seen in its line.
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        loop.close()
        """,
    )
    lines = {row[3] for row in traced.of("seen")}
    assert 9 in lines
    assert 13 not in lines
    assert [row[4:] for row in traced.of("output")] == [["printed", 0]]


def test_what_computes_in_the_same_line_again_is_seen_there_again(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio
        import time

        def crunch():
            end = time.thread_time() + 0.08
            while time.thread_time() < end: pass

        async def work():
            for _ in range(2):
                crunch()
                await asyncio.sleep(0)

        async def main():
            async with asyncio.TaskGroup() as group:
                group.create_task(work())
                group.create_task(work())

        asyncio.run(main())
        """,
    )
    seen = [(row[2], row[3]) for row in traced.of("seen")]
    steps = [row[4:6] for row in traced.of("step") if row[5] - row[4] >= 50]
    assert len(steps) == 4
    for start, end in steps:
        lines = [line for at, line in seen if start <= at <= end]
        assert lines.count(7) > len(lines) / 2


def test_a_worker_in_a_function_of_the_library_waits_as_that_does(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio
        import time
        from concurrent.futures import ThreadPoolExecutor

        def work():
            time.sleep(0.1)

        with ThreadPoolExecutor(1, "pool") as pool:
            pool.submit(time.sleep, 0.1).result()
            time.sleep(0.05)
            pool.submit(print, "printed").result()

        asyncio.run(asyncio.to_thread(work))
        """,
    )
    names = traced.names()
    waits = [row[3] for row in traced.of("wait") if names[row[1]] == "pool_0"]
    assert [reason for reason, _ in groupby(waits)] == ["sleep", "work"]
    assert [row[3] for row in traced.of("job") if row[3]] == ["sleep", "print", "work"]


def test_a_callback_prints_for_its_thread_and_wakes_for_who_wanted_it(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio
        import threading

        async def main():
            loop = asyncio.get_running_loop()
            future = loop.create_future()
            call = lambda: (print("called"), future.set_result(1))
            loop.call_soon(call)
            await future
            call = lambda: print("called from outside")
            thread = threading.Thread(target=loop.call_soon_threadsafe, args=(call,), name="other")
            thread.start()
            await asyncio.sleep(0.05)
            task = asyncio.create_task(asyncio.sleep(0.01), name="nap")
            task.add_done_callback(lambda _: print("done"))
            await asyncio.sleep(0.05)

        asyncio.run(main())
        """,
    )
    names = traced.names()
    printed = [(names[row[1]], row[4]) for row in traced.of("output")]
    assert printed == [
        ("MainThread", "called"),
        ("MainThread", "called from outside"),
        ("MainThread", "done"),
    ]
    main = next(lane for lane, name in names.items() if name == "Task-1")
    woken = next(row for row in traced.of("step")[1:] if row[1] == main)
    assert woken[3] == main


def test_the_end_of_a_forked_process_is_in_no_line_of_its_parent(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import multiprocessing

        def fill(queue):
            queue.put("x" * 1_000_000)

        context = multiprocessing.get_context("fork")
        queue = context.Queue()
        process = context.Process(target=fill, args=(queue,), name="filling")
        process.start()
        process.join(0.2)
        queue.get()
        process.join()
        """,
    )
    [child] = traced.trace["processes"][1:]
    waits = [row[3:] for row in child["rows"] if row[0] == "wait" and row[1] == 1]
    assert ["thread", "QueueFeederThread", 0] in waits
    assert {line for _, _, line in waits} == {0}


def test_who_ends_is_who_wakes_those_that_join_it(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import threading
        import time

        thread = threading.Thread(target=time.sleep, args=(0.1,), name="sleeper")
        thread.start()
        thread.join(0.01)
        thread.join()
        """,
    )
    names = traced.names()
    rows = [row for row in traced.rows if row[0] in ("wait", "ready") and row[1] == 1]
    joins = [
        ready[3] for wait, ready in pairwise(rows) if wait[0] == "wait" and wait[3] == "thread"
    ]
    assert [names.get(by) for by in joins] == [None, "sleeper"]


def test_other_methods_of_a_task_are_no_steps(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio

        async def nap():
            await asyncio.sleep(5)

        async def main():
            loop = asyncio.get_running_loop()
            task = asyncio.create_task(nap(), name="nap")
            await asyncio.sleep(0)
            loop.call_soon(task.cancel)
            await asyncio.wait([task])
            loop.call_soon(task.cancel)
            await asyncio.sleep(0.01)

        asyncio.run(main())
        """,
    )
    (nap,) = (lane for lane, name in traced.names().items() if name == "nap")
    steps = [row[6] for row in traced.of("step") if row[1] == nap]
    assert steps == ["sleep", ""]
    assert [row[3] for row in traced.of("end") if row[1] == nap] == ["cancelled"]


def test_steps_stand_in_their_order_whether_what_they_wait_for_has_a_name(tmp_path: Path) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio

        async def main():
            await asyncio.sleep(0)
            await asyncio.create_task(asyncio.sleep(0), name="timer")

        asyncio.run(main())
        """,
    )
    steps = [(row[6], row[7]) for row in traced.of("step") if row[1] == 2]
    assert steps == [("turn", ""), ("task", "timer"), ("", "")]


@pytest.mark.parametrize(
    "source",
    [
        # What debug mode says of a handle, and where it was made.
        """
        import asyncio, time

        def slow():
            time.sleep(0.15)

        async def main():
            loop = asyncio.get_running_loop()
            print(loop.call_soon(slow), asyncio.Handle.__mro__[0].__qualname__)
            await asyncio.sleep(0.2)

        asyncio.run(main(), debug=True)
        """,
        # What goes wrong in a callback of a task is told of that callback.
        """
        import asyncio

        async def main():
            loop = asyncio.get_running_loop()
            def tell(_, context):
                print(context["message"], context["handle"])

            loop.set_exception_handler(tell)
            task = asyncio.current_task()
            loop.call_soon(task.set_result, 1)
            loop.call_later(0.01, task.set_result, 1)
            await asyncio.sleep(0.05)

        asyncio.run(main())
        """,
        # A future of one's own, with nothing of asyncio's.
        """
        import asyncio

        class Own:
            _asyncio_future_blocking = False

            def __init__(self):
                self.loop = asyncio.get_running_loop()

            def get_loop(self):
                return self.loop

            def add_done_callback(self, call, *, context=None):
                self.loop.call_soon(call, self, context=context)

            def result(self):
                return "quack"

            def __await__(self):
                self._asyncio_future_blocking = True
                yield self
                return self.result()

        async def main():
            print(await Own())

        asyncio.run(main())
        """,
        # Names of which nothing can be written down, or sorted by their number.
        """
        import asyncio

        async def main():
            for name in ["\\ud800", "7" * 5000, "\\x00"]:
                await asyncio.create_task(asyncio.sleep(0), name=name)
            print("done")

        asyncio.run(main())
        """,
    ],
)
def test_odd_programs_print_what_they_print_unwatched(tmp_path: Path, source: str) -> None:
    traced = run_traced(tmp_path, source)
    path = tmp_path / "program.py"
    plain = run(path, timeout=20)
    shown = [
        _without_numbers(each.text("stdout") + each.text("stderr"), path)
        for each in (traced.execution, plain)
    ]
    assert shown[0] == shown[1]
    assert traced.execution.status == plain.status == 0
    assert traced.trace["processes"]


def _without_numbers(text: str, path: Path) -> str:
    transcript = re.sub(r"\d\.\d{3} seconds|0x[0-9a-f]+|when=[\d.]+", "…", text)
    return "\n".join(
        line for line in transcript.splitlines() if path.name in line or "File" not in line
    )
