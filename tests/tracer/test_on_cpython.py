"""Tests of the tracer on this Python: it records what happens, without affecting programs.

Times in traces are in ms.
"""

import re
import signal
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from mkdocs_runnable.recording.execute import Execution, run
from mkdocs_runnable.recording.recordings import Transcript
from mkdocs_runnable.recording.tracing import MOST_EVENTS
from tests.tracer.timelines import CASES, ReadyEvent, WaitEvent, announced_waits, run_traced, trace

MAIN_THREAD = 1


@pytest.mark.parametrize("path", sorted(CASES.glob("*.py")), ids=lambda path: path.stem)
def test_each_wait_is_recorded_with_its_reason_and_line(path: Path, tmp_path: Path) -> None:
    traced = trace(path, tmp_path)
    assert traced.execution.status == 0, traced.execution.text("stderr")
    assert traced.all_waits() == announced_waits(path.read_text(encoding="utf-8"))


def test_steps_contain_the_times_that_the_program_reads(tmp_path: Path) -> None:
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
    # The program's clock and that of the trace differ by `origin`. The program reads its clock just
    # before it prints the time.
    readings = [(line.lane, float(line.text.split()[1]) * 1000, line.at) for line in traced.printed]
    origin = max(reading - printed_at for _, reading, printed_at in readings)
    for lane in {lane for lane, *_ in readings}:
        starts, resumes, ends = (at - origin for other, at, _ in readings if other == lane)
        first, second = (step for step in traced.steps if step.lane == lane)
        # runtime/bench/tracer.ts measures how large the differences between these times are.
        assert first.start <= starts <= first.end <= second.start <= resumes <= ends <= second.end
    # Each of the three tasks calls `time.sleep` once.
    assert [wait.reason for wait in traced.thread_waits].count("sleep") == 3


def test_the_endings_of_tasks_threads_and_processes_are_recorded(tmp_path: Path) -> None:
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
    ends = {names[end.lane]: (end.how, end.text) for end in traced.ends}
    assert ends["failing"] == ("failed", "KeyError")
    assert ends["cancelled"] == ("cancelled", "")
    assert ends["dividing"] == ("failed", "ZeroDivisionError")
    assert ends["leaves"] == ("done", "")
    assert ends["MainThread"] == ("done", "")
    # The first row of a process has its name, and the last one says how it has ended.
    children = {
        process["rows"][0][4]: (process["parent"], process["rows"][-1][3:])
        for process in traced.trace["processes"][1:]
    }
    assert children == {
        "spinning": (1, ["killed", "exit status -9"]),
        "leaving": (1, ["failed", "exit status 3"]),
    }


@pytest.mark.parametrize(
    ("last_line", "how", "text"),
    [
        ("1 / 0", "failed", "ZeroDivisionError"),
        ("raise SystemExit(3)", "done", ""),
        ("print('end')", "done", ""),
    ],
)
def test_the_ending_of_the_main_thread_is_recorded(
    tmp_path: Path, last_line: str, how: str, text: str
) -> None:
    traced = run_traced(tmp_path, f"import time\ntime.sleep(0.01)\n{last_line}\n")
    assert (traced.ends[-1].how, traced.ends[-1].text) == (how, text)


def test_printed_lines_belong_to_the_task_or_thread_that_prints_them(tmp_path: Path) -> None:
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
    assert [(names[each.lane], each.stream, each.text, each.line) for each in traced.printed] == [
        ("Task-1", "stdout", "one", 5),
        ("Task-1", "stderr", "two three", 7),
        ("MainThread", "stdout", "end", 10),
    ]


def test_a_task_that_yields_is_ready_immediately_and_a_woken_task_is_ready_when_it_is_woken(
    tmp_path: Path,
) -> None:
    traced = run_traced(
        tmp_path,
        """
        import asyncio
        import time

        async def yield_control():
            for _ in range(3):
                await asyncio.sleep(0)

        async def wait(event):
            await event.wait()

        async def main():
            event = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                group.create_task(wait(event), name="waiting")
                group.create_task(yield_control(), name="yielding")
                await asyncio.sleep(0)
                event.set()
                time.sleep(0.05)

        asyncio.run(main())
        """,
    )
    lanes = {name: lane for lane, name in traced.names().items()}
    steps = [step for step in traced.steps if step.lane == lanes["yielding"]]
    assert [step.reason for step in steps] == ["turn", "turn", "turn", ""]
    for before, step in pairwise(steps):
        assert (step.ready, step.woken_by) == (before.end, lanes["yielding"])
    woken = [step for step in traced.steps if step.lane == lanes["waiting"]][-1]
    (waker,) = (
        step
        for step in traced.steps
        if step.lane == lanes["Task-1"] and step.end - step.start >= 50
    )
    # The task was woken 50 ms before the step of its waker ended.
    assert waker.start <= woken.ready <= waker.end - 50
    assert woken.woken_by == lanes["Task-1"]


def test_the_lane_that_wakes_a_task_or_thread_is_recorded(tmp_path: Path) -> None:
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
    steps = sorted(traced.steps, key=lambda step: step.start)
    woken = [(names[step.lane], names.get(step.woken_by)) for step in steps]
    # After the program's own tasks, asyncio runs tasks that end the event loop.
    assert woken == [
        ("Task-1", "MainThread"),
        ("waiting", "Task-1"),
        ("Task-1", None),
        ("waiting", "Task-1"),
        ("Task-1", "waiting"),
        *woken[5:],
    ]
    wakers = [names[ready.woken_by] for ready in traced.ready if ready.woken_by > 0]
    assert wakers == ["releasing"]


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
def test_output_and_exit_status_are_the_same_as_without_the_tracer(
    tmp_path: Path, source: str
) -> None:
    traced = run_traced(tmp_path, source).execution
    path = tmp_path / "program.py"
    plain = run(path, timeout=20)
    assert _comparable(traced, path) == _comparable(plain, path)


def _comparable(execution: Execution, path: Path) -> tuple[list[str], int]:
    """Return output and exit status without what differs in each run.

    These are the addresses in representations, and the times in warnings about slow callbacks.
    """
    lines = [
        re.sub(r"0x[0-9a-f]+|\d\.\d+ seconds", "#", f"{line.stream} {line.text}")
        for line in Transcript.of(execution, path).lines
    ]
    return lines, execution.status


def test_a_run_in_which_nothing_waits_has_no_timeline(tmp_path: Path) -> None:
    assert run_traced(tmp_path, "print(sum(range(100)))").trace["processes"] == []


def test_a_run_with_a_second_thread_has_a_timeline_even_if_nothing_waits(tmp_path: Path) -> None:
    source = "from threading import Thread\nThread(target=print, name='Ada').start()\n"
    assert "Ada" in run_traced(tmp_path, source).names().values()


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


def test_printed_lines_in_a_trace_contain_no_paths_of_this_machine(tmp_path: Path) -> None:
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
    texts = [line.text for line in traced.printed]
    assert texts[:2] == ["program.py", "Traceback (most recent call last):"]
    assert not [text for text in texts if str(tmp_path) in text or "concurrent" in text]


def test_the_tracer_keeps_no_reference_to_a_failed_task(tmp_path: Path) -> None:
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


def test_another_interpreter_in_the_process_starts_as_it_does_without_the_tracer(
    tmp_path: Path,
) -> None:
    """Each interpreter imports sitecustomize.py, but only the main one may set signal handlers."""
    # As for a process in the background, in which sitecustomize.py sets the handler for Ctrl+C.
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


def test_an_event_loop_is_not_idle_while_it_runs_a_callback(tmp_path: Path) -> None:
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
    assert [wait.reason for wait in traced.thread_waits] == ["sleep", "idle", "sleep", "idle"]


def test_a_task_is_not_ready_before_the_callback_that_it_waits_for_has_run(
    tmp_path: Path,
) -> None:
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
    (first, second, third, *_) = traced.steps
    assert [step.reason for step in (first, second, third)] == ["future", "turn", ""]
    (printed,) = traced.printed
    assert first.start <= first.end <= printed.at <= second.ready <= second.start
    # The task yielded, so it was ready immediately.
    assert third.ready == second.end


def test_a_callback_in_the_standard_library_has_no_line_of_the_program(tmp_path: Path) -> None:
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

        # Creating the loop may take long enough for this line to be sampled.
        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        loop.close()
        """,
    )
    lines = {sample.line for sample in traced.seen}
    # The program itself computes in line 9. Line 13 runs the loop, but does not compute.
    assert 9 in lines
    assert 13 not in lines
    assert [(line.text, line.line) for line in traced.printed] == [("printed", 0)]


def test_a_line_that_computes_repeatedly_is_sampled_each_time(tmp_path: Path) -> None:
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
    computing = [step for step in traced.steps if step.end - step.start >= 50]
    assert len(computing) == 4
    for step in computing:
        lines = [sample.line for sample in traced.seen if step.start <= sample.at <= step.end]
        # The loop in `crunch` is in line 7.
        assert lines.count(7) > len(lines) / 2


def test_a_pool_thread_that_runs_a_library_function_waits_for_the_reason_of_this_function(
    tmp_path: Path,
) -> None:
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
    reasons = [wait.reason for wait in traced.thread_waits if names[wait.lane] == "pool_0"]
    # The reason "work" means that a thread of a pool waits for its next call.
    assert [reason for reason, _ in groupby(reasons)] == ["sleep", "work"]
    assert [job.name for job in traced.jobs if job.name] == ["sleep", "print", "work"]


def test_output_of_a_callback_belongs_to_the_thread_and_its_wake_up_to_the_task_that_scheduled_it(
    tmp_path: Path,
) -> None:
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
    assert [(names[line.lane], line.text) for line in traced.printed] == [
        ("MainThread", "called"),
        ("MainThread", "called from outside"),
        ("MainThread", "done"),
    ]
    main = next(lane for lane, name in names.items() if name == "Task-1")
    woken = next(step for step in traced.steps[1:] if step.lane == main)
    assert woken.woken_by == main


def test_waits_at_the_exit_of_a_forked_process_have_no_line_of_its_parent(tmp_path: Path) -> None:
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
    waits = [WaitEvent(*row) for row in child["rows"] if row[0] == "wait"]
    waits = [wait for wait in waits if wait.lane == MAIN_THREAD]
    assert ("thread", "QueueFeederThread") in [(wait.reason, wait.target) for wait in waits]
    assert {wait.line for wait in waits} == {0}


def test_a_thread_that_ends_wakes_the_threads_that_join_it(tmp_path: Path) -> None:
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
    rows = [row for row in traced.rows if row[0] in ("wait", "ready") and row[1] == MAIN_THREAD]
    pairs = [(row, after) for row, after in pairwise(rows) if row[0] == "wait"]
    joins = [ReadyEvent(*after) for row, after in pairs if WaitEvent(*row).reason == "thread"]
    # The first call of `join` ends by its timeout.
    assert [names.get(ready.woken_by) for ready in joins] == [None, "sleeper"]


def test_a_callback_that_cancels_a_task_is_no_step_of_the_task(tmp_path: Path) -> None:
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
    assert [step.reason for step in traced.steps if step.lane == nap] == ["sleep", ""]
    assert [end.how for end in traced.ends if end.lane == nap] == ["cancelled"]


def test_steps_that_wait_for_something_with_a_name_are_in_order_with_all_others(
    tmp_path: Path,
) -> None:
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
    main = next(lane for lane, name in traced.names().items() if name == "Task-1")
    steps = [(step.reason, step.target) for step in traced.steps if step.lane == main]
    assert steps == [("turn", ""), ("task", "timer"), ("", "")]


@pytest.mark.parametrize(
    "source",
    [
        # Debug mode prints a handle and where it was created.
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
        # An error in a callback of a task is reported for that callback.
        """
        import asyncio

        async def main():
            loop = asyncio.get_running_loop()
            def report(_, context):
                print(context["message"], context["handle"])

            loop.set_exception_handler(report)
            task = asyncio.current_task()
            loop.call_soon(task.set_result, 1)
            loop.call_later(0.01, task.set_result, 1)
            await asyncio.sleep(0.05)

        asyncio.run(main())
        """,
        # A class of the program whose instances can be awaited like futures.
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
        # Names that cannot be encoded, or that are numbers with too many digits to be converted.
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
def test_unusual_programs_print_the_same_as_without_the_tracer(tmp_path: Path, source: str) -> None:
    traced = run_traced(tmp_path, source)
    path = tmp_path / "program.py"
    plain = run(path, timeout=20)
    printed = [
        _comparable_text(each.text("stdout") + each.text("stderr"), path)
        for each in (traced.execution, plain)
    ]
    assert printed[0] == printed[1]
    assert traced.execution.status == plain.status == 0
    assert traced.trace["processes"]


def _comparable_text(text: str, path: Path) -> str:
    """Return output without times, addresses and the places of tracebacks in other files."""
    masked = re.sub(r"\d\.\d{3} seconds|0x[0-9a-f]+|when=[\d.]+", "…", text)
    return "\n".join(
        line for line in masked.splitlines() if path.name in line or "File" not in line
    )
