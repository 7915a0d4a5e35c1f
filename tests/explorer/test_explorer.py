"""Tests of the explorer on CPython. Each exploration runs in a process of its own.

The explorer runs a program in many interleavings, and groups the runs by their outcome. Each test
reads the report of `python -m explorer --json`; see `explore` for its most important fields.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.conftest import REPOSITORY

SNIPPETS = REPOSITORY / "snippets"
# The explorer replaces the clocks and threads of its process, so each test starts a new process.
ENVIRONMENT = os.environ | {"PYTHONPATH": str(REPOSITORY / "runtime" / "python")}

# Programs in snippets/interleavings/: two with threads and one with tasks, and a fixed version of
# each. The line numbers in the tests are those of these programs.
BROKEN = ("doors", "drawers", "seat")
FIXED = ("doors_locked", "drawers_in_order", "seat_taken")


def python(*arguments: str, status: Sequence[int] = (0,), stdin: str = "") -> str:
    """Run Python with the explorer on its path, and return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=ENVIRONMENT,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode in status, done.stderr
    assert done.stderr == ""
    return done.stdout


def explore(path: Path, *options: str) -> dict[str, Any]:
    """Explore a program, and return the report.

    Its fields include ``runs``, the number of runs, and ``breaking``, the number of runs that broke
    the program. All interleavings with at most ``reached`` forced switches were run, and none with
    more than ``--bound``, which is 2 by default. A forced switch is one from a thread that could
    have continued. In programs with tasks, these numbers count tasks that run out of turn, before a
    task that became ready earlier. If ``complete`` is true, there are no other interleavings. The
    ``groups`` are the outcomes, with the steps that led to them; if the program broke, the first
    group is the most frequent failure.
    """
    found: dict[str, Any] = json.loads(
        python("-m", "explorer", str(path), "--json", *options, status=(0, 1))
    )
    return found


@pytest.fixture
def program(tmp_path: Path) -> Any:
    """Return a function that writes a program into a file, and returns its path."""

    def write(source: str) -> Path:
        path = tmp_path / "program.py"
        path.write_text(dedent(source), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("name", FIXED)
def test_a_correct_program_has_no_breaking_interleaving(name: str) -> None:
    found = explore(SNIPPETS / "interleavings" / f"{name}.py")
    assert found["breaking"] == 0
    assert found["complete"] or found["reached"] == 2
    assert found["runs"] > 1


@pytest.mark.parametrize("name", BROKEN)
def test_the_default_interleaving_does_not_reveal_the_bug(name: str) -> None:
    found = explore(SNIPPETS / "interleavings" / f"{name}.py", "--bound", "0", "--runs", "1")
    assert found["breaking"] == 0


def most_frequent_failure(found: dict[str, Any]) -> dict[str, Any]:
    """Return the first outcome of an exploration in which some runs failed, but not all."""
    assert 0 < found["breaking"] < found["runs"]
    group: dict[str, Any] = found["groups"][0]
    return group


def test_the_lost_update_is_found() -> None:
    group = most_frequent_failure(explore(SNIPPETS / "interleavings" / "doors.py"))
    assert (group["kind"], group["line"]) == ("exception", 22)
    assert group["stdout"].endswith("1 visitors\n")
    # One forced switch is necessary, and enough.
    path = SNIPPETS / "interleavings" / "doors.py"
    assert explore(path, "--bound", "1")["breaking"] > 0
    assert explore(path, "--bound", "0")["breaking"] == 0
    # The first step that ended with a forced switch, while its thread could have continued.
    preempted = next(step for step in group["steps"] if step["why"] == "turn")
    assert (preempted["who"], preempted["line"]) == ("front door", 12)
    assert preempted["values"]["seen"] == "0"
    assert "".join(step["stdout"] for step in group["steps"]) == group["stdout"]


def test_the_deadlock_is_found_and_each_waiting_thread_is_named_with_its_line() -> None:
    group = most_frequent_failure(explore(SNIPPETS / "interleavings" / "drawers.py"))
    assert group["kind"] == "deadlock"
    assert "Ada waits at line 8 for a lock." in group["ending"]
    assert "Ben waits at line 8 for a lock." in group["ending"]
    assert "The main thread waits at line 16 for a thread to end." in group["ending"]
    assert {step["who"] for step in group["steps"][-2:]} <= {"Ada", "Ben", "The main thread"}


def test_the_interleaving_that_sells_one_chess_set_twice_is_found() -> None:
    found = explore(SNIPPETS / "interleavings" / "seat.py")
    group = most_frequent_failure(found)
    assert found["complete"]
    assert group["ending"].endswith("AssertionError: -1 left in stock")
    stops = [(step["who"], step["line"]) for step in group["steps"]]
    assert ("Ada", 9) in stops
    assert ("Ben", 9) in stops


def test_a_deadlock_of_tasks_is_found(program: Any) -> None:
    found = explore(
        program(
            """
            import asyncio

            async def move(first, second):
                async with first:
                    await asyncio.sleep(0)
                    async with second:
                        pass

            async def main():
                till, bar = asyncio.Lock(), asyncio.Lock()
                async with asyncio.TaskGroup() as clerks:
                    clerks.create_task(move(till, bar), name="Ada")
                    clerks.create_task(move(bar, till), name="Ben")

            asyncio.run(main())
            """
        )
    )
    group = found["groups"][0]
    assert group["kind"] == "deadlock"
    assert "Ada waits at line 7 for a lock." in group["ending"]


def test_an_endless_loop_ends_the_exploration_after_one_run(program: Any) -> None:
    found = explore(
        program(
            """
            from threading import Thread
            def spin():
                while True:
                    pass
            Thread(target=spin).start()
            """
        )
    )
    assert found["groups"][0]["kind"] == "endless"
    assert found["runs"] == 1


def test_a_thread_that_catches_every_exception_does_not_block_the_exploration(program: Any) -> None:
    found = explore(
        program(
            """
            from threading import Thread
            def refuse():
                while True:
                    try:
                        len("")
                    except BaseException:
                        pass
            Thread(target=refuse).start()
            """
        )
    )
    assert found["groups"][0]["kind"] == "endless"


@pytest.mark.parametrize("options", [(), ("--every-bytecode",)])
def test_a_loop_that_polls_until_another_thread_sets_a_flag_ends(
    program: Any, options: tuple[str, ...]
) -> None:
    path = program(
        """
        from threading import Thread
        done = False
        def work():
            global done
            done = True
        Thread(target=work).start()
        while not done:
            pass
        print("done")
        """
    )
    found = explore(path, "--bound", "1", *options)
    assert found["breaking"] == 0
    assert {group["stdout"] for group in found["groups"]} == {"done\n"}


def test_an_exception_in_a_thread_breaks_the_program(program: Any) -> None:
    path = program(
        """
        from threading import Thread
        def work():
            raise ValueError("no")
        Thread(target=work, name="Ada").start()
        """
    )
    group = explore(path)["groups"][0]
    assert (group["kind"], group["line"]) == ("exception", 4)
    assert group["ending"].endswith("ValueError: no (in Ada)")


def test_a_nonzero_exit_status_breaks_the_program(program: Any) -> None:
    assert explore(program("raise SystemExit(3)"))["groups"][0]["kind"] == "status"
    assert explore(program("raise SystemExit(0)"))["breaking"] == 0


def test_waits_take_exactly_their_virtual_time(program: Any) -> None:
    path = program(
        """
        import asyncio, queue, threading, time
        from concurrent.futures import ThreadPoolExecutor

        start = time.perf_counter()
        box = queue.Queue(1)
        def fill():
            for number in range(3):
                time.sleep(100)
                box.put(number)
        threading.Thread(target=fill).start()
        print([box.get() for _ in range(3)], time.perf_counter() - start)
        with ThreadPoolExecutor(2) as pool:
            print(list(pool.map(lambda each: each * each, [1, 2])))
        print(threading.Event().wait(50), time.perf_counter() - start)
        gate = threading.Barrier(2)
        threading.Thread(target=gate.wait).start()
        gate.wait()

        async def main():
            print(await asyncio.to_thread(lambda: threading.current_thread().name))
            try:
                async with asyncio.timeout(5):
                    await asyncio.sleep(10)
            except TimeoutError:
                print("too late", time.perf_counter() - start)

        asyncio.run(main())
        """
    )
    found = explore(path, "--bound", "0", "--runs", "40")
    assert {group["stdout"] for group in found["groups"]} == {
        "[0, 1, 2] 300.0\n[1, 4]\nFalse 350.0\nasyncio_0\ntoo late 355.0\n"
    }


def test_the_current_event_loop_of_a_run_is_not_that_of_the_run_before(program: Any) -> None:
    path = program(
        """
        import asyncio
        from threading import Thread

        def current_loop():
            try:
                return asyncio.get_event_loop()
            except RuntimeError:  # Some versions of Python create a loop instead.
                return None

        def work():
            assert current_loop() is not loop
            asyncio.set_event_loop(asyncio.new_event_loop())

        assert not hasattr(current_loop(), "is_old")
        loop = asyncio.new_event_loop()
        loop.is_old = True
        asyncio.set_event_loop(loop)
        threads = [Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert current_loop() is loop
        """
    )
    found = explore(path)
    assert found["runs"] > 1
    assert [group["kind"] for group in found["groups"]] == ["ok"], found["groups"]


def test_the_result_mentions_that_runs_were_not_reproducible(program: Any) -> None:
    path = program(
        """
        import os
        from threading import Thread
        def work():
            for _ in range(os.urandom(1)[0] % 9):
                len("")
        threads = [Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        """
    )
    assert "did not always give the same outcome" in explore(path, "--runs", "300")["result"]
    reproducible = explore(SNIPPETS / "interleavings" / "doors.py")
    assert "always" not in reproducible["result"]


def test_the_result_describes_which_interleavings_were_tried(program: Any) -> None:
    path = program(
        """
        import asyncio
        async def work():
            for _ in range(2):
                await asyncio.sleep(0)
        async def main():
            await asyncio.gather(*[work() for _ in range(3)])
        asyncio.run(main())
        """
    )
    for options, expected in (
        (
            ("--bound", "1"),
            "interleavings with at most one task out of turn: none breaks the program.",
        ),
        (
            ("--runs", "3"),
            "the first 3 interleavings, including all with no task out of turn: none",
        ),
        (("--seed", "4", "--runs", "9"), "Tried 9 random interleavings (seed 4): none"),
    ):
        assert expected in explore(path, *options)["result"]


# Counts the runs of this program in a variable that the explorer does not reset between runs. The
# run with the number `interrupted` raises KeyboardInterrupt, as if the user stopped the exploration
# in it.
INTERRUPTED = """
    import sys
    import threading
    sys.run_number = getattr(sys, "run_number", 0) + 1
    if sys.run_number == {interrupted}:
        raise KeyboardInterrupt
    total = 0
    def add():
        global total
        seen = total
        print(seen)
        total = seen + 1
    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert total == 2, total
"""


def test_a_stopped_exploration_reports_what_it_has_found(program: Any) -> None:
    # The whole exploration has fewer than 10,000 runs, so none of them is interrupted.
    whole = explore(program(INTERRUPTED.format(interrupted=10_000)))
    assert whole["runs"] > 20 > whole["breaking"] > 1
    found = explore(program(INTERRUPTED.format(interrupted=whole["runs"])))
    assert (found["runs"], found["complete"]) == (whole["runs"] - 1, False)
    assert found["result"].startswith(
        f"Stopped after {found['runs']} interleavings: {found['breaking']} of them break the "
        f"program. There are {len(found['groups'])} different outcomes. Threads could switch"
    )
    assert found["groups"][0]["kind"] == "exception"
    assert found["groups"][0]["ending"].endswith("AssertionError: 1")
    assert len(found["groups"][0]["steps"]) > 3
    assert found["groups"][0]["steps"] == whole["groups"][0]["steps"]
    found = explore(program(INTERRUPTED.format(interrupted=2)))
    assert found["result"].startswith(
        "Stopped after 1 interleaving: it does not break the program. Threads"
    )


def test_an_exploration_that_is_stopped_in_its_first_run_has_no_result(program: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "explorer", str(program("raise KeyboardInterrupt"))],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.stdout == ""
    assert "KeyboardInterrupt" in done.stderr


def test_a_stopped_exploration_is_printed_first_without_steps_and_then_with_them(
    program: Any,
) -> None:
    path = program(INTERRUPTED.format(interrupted=15))
    source = (
        "import sys, time\n"
        f"sys.path.insert(0, {str(REPOSITORY / 'runtime' / 'python')!r})\n"
        "from explorer import report\n"
        f"report._read_source = lambda _: open({str(path)!r}).read()\n"
        "report._PROGRESS_INTERVAL_S = -1  # report progress after every run\n"
        "report.print_exploration('', 'p.py', 2, 100, every_bytecode=False)\n"
    )
    lines = [json.loads(line) for line in python("-c", source).splitlines()]
    first, last = lines[-2]["found"], lines[-1]["found"]
    assert all(group["steps"] == [] for group in first["groups"])
    assert last["groups"][0]["steps"]
    assert first["result"] == last["result"]
    progress = lines[-3]
    assert progress["runs"] == last["runs"]
    broken = [group for group in first["groups"] if group["kind"] != "ok"]
    assert broken
    assert progress["groups"] == broken


def test_invalid_python_is_reported_as_a_syntax_error(program: Any) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "explorer", str(program("if"))],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "SyntaxError" in done.stderr


def test_exploring_twice_gives_the_same_result() -> None:
    path = SNIPPETS / "interleavings" / "doors.py"
    assert explore(path) == explore(path)


@pytest.mark.parametrize("seed", ["1", "2", "17"])
def test_random_interleavings_are_the_same_for_the_same_seed(seed: str) -> None:
    path = SNIPPETS / "interleavings" / "drawers.py"
    found = explore(path, "--seed", seed, "--runs", "60")
    assert found == explore(path, "--seed", seed, "--runs", "60")
    assert found["runs"] == 60
    assert 0 < found["breaking"] < 60


# Explores the program that the command line names, and then repeats the first run of each outcome,
# and some random runs, from their choices. At the end, the clocks and threads of this process have
# to be those of Python again.
REPLAY = """
import sys
from pathlib import Path
from explorer import search, scheduler
from explorer.program import Program

program = Program(Path(sys.argv[1]).read_text(), "program.py")
with program.environment():
    found = search.explore(program, bound=2, runs=400)
    for group in found.groups:
        for with_steps in (True, False):
            result = program.run_schedule(group.schedule, with_steps=with_steps)
            assert (result.kind, result.text, result.stdout) == (
                group.kind,
                group.text,
                group.stdout,
            )
            assert search.schedule_of(result) == group.schedule
    # A random run can be replayed from its choices as well.
    import random
    for seed in range(30):
        generator = random.Random(seed)
        result = program.run(lambda number, options, costs: generator.randrange(options))
        replay = program.run_schedule(search.schedule_of(result), with_steps=True)
        assert replay.decisions == result.decisions
        assert (replay.kind, replay.text, replay.stdout) == (
            result.kind,
            result.text,
            result.stdout,
        )
import threading, time
assert threading.active_count() == 1, threading.enumerate()
assert time.sleep.__module__ == "time"
lock = threading.Lock()
assert not isinstance(lock, scheduler.Thread) and type(lock).__module__ == "_thread"
thread = threading.Thread(target=lock.acquire)
thread.start()
thread.join()
assert lock.locked()
"""


@pytest.mark.parametrize("name", [*BROKEN, *FIXED])
def test_a_replay_equals_the_run_and_the_process_is_restored_afterwards(name: str) -> None:
    python("-c", REPLAY, str(SNIPPETS / "interleavings" / f"{name}.py"))


# Lets a reader, whose choices are random, choose at each decision which thread or task runs next.
CHOICES_OF_A_READER = """
import json, random, sys
from pathlib import Path
from explorer.program import Program

program = Program(Path(sys.argv[1]).read_text(), "program.py")
with program.environment():
    for seed in range(12):
        generator = random.Random(seed)
        choices = []
        while (result := program.run_choices(choices)).kind == "open":
            assert not result.breaks
            assert [decision.choice for decision in result.decisions] == choices
            assert len({option.actor for option in result.options}) > 1
            # Option 0 is the default. It is more likely, so that the program makes progress.
            choice = generator.choice([0, 0, generator.randrange(len(result.options))])
            option, before = result.options[choice], result.steps
            choices.append(choice)
            after = program.run_choices(choices).steps
            # Earlier steps stay the same, except that the last one may now have a reason to end.
            assert after[: len(before) - 1] == before[:-1]
            new = after[len(before) :]
            # An actor that starts, or that only waits again, need not run a line of the program.
            actors = {step.actor for step in after[max(0, len(before) - 1) :]}
            assert not new or not option.has_started or option.actor in actors, (option, new)
        assert result.options == ()
        complete = program.run(lambda number, options, costs: choices[number])
        assert (result.kind, result.text, result.stdout) == (
            complete.kind,
            complete.text,
            complete.stdout,
        )
        assert len(result.decisions) == len(choices)
    default = program.run_schedule((), with_steps=True)
    ended = program.run_choices([], to_the_end=True)
    assert (ended.kind, ended.steps, ended.decisions) == (
        default.kind,
        default.steps,
        default.decisions,
    )
import threading
assert threading.active_count() == 1, threading.enumerate()
"""


@pytest.mark.parametrize("name", [*BROKEN, *FIXED])
def test_a_reader_can_make_every_choice_of_a_run(name: str) -> None:
    python("-c", CHOICES_OF_A_READER, str(SNIPPETS / "interleavings" / f"{name}.py"))


# Prints the report on a run whose first choices are those on the command line. With another
# argument after them, the program runs to its end.
RUN_CHOICES = """
import json, sys
from pathlib import Path
from explorer import report

source, choices = Path(sys.argv[1]).read_text(), json.loads(sys.argv[2])
run = report.run_choices(source, "program.py", choices, to_the_end=len(sys.argv) > 3)
print(json.dumps(run))
"""


def run_choices(name: str, *choices: int) -> dict[str, Any]:
    """Run a program with these choices, up to the next decision. A choice is an option's number."""
    path = str(SNIPPETS / "interleavings" / f"{name}.py")
    report: dict[str, Any] = json.loads(python("-c", RUN_CHOICES, path, json.dumps(choices)))
    return report


def test_each_option_names_its_thread_or_task_and_the_line() -> None:
    first = run_choices("drawers")
    assert (first["kind"], first["choices"], first["chosen"]) == ("open", [], "0 choices")
    assert [(each["who"], each["text"]) for each in first["options"]] == [
        ("Ada", "starts at line 6"),
        ("The main thread", "resumes at line 14"),
    ]
    other = run_choices("drawers", 1)
    assert other["chosen"] == "1 choice, 1 forced switch"
    assert other["steps"][-1]["who"] == other["options"][0]["who"] == "The main thread"
    tasks = run_choices("seat")
    assert run_choices("seat", 1)["chosen"] == "1 choice, 1 task out of turn"
    assert [(each["who"], each["text"]) for each in tasks["options"]] == [
        ("Ada", "starts at line 6"),
        ("Ben", "starts at line 16"),
    ]


# Explores two tasks that take some steps each; the test inserts their numbers of steps for `{}`.
# Each interleaving prints the names of the tasks in another sequence.
COUNT_INTERLEAVINGS = """
from explorer import search
from explorer.program import Program

source = '''
import asyncio
async def walk(name, steps):
    for step in range(steps):
        print(name, end="")
        await asyncio.sleep(0)
async def main():
    await asyncio.gather(walk("a", {}), walk("b", {}))
asyncio.run(main())
'''
program = Program(source.format(*{}))
with program.environment():
    # So large a bound excludes no interleaving.
    found = search.explore(program, bound=99, runs=5000)
assert found.complete
schedules = [group.schedule for group in found.groups]
assert len(set(schedules)) == len(schedules)
print(found.runs, *sorted(group.stdout for group in found.groups))
"""


@pytest.mark.parametrize(("steps", "interleavings"), [((1, 1), 2), ((2, 1), 3), ((2, 2), 6)])
def test_every_interleaving_of_two_tasks_is_run(steps: tuple[int, int], interleavings: int) -> None:
    """Two tasks with m and n steps have (m + n)! / (m! n!) interleavings."""
    _, *outputs = python("-c", COUNT_INTERLEAVINGS.replace("*{}", f"*{steps}")).split()
    assert len(outputs) == len(set(outputs)) == interleavings


# Two threads alternate, so the program has more than 1,000 steps, and each of them prints a line.
MANY_STEPS = """
    import threading

    turns = [threading.Semaphore(1), threading.Semaphore(0)]

    def run(number):
        for round in range(300):
            turns[number].acquire()
            print(2 * round + number)
            turns[1 - number].release()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    {ending}
"""


def test_of_a_run_with_many_steps_the_last_ones_are_reported_with_all_output(program: Any) -> None:
    path = program(MANY_STEPS.format(ending=""))
    run = json.loads(python("-c", RUN_CHOICES, str(path), "[]", "to the end"))
    assert run["kind"] == "ok"
    assert len(run["steps"]) == 200
    assert run["stepCount"] >= 600
    assert run["steps"][-1]["who"] == "The main thread"
    printed = run["printedBefore"] + "".join(step["stdout"] for step in run["steps"])
    assert printed == "".join(f"{number}\n" for number in range(600))


def test_of_an_interleaving_with_many_steps_the_first_ones_are_reported(program: Any) -> None:
    path = program(MANY_STEPS.format(ending="raise SystemExit(1)"))
    found = explore(path, "--runs", "1")
    group = found["groups"][0]
    assert len(group["steps"]) == 200
    assert group["stepCount"] >= 600
    assert group["steps"][0]["who"] == "The main thread"
    text = python("-m", "explorer", str(path), "--runs", "1", status=(1,))
    assert text.endswith(f"\n  … and {group['stepCount'] - 200:,} more steps\n")
