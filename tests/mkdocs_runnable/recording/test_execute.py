"""Tests that running a file gives the same result as typing ``python name.py``."""

import os
import signal
import sys
import textwrap
import time
from pathlib import Path

import pytest

from mkdocs_runnable.recording.execute import MAX_OUTPUT_BYTES, Chunk, Execution, interpreter, run
from mkdocs_runnable.recording.tidy import tidy


@pytest.fixture
def python(tmp_path: Path) -> "Run":
    """Return a function that runs a program given as text."""
    return Run(tmp_path)


class Run:
    """Runs a program given as text."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "demo.py"

    def __call__(self, source: str, timeout: float = 20, extra: Path | None = None) -> Execution:
        self.path.write_text(textwrap.dedent(source))
        return run(self.path, timeout=timeout, extra_path=extra)


def test_a_file_runs_as_an_ordinary_program(python: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # Variables that would change how Python behaves. The run must not inherit them.
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    monkeypatch.setenv("FORCE_COLOR", "1")
    execution = python("""
        import os, sys, __main__
        print(__name__, sys.argv, sys.path[0], os.getcwd(), __file__)
        print(__main__.__dict__ is globals(), __builtins__ is sys.modules["builtins"])
        print([entry for entry in sys.path if "mkdocs_runnable" in entry])
        print("PYTHONHASHSEED" in os.environ, "PYTHONASYNCIODEBUG" in os.environ)
        print(os.environ["NO_COLOR"], "FORCE_COLOR" in os.environ)
        print(sys.stdout.encoding, sys.stdout.isatty(), sys.stdout.fileno(), sys.stderr.fileno())
        print(sys.stdin.read() == "")
        print(sorted({"asyncio", "threading", "selectors", "traceback"} & set(sys.modules)))
    """)
    folder = python.path.parent
    assert execution.text("stdout").splitlines() == [
        f"__main__ ['demo.py'] {folder} {folder} {python.path}",
        "True True",
        "[]",
        "False False",
        "1 False",
        "utf-8 False 1 2",
        "True",
        "[]",
    ]
    assert execution.text("stderr") == ""
    assert (execution.status, execution.stopped) == (0, None)


@pytest.mark.parametrize("traced", [False, True])
@pytest.mark.parametrize(
    "name", ["a b", "-x", "--", "100%: (1) [a]", "grün 茶", "1", "__main__", "__init__", "a.b"]
)
def test_a_file_of_any_name_runs_and_its_traceback_is_tidied(
    tmp_path: Path, name: str, *, traced: bool
) -> None:
    path = tmp_path / "a: b" / f"{name}.py"
    path.parent.mkdir()
    path.write_text("import warnings\n\nwarnings.warn('cold')\nraise ValueError\n")
    events = tmp_path / "events"
    events.mkdir()
    execution = run(path, timeout=20, trace=events if traced else None)
    assert execution.status == 1
    assert tidy(execution.text("stderr"), path) == (
        f"{path.name}:3: UserWarning: cold\n"
        "  warnings.warn('cold')\n"
        "Traceback (most recent call last):\n"
        f'  File "{path.name}", line 4, in <module>\n'
        "    raise ValueError\n"
        "ValueError\n"
    )
    assert bool(list(events.iterdir())) is traced


def test_the_order_of_both_streams_is_preserved(python: Run) -> None:
    execution = python("""
        import sys
        for number in range(300):
            print("out", number)
            print("err", number, file=sys.stderr)
    """)
    lines = [(chunk.stream, line) for chunk in execution.chunks for line in chunk.text.splitlines()]
    expected = []
    for number in range(300):
        expected += [("stdout", f"out {number}"), ("stderr", f"err {number}")]
    assert lines == expected


def test_an_incomplete_line_is_held_back_until_it_is_flushed_or_the_program_ends(
    python: Run,
) -> None:
    execution = python("""
        import sys
        print("a", end="")
        print("error", file=sys.stderr)
        print("b", end="", flush=True)
        print("error", file=sys.stderr)
        sys.stdout.write("the end")
    """)
    assert execution.chunks == (
        Chunk("stderr", "error\n"),
        Chunk("stdout", "ab"),
        Chunk("stderr", "error\n"),
        Chunk("stdout", "the end"),
    )


def test_lines_of_different_threads_are_not_mixed(python: Run) -> None:
    execution = python("""
        import sys, threading
        sys.setswitchinterval(1e-6)
        def work(letter):
            for _ in range(300):
                print(letter, letter * 20, sep="", end="")
                print()
                print(letter * 21, file=sys.stderr)
        threads = [threading.Thread(target=work, args=letter) for letter in "xyz"]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """)
    for stream in ("stdout", "stderr"):
        lines = execution.text(stream).splitlines()
        assert sorted(lines) == sorted(letter * 21 for letter in "xyz" for _ in range(300))


def test_an_incomplete_line_of_a_thread_is_not_lost(python: Run) -> None:
    execution = python("""
        import threading
        thread = threading.Thread(target=print, args=("left",), kwargs={"end": ""})
        thread.start()
        thread.join()
    """)
    assert execution.text("stdout") == "left"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_output_of_child_processes_is_part_of_the_run(python: Run, method: str) -> None:
    source = """
        import multiprocessing, sys
        from concurrent.futures import ProcessPoolExecutor

        def work(number):
            print("out", number)
            print("err", number, file=sys.stderr)
            return number

        if __name__ == "__main__":
            context = multiprocessing.get_context("METHOD")
            with ProcessPoolExecutor(2, context) as pool:
                print(list(pool.map(work, range(4))))
    """
    execution = python(source.replace("METHOD", method))
    assert sorted(execution.text("stdout").splitlines()) == [
        "[0, 1, 2, 3]",
        *(f"out {number}" for number in range(4)),
    ]
    assert sorted(execution.text("stderr").splitlines()) == [f"err {number}" for number in range(4)]


def test_a_fork_does_not_write_an_incomplete_line_twice(python: Run) -> None:
    execution = python("""
        import os, sys
        sys.stdout.write("once")
        child = os.fork()
        if not child:
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)
    """)
    assert execution.text("stdout") == "once"


def test_output_that_the_program_captures_has_no_control_characters(python: Run) -> None:
    # In the output of the run, control characters separate stderr from stdout.
    execution = python("""
        import subprocess, sys
        code = "import sys; print('out'); print('err', file=sys.stderr)"
        for stderr in (subprocess.PIPE, subprocess.STDOUT):
            done = subprocess.run(
                [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=stderr, text=True
            )
            print(repr(done.stdout), repr(done.stderr))
    """)
    first, second = execution.text("stdout").splitlines()
    assert first == r"'out\n' 'err\n'"
    # The child buffers its stdout, so the order of the two lines is not certain. The test compares
    # only the characters.
    assert sorted(second) == sorted(r"'out\nerr\n' None")
    assert execution.text("stderr") == ""


def test_an_uncaught_exception_is_written_to_stderr(python: Run) -> None:
    execution = python("print('before')\n1 / 0\n")
    assert execution.status == 1
    assert execution.text("stdout") == "before\n"
    assert execution.text("stderr").startswith("Traceback")
    assert execution.text("stderr").endswith("ZeroDivisionError: division by zero\n")


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("raise SystemExit(3)", 3),
        ("import os; os._exit(7)", 7),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137),
        ("input()", 1),
    ],
)
def test_the_exit_status_is_the_one_that_shells_show(python: Run, source: str, status: int) -> None:
    assert python(source).status == status


def test_ctrl_c_interrupts_the_program_even_if_the_parent_ignores_it(python: Run) -> None:
    # Shells ignore SIGINT in the same way for the programs that they start in the background.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        execution = python("""
            import signal
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:
                print("interrupted")
        """)
    finally:
        signal.signal(signal.SIGINT, before)
    assert execution.chunks == (Chunk("stdout", "interrupted\n"),)


def test_the_time_limit_kills_the_program_and_its_children(python: Run) -> None:
    execution = python(
        """
        import subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        print(child.pid)
        while True: pass
        """,
        timeout=1,
    )
    assert execution.stopped == "time"
    assert execution.seconds < 10
    assert not is_running(int(execution.text("stdout")))


def test_a_child_that_outlives_the_program_is_killed(python: Run) -> None:
    execution = python("""
        import subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        print(child.pid)
    """)
    assert execution.stopped is None
    assert execution.status == 0
    assert execution.seconds < 15
    assert not is_running(int(execution.text("stdout")))


def is_running(process: int) -> bool:
    """Wait up to a second for a process to end, and return whether it still runs.

    A process that has ended counts as ended even if its parent has not received its status yet (a
    zombie). Only systems with /proc tell such a process from one that runs.
    """
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                return False
            state = "?"
        if state == "Z":
            return False
    return True


def test_a_program_that_closes_its_streams_still_has_a_time_limit(python: Run) -> None:
    execution = python("import os, time\nos.close(1)\nos.close(2)\ntime.sleep(60)\n", timeout=1)
    assert execution.stopped == "time"


def test_endless_output_stops_the_program(python: Run) -> None:
    execution = python("while True: print('again' * 100)")
    assert execution.stopped == "output"
    assert len(execution.text("stdout")) < 2 * MAX_OUTPUT_BYTES


def test_modules_in_the_extra_folder_can_be_imported(python: Run, tmp_path: Path) -> None:
    folder = tmp_path / "extra"
    folder.mkdir()
    (folder / "kettle.py").write_text("water = 'hot'\n")
    execution = python("import kettle; print(kettle.water)", extra=folder)
    assert execution.text("stdout") == "hot\n"
    assert not (folder / "__pycache__").exists()


def test_output_is_passed_on_while_the_program_runs(python: Run, tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    python.path.write_text(
        "import os, time\n"
        "print('question', flush=True)\n"
        f"while not os.path.exists({str(answer)!r}): time.sleep(0.01)\n"
        "print('answered')\n"
    )

    def reply(chunk: Chunk) -> None:
        answer.write_text(chunk.text)

    assert run(python.path, timeout=20, on_chunk=reply).stopped is None


def test_any_text_is_passed_on_unchanged(python: Run) -> None:
    execution = python(r"print('naïve ☕ \U0001f600 </pre>\ttab')")
    assert execution.text("stdout") == "naïve ☕ \U0001f600 </pre>\ttab\n"


def test_the_interpreter_has_a_name() -> None:
    name = f"CPython {sys.version_info[0]}.{sys.version_info[1]}"
    assert interpreter() in (name, name + "t")
