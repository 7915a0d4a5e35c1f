"""Tests of explorations with `--every-bytecode`: threads may switch between any two bytecodes.

The function `explore` returns a report. In it, `breaking` is the number of runs that broke the
program, and `reached` is the number of forced switches up to which every interleaving was run.
Unless the option `--bound` says otherwise, no run has more than two forced switches, which are
switches from a thread that could have continued.
"""

import json
import random
from textwrap import dedent
from types import CodeType
from typing import Any

import pytest
from explorer.accesses import Accesses
from hypothesis import given
from hypothesis import strategies as st

from tests.explorer.test_explorer import REPLAY, SNIPPETS, explore, program, python

# pytest finds the fixture because this module imports it, and this line marks the import as used.
__all__ = ["program"]

WITHDRAW = """
import threading
balance = 100
def withdraw(n):
    global balance
    current = balance
    balance = current - n
a = threading.Thread(target=withdraw, args=(10,), name="Ada")
b = threading.Thread(target=withdraw, args=(20,), name="Ben")
a.start(); b.start(); a.join(); b.join()
assert balance == 70, balance
"""

# For each kind of update: the declarations, the body of the function that each thread calls, and
# the value that must be 2 at the end.
UPDATES = {
    "global": ("count = 0", "global count; count += 1", "count"),
    "attribute": ("class Box: count = 0\nbox = Box()", "box.count += 1", "box.count"),
    "dict item": ("count = {'x': 0}", "count['x'] += 1", "count['x']"),
    "list cell": ("count = [0]", "count[0] += 1", "count[0]"),
    "get and set": ("count = {}", "count['x'] = count.get('x', 0) + 1", "count['x']"),
    "string": ("text = ''", "global text; text += 'a'", "len(text)"),
    "class attribute": ("class Box: count = 0", "Box.count = Box.count + 1", "Box.count"),
}

TWO_THREADS = """
import threading
{declaration}
lock = threading.Lock()
def work():
    {body}
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert {value} == 2, {value}
"""

CLOSURE = """
import threading
def main():
    count = 0
    def work():
        nonlocal count
        count += 1
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    assert count == 2, count
main()
"""


def two_threads(kind: str, *, locked: bool = False) -> str:
    """Return a program in which two threads each make an update of this kind once."""
    declaration, body, value = UPDATES[kind]
    if locked:
        first, _, rest = body.partition("; ")
        body = f"{first}\n    with lock: {rest}" if rest else f"with lock: {body}"
    return TWO_THREADS.format(declaration=declaration, body=body, value=value)


def test_the_textbook_lost_update_is_found_only_between_bytecodes(program: Any) -> None:
    path = program(WITHDRAW)
    assert explore(path)["breaking"] == 0
    found = explore(path, "--every-bytecode")
    group = found["groups"][0]
    assert group["kind"] == "exception"
    assert "AssertionError" in group["ending"]
    assert found["reached"] == 2
    # One forced switch is enough.
    assert explore(path, "--every-bytecode", "--bound", "1")["breaking"] > 0


@pytest.mark.parametrize("kind", UPDATES)
def test_a_lost_update_is_found_within_two_forced_switches(program: Any, kind: str) -> None:
    path = program(two_threads(kind))
    found = explore(path, "--every-bytecode")
    assert found["breaking"] > 0
    assert found["reached"] == 2
    assert "AssertionError: 1" in found["groups"][0]["ending"]


@pytest.mark.parametrize("kind", UPDATES)
def test_an_update_with_a_lock_is_safe_between_any_two_bytecodes(program: Any, kind: str) -> None:
    found = explore(program(two_threads(kind, locked=True)), "--every-bytecode")
    assert found["breaking"] == 0
    assert found["runs"] > 1
    assert found["reached"] == 2


def test_a_lost_update_of_a_variable_in_a_closure_is_found(program: Any) -> None:
    path = program(CLOSURE)
    assert explore(path)["breaking"] == 0
    assert explore(path, "--every-bytecode")["breaking"] > 0


# For each correct program: what its two threads share, what each of them does, and what must be
# true at the end.
SAFE = {
    "reentrant lock": (
        "lock, count = threading.RLock(), 0",
        "global count\nwith lock:\n    with lock:\n        count += 1",
        "count == 2",
    ),
    "acquire and release": (
        "lock, count = threading.Lock(), 0",
        "global count\nlock.acquire()\ntry:\n    count += 1\nfinally:\n    lock.release()",
        "count == 2",
    ),
    "semaphore": (
        "place, count = threading.Semaphore(1), 0",
        "global count\nwith place:\n    count += 1",
        "count == 2",
    ),
    "condition": (
        "turn, count = threading.Condition(), 0",
        "global count\nwith turn:\n    count += 1\n    turn.notify_all()\n"
        "    turn.wait_for(lambda: count == 2)",
        "count == 2",
    ),
    "queue": (
        "import queue\nbox = queue.Queue()",
        "box.put(1)",
        "box.get() + box.get() == 2",
    ),
    "append": ("items = []", "items.append(1)", "items == [1, 1]"),
    "own item": (
        "totals = {}",
        "name = threading.current_thread().name\ntotals[name] = 0\ntotals[name] += 1",
        "sum(totals.values()) == 2",
    ),
    "thread-local data": (
        "own, done = threading.local(), []",
        "own.count = 0\nown.count += 1\ndone.append(own.count)",
        "done == [1, 1]",
    ),
    "atomic default": (
        "groups = {}",
        "groups.setdefault('x', []).append(1)",
        "groups == {'x': [1, 1]}",
    ),
}

# Programs that break in some interleavings, in the same form.
BROKEN = {
    "two locks": (
        "count = 0",
        "global count\nwith threading.Lock():\n    count += 1",
        "count == 2",
    ),
    "lock around the read only": (
        "lock, count = threading.Lock(), 0",
        "global count\nwith lock:\n    seen = count\ncount = seen + 1",
        "count == 2",
    ),
    "default by hand": (
        "groups = {}",
        "if 'x' not in groups:\n    groups['x'] = []\ngroups['x'].append(1)",
        "groups == {'x': [1, 1]}",
    ),
    "lazy creation": (
        "made, shared = [], None",
        "global shared\nif shared is None:\n    made.append(1)\n    shared = object()",
        "len(made) == 1",
    ),
    "swap": (
        "pair = [1, 2]",
        "pair[0], pair[1] = pair[1], pair[0]",
        "sorted(pair) == [1, 2]",
    ),
    "read a length, then write an item": (
        "items = {}",
        "items[len(items)] = 1",
        "len(items) == 2",
    ),
    "property": (
        "class Box:\n    kept = 0\n    @property\n    def count(self): return self.kept\n"
        "    @count.setter\n    def count(self, value): self.kept = value\nbox = Box()",
        "box.count += 1",
        "box.count == 2",
    ),
    "setattr": (
        "class Box: count = 0",
        "setattr(Box, 'count', getattr(Box, 'count') + 1)",
        "Box.count == 2",
    ),
    "globals": ("count = 0", "globals()['count'] = globals()['count'] + 1", "count == 2"),
    "max": ("best = [0]", "best[0] = max(best[0], 1) + 1", "best[0] == 3"),
}


def shared_by_two_threads(shared: str, body: str, expected: str) -> str:
    """Return the program for an entry of `SAFE` or `BROKEN`."""
    body = body.replace("\n", "\n    ")
    return (
        f"import threading\n{shared}\ndef work():\n    {body}\n"
        "threads = [threading.Thread(target=work) for _ in range(2)]\n"
        "for thread in threads: thread.start()\n"
        "for thread in threads: thread.join()\n"
        f"assert {expected}\n"
    )


@pytest.mark.parametrize("kind", SAFE)
def test_a_correct_program_is_safe_between_any_two_bytecodes(program: Any, kind: str) -> None:
    found = explore(program(shared_by_two_threads(*SAFE[kind])), "--every-bytecode")
    assert found["breaking"] == 0, found["groups"][0]
    assert found["runs"] > 1
    assert found["reached"] >= 1


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_program_breaks_between_two_bytecodes(program: Any, kind: str) -> None:
    found = explore(program(shared_by_two_threads(*BROKEN[kind])), "--every-bytecode")
    assert found["groups"][0]["ending"].endswith("AssertionError")


def test_reading_a_variable_of_a_function_before_it_is_set_is_found(program: Any) -> None:
    path = program(
        """
        import threading
        def main():
            thread = threading.Thread(target=lambda: print(greeting))
            thread.start()
            greeting = "hello"
            thread.join()
        main()
        """
    )
    assert "NameError" in explore(path, "--every-bytecode")["groups"][0]["ending"]


def test_threads_can_switch_between_a_check_of_a_list_and_an_action_that_depends_on_it(
    program: Any,
) -> None:
    path = program(
        """
        import threading
        jobs = ["the only one"]
        def work():
            if jobs:
                jobs.pop()
        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        """
    )
    found = explore(path, "--every-bytecode")
    assert "IndexError" in found["groups"][0]["ending"]


def test_reading_a_global_variable_before_it_is_set_is_found(program: Any) -> None:
    path = program(
        """
        import threading
        thread = threading.Thread(target=lambda: print(greeting))
        thread.start()
        greeting = "hello"
        thread.join()
        """
    )
    assert "NameError" in explore(path, "--every-bytecode")["groups"][0]["ending"]


@pytest.mark.parametrize("name", ["doors_locked", "drawers_in_order", "seat_taken"])
def test_the_fixed_programs_of_the_guide_are_safe_between_any_two_bytecodes(name: str) -> None:
    found = explore(SNIPPETS / "interleavings" / f"{name}.py", "--every-bytecode")
    assert found["breaking"] == 0
    assert found["reached"] >= 1


@pytest.mark.parametrize("name", ["doors", "drawers", "seat"])
def test_the_broken_programs_of_the_guide_break_between_two_bytecodes(name: str) -> None:
    assert explore(SNIPPETS / "interleavings" / f"{name}.py", "--every-bytecode")["breaking"] > 0


def test_a_loop_that_does_nothing_is_endless(program: Any) -> None:
    path = program(
        """
        from threading import Thread
        def spin():
            while True:
                pass
        Thread(target=spin).start()
        """
    )
    assert explore(path, "--every-bytecode")["groups"][0]["kind"] == "endless"


def test_the_result_says_where_threads_could_switch(program: Any) -> None:
    path = program(WITHDRAW)
    text = explore(path)["result"]
    assert "none breaks the program" in text
    assert "Threads could switch at calls and at the end of each round of a loop" in text
    assert "CPython 3." in text
    assert "does not show that the program is safe" in text
    text = explore(path, "--every-bytecode")["result"]
    assert "Threads could switch between any two bytecodes" in text
    assert "does not show" not in text


def test_the_result_says_that_more_interleavings_exist(program: Any) -> None:
    path = program(two_threads("global", locked=True))
    text = explore(path, "--every-bytecode", "--runs", "20")["result"]
    assert text.startswith(
        "Tried the first 20 interleavings, including all with at most one forced switch"
    )
    assert "more interleavings with at most 2 forced switches were not tried" in text
    assert "not tried" not in explore(path, "--every-bytecode")["result"]
    # If there are other interleavings, the result of a single run must not call it the only
    # possible one.
    for options in (("--bound", "0", "--runs", "1"), ("--bound", "2", "--runs", "1")):
        text = explore(path, "--every-bytecode", *options)["result"]
        assert text.startswith("Tried one of several possible interleavings: it does not break")
    text = explore(path, "--every-bytecode", "--bound", "1", "--runs", "2")["result"]
    assert "with at most 1 forced switch were not tried" in text
    text = explore(path, "--seed", "3", "--runs", "1")["result"]
    assert text.startswith("Tried 1 random interleaving (seed 3): it does not break the program.")


def test_the_result_for_tasks_says_that_switching_between_bytecodes_makes_no_difference() -> None:
    path = SNIPPETS / "interleavings" / "seat_taken.py"
    default, every_bytecode = explore(path), explore(path, "--every-bytecode")
    for field in ("runs", "groups"):
        assert every_bytecode[field] == default[field]
    assert "Tasks can switch only where they await something" in every_bytecode["result"]
    assert "bytecodes makes no difference" in every_bytecode["result"]
    assert "Threads" not in default["result"]


def test_a_step_says_which_variable_was_read_and_has_not_been_stored_yet(program: Any) -> None:
    found = explore(program(WITHDRAW), "--every-bytecode")
    texts = [step["text"] for step in found["groups"][0]["steps"]]
    assert any("it has read balance = 100 and has not stored it yet" in text for text in texts), (
        texts
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("attribute", "it has read box.count = 0 and has not stored it yet"),
        ("dict item", "it has read count['x'] = 0 and has not stored it yet"),
        ("list cell", "it has read count[0] = 0 and has not stored it yet"),
    ],
)
def test_a_step_says_which_attribute_or_item_has_not_been_stored_yet(
    program: Any, kind: str, expected: str
) -> None:
    found = explore(program(two_threads(kind)), "--every-bytecode")
    texts = [step["text"] for step in found["groups"][0]["steps"]]
    assert any(expected in text for text in texts), texts


# Prints the report on a run of the program in the first argument, with the choices in the second.
RUN_CHOICES = """
import json, sys
from explorer import report

choices = json.loads(sys.argv[2])
print(json.dumps(report.run_choices(sys.argv[1], "program.py", choices, every_bytecode=True)))
"""


def test_an_option_says_what_the_thread_does_next() -> None:
    choices: list[int] = []
    seen = []
    # Choose the first option at each decision, until the program has ended.
    while True:
        report = json.loads(python("-c", RUN_CHOICES, WITHDRAW, json.dumps(choices)))
        options = report["options"]
        if not options:
            break
        seen += [f"{option['who']} {option['text']}" for option in options]
        choices.append(0)
        assert len(choices) < 100
    assert "Ada resumes at line 6 and reads balance" in seen
    assert "Ada resumes at line 7 and stores balance" in seen


@pytest.mark.parametrize("name", ["doors", "drawers", "doors_locked"])
def test_a_replay_of_switches_between_bytecodes_equals_the_run(name: str) -> None:
    script = REPLAY.replace('"program.py")', '"program.py", every_bytecode=True)', 1)
    assert script != REPLAY
    python("-c", script, str(SNIPPETS / "interleavings" / f"{name}.py"))


# Statements, and whether each of them updates `count`.
STATEMENTS = {
    "count += 1": True,
    "x = count; count = x + 1": True,
    "x = 7; y = x * x": False,
    "print(len('a'))": False,
    "box[0] = count": False,
}


@given(st.lists(st.sampled_from(sorted(STATEMENTS)), min_size=1, max_size=3))
def test_each_update_of_a_shared_variable_is_a_read_and_a_store(statements: list[str]) -> None:
    body = "\n    ".join(["global count", *statements])
    source = dedent(f"count = 0\nbox = [0]\ndef work():\n    {body}\n")
    code = compile(source, "program.py", "exec")
    accesses = Accesses(code, source)
    work = next(constant for constant in code.co_consts if isinstance(constant, CodeType))
    updates = sum(STATEMENTS[each] for each in statements)
    points = accesses.in_code(work).values()
    stores = [point for point in points if (point.kind, point.text) == ("store", "count")]
    reads = [point for point in points if (point.kind, point.text) == ("read", "count")]
    assert len(stores) == updates
    assert len(reads) == updates + statements.count("box[0] = count")
    assert all(point.text not in ("x", "y") for point in points)


@pytest.mark.parametrize("signature", ["total", "*, total=0", "*total", "**total"])
def test_an_argument_that_is_replaced_is_read_at_accesses(signature: str) -> None:
    source = f"def main({signature}):\n    work = lambda: print(total)\n    total = 1\n"
    code = compile(source, "program.py", "exec")
    main = next(constant for constant in code.co_consts if isinstance(constant, CodeType))
    work = next(constant for constant in main.co_consts if isinstance(constant, CodeType))
    points = Accesses(code, source).in_code(work).values()
    assert ("read", "total") in {(point.kind, point.text) for point in points}


def test_work_with_local_variables_adds_no_access() -> None:
    source = "def work():\n    total = 0\n    for n in range(9):\n        total += n\n"
    code = compile(source, "program.py", "exec")
    work = next(constant for constant in code.co_consts if isinstance(constant, CodeType))
    kinds = {point.kind for point in Accesses(code, source).in_code(work).values()}
    # Only a run can tell whether the operands of the addition have immutable values.
    assert kinds <= {"evaluate"}


# Explores each program twice: with switches at accesses only, and with switches at every bytecode.
# The first exploration has to find each outcome that the second one finds, with fewer runs.
OUTCOMES = """
import json, sys
from explorer import accesses, search
from explorer.program import Program

class AllBytecodes(accesses.Accesses):
    def _access(self, code, one, before):
        return accesses.Access("evaluate", "")

def outcomes(source, accesses_only):
    program = Program(source, every_bytecode=True)
    if not accesses_only:
        program._accesses = AllBytecodes(program._code, source)
    with program.environment():
        found = search.explore(program, bound=1, runs=5000)
    assert found.reached == 1
    return found.runs, {(group.kind, group.text, group.stdout) for group in found.groups}

for source in json.load(sys.stdin):
    runs, found = outcomes(source, accesses_only=True)
    all_runs, expected = outcomes(source, accesses_only=False)
    assert found >= expected, (source, found, expected)
    assert runs < all_runs
"""

# The beginning of each generated program. Its two threads execute statements from the pool below.
SHARED_STATE = """
import threading
count, flag, text = 1, False, "a"
items, box, lock = [1], {"x": 1}, threading.Lock()
class Shop:
    stock = 1
    def __init__(self):
        self.sold = 0
    def sell(self):
        if self.stock:
            self.stock -= 1
            self.sold += 1
shop = Shop()
def helper(number):
    global count
    count = count + number
"""

STATEMENT_POOL = (
    "count += 1",
    "flag = not flag",
    "text = f'{text}{count}'",
    "items.append(count)",
    "if items: items.pop()",
    "items[-1] += 2",
    "items += [count]",
    "count = len(items)",
    "box['x'] += 1",
    "box['y'] = box.get('y', 0) + 1",
    "shop.sell()",
    "shop.stock = shop.stock * 2",
    "helper(3)",
    "with lock: count *= 2",
    "for each in items: count -= each",
    "for each in range(2): count += each",
    "count = sum(x for x in items)",
    "local = [count, flag]; count = local[0] - 1",
    "try: del box['x']\n    except KeyError: count = 50",
    "count = 5 if flag else count",
)


def test_switching_only_at_accesses_leads_to_every_outcome() -> None:
    """Compare with explorations in which threads can switch at every bytecode."""
    generator = random.Random(1)
    sources = []
    for _ in range(20):
        bodies = [generator.sample(STATEMENT_POOL, 2) for _ in range(2)]
        source = SHARED_STATE
        for name, body in zip(("first", "second"), bodies, strict=True):
            lines = ["global count, flag, text, items", *body]
            source += f"def {name}():\n    " + "\n    ".join(lines) + "\n"
        source += dedent(
            """
            threads = [threading.Thread(target=each) for each in (first, second)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            print(count, flag, text, items, box, shop.stock, shop.sold)
            """
        )
        sources.append(source)
    python("-c", OUTCOMES, stdin=json.dumps(sources))
