"""Tests of running files in a browser, with a fake harness that prints planned events."""

import json
import sys
from pathlib import Path

import pytest

from mkdocs_runnable import parts
from mkdocs_runnable.cli import main
from mkdocs_runnable.recording.browser import Ended, to_execution
from mkdocs_runnable.recording.execute import Chunk
from mkdocs_runnable.snippets.snippet import Library
from tests.conftest import AddSnippet

type Output = pytest.CaptureFixture[str]

# Replaces the Node program: saves its arguments, and then prints the events in plan.json.
HARNESS = """
import json, pathlib, sys
here = pathlib.Path(__file__).parent
(here / "arguments.json").write_text(json.dumps(sys.argv[1:]))
plan = json.loads((here / "plan.json").read_text())
for file, events in zip(sys.argv[-len(plan["runs"]):], plan["runs"]):
    for event in events:
        print(event if isinstance(event, str) else json.dumps({"file": file, **event}), flush=True)
# Without a failure, this line could appear between two lines that the command prints.
if plan["status"]:
    print("the harness explains why", file=sys.stderr)
sys.exit(plan["status"])
"""


@pytest.fixture
def root(library: Library, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter a project in which browser runs are replaced by a plan."""
    root = library.root.parent
    (root / "mkdocs.yml").write_text("plugins: [runnable: {runtime: runtime}]")
    (root / "runtime").mkdir()
    harness = root / "harness.py"
    harness.write_text(HARNESS)
    monkeypatch.setattr(parts, "find_node", lambda: Path(sys.executable))
    monkeypatch.setattr(parts, "harness", lambda: harness)
    monkeypatch.chdir(root)
    return root


def plan(root: Path, *runs: list[object], status: int = 0) -> None:
    """Plan the events of each file that is going to run, and the exit status of the harness."""
    (root / "plan.json").write_text(json.dumps({"runs": runs, "status": status}))


def printed(stream: str, text: str) -> dict[str, object]:
    """Return the event for a text on a stream, or for a note about the run."""
    return {"type": stream, "text": text}


def ended(outcome: str = "finished", status: int = 0, **more: object) -> dict[str, object]:
    """Return the event for the end of a run."""
    return {"type": "ended", "outcome": outcome, "status": status, **more}


def test_check_prints_the_output_and_the_exit_status_of_each_file(
    root: Path, capfd: Output
) -> None:
    (root / "one.py").write_text("")
    (root / "two.py").write_text("")
    (root / "extra").mkdir()
    plan(
        root,
        [printed("stdout", "out\n"), printed("stderr", "err\n"), ended()],
        [printed("stdout", "more\n"), ended("failed", 3, message="SystemExit")],
    )
    command = ["check", "--browser", "--engine", "firefox", "--path", "extra", "one.py", "two.py"]
    assert main(command) == 1
    captured = capfd.readouterr()
    assert captured.out == "out\nmore\n"
    assert "err\n" in captured.err
    assert "one.py: exit status 0\n" in captured.err
    assert "two.py: exit status 3 (SystemExit)\n" in captured.err
    arguments = json.loads((root / "arguments.json").read_text())
    assert arguments[:4] == ["--engine", "firefox", "--runtime", str(root / "runtime")]
    assert arguments[arguments.index("--path") + 1] == str(root / "extra")
    assert arguments[-2:] == [str(root / "one.py"), str(root / "two.py")]


def test_check_prints_the_notes_of_each_run_after_its_output(root: Path, capfd: Output) -> None:
    (root / "one.py").write_text("")
    (root / "two.py").write_text("")
    plan(
        root,
        [
            printed("stderr", "err\n"),
            printed("note", "No curses."),
            printed("note", "No fork."),
            ended(),
        ],
        [ended("failed", 1)],
    )
    assert main(["check", "--browser", "one.py", "two.py"]) == 1
    captured = capfd.readouterr()
    assert captured.out == ""
    assert (
        "err\n"
        "one.py: note: No curses.\n"
        "one.py: note: No fork.\n"
        "one.py: exit status 0\n"
        "two.py: exit status 1\n"
    ) in captured.err


@pytest.mark.parametrize(
    ("events", "status", "message"),
    [
        (
            [],
            3,  # the status of the harness if there is no browser
            "Error: cannot run programs in chromium. The message above says what is missing.",
        ),
        ([], 1, "Error: the browser harness ended with status 1 before "),
        (
            ["not JSON"],
            0,
            "Error: the browser harness printed something other than an event: 'not JSON'",
        ),
        (["{}"], 0, "Error: the browser harness printed something other than an event: '{}'"),
    ],
)
def test_a_harness_that_fails_is_an_error(
    root: Path, capfd: Output, events: list[object], status: int, message: str
) -> None:
    (root / "one.py").write_text("")
    plan(root, events, status=status)
    assert main(["check", "--browser", "one.py"]) == 2
    assert message in capfd.readouterr().err


def test_a_run_that_does_not_end_fails(root: Path, capfd: Output) -> None:
    (root / "one.py").write_text("")
    plan(root, [ended("timeout", 0)])
    assert main(["check", "--browser", "one.py"]) == 1
    assert "one.py: stopped at its time limit" in capfd.readouterr().err


def test_all_snippets_are_compared_with_their_recordings(
    root: Path, add_snippet: AddSnippet, capfd: Output
) -> None:
    add_snippet("tea/cup", "", "2 cups\n")
    add_snippet("tea/kettle", '# /// script\n# [tool.runnable]\n# native = "Fire."\n# ///\n', "")
    add_snippet("tea/pot", "", "took 2 s\n2> careful\n")
    plan(
        root,
        [printed("stdout", "1 cup\n"), ended()],
        [
            printed("stdout", "took 9 s\n"),
            printed("stderr", "careful\n"),
            printed("note", "Hot."),
            ended(),
        ],
    )
    assert main(["check", "--browser"]) == 1
    err = capfd.readouterr().err
    assert "skipped tea/kettle (0.0 s): Fire." in err
    assert "failed  tea/cup" in err
    assert "-2 cups\n+1 cup" in err
    assert "passed  tea/pot" in err
    assert "Hot." not in err
    assert err.endswith("1 passed, 1 failed, 1 skipped\n")


@pytest.mark.parametrize("names", [[], ["one.py"]])
def test_the_harness_receives_the_libraries_that_the_project_declares(
    root: Path, add_snippet: AddSnippet, names: list[str]
) -> None:
    (root / "one.py").write_text("")
    add_snippet("tea/pot", "", "")
    plan(root, [ended()])
    assert main(["check", "--browser", *names]) == 0
    assert "--dependencies" not in json.loads((root / "arguments.json").read_text())
    options = "{runtime: runtime, dependencies: [fastapi, 'httpx >= 0.28']}"
    (root / "mkdocs.yml").write_text(f"plugins: [runnable: {options}]")
    assert main(["check", "--browser", *names]) == 0
    arguments = json.loads((root / "arguments.json").read_text())
    assert arguments[arguments.index("--dependencies") + 1] == "fastapi httpx>=0.28"


def test_output_of_a_symbolic_link_names_its_target(
    library: Library, add_snippet: AddSnippet
) -> None:
    path = add_snippet("tea/a b", "")
    library.path("tea/link").symlink_to(path)
    chunk = Chunk("stderr", "/home/reader/a b.py:3: RuntimeWarning: cold\n")
    execution = to_execution(library.path("tea/link"), [chunk], Ended("finished", 0, ""))
    assert execution.chunks == (Chunk("stderr", f"{path}:3: RuntimeWarning: cold\n"),)


def test_the_path_in_the_sandbox_is_replaced_by_the_path_of_the_file() -> None:
    path = Path("/somewhere/snippets/tea/brewing.py")
    chunk = Chunk("stderr", "/home/reader/brewing.py:3: RuntimeWarning: cold\n")
    execution = to_execution(path, [chunk], Ended("finished", 0, ""))
    assert execution.chunks == (Chunk("stderr", f"{path}:3: RuntimeWarning: cold\n"),)
