"""Tests of the command line, as users see it."""

import argparse
import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mkdocs_runnable.cli import main, make_parser
from mkdocs_runnable.recording.record import record, undeclared_import
from mkdocs_runnable.snippets.snippet import Library
from tests.conftest import REPOSITORY, AddSnippet

type Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def in_project(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test in the folder of a temporary project."""
    monkeypatch.chdir(library.root.parent)


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield a parser and those of its subcommands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()


def test_every_command_and_option_has_a_help_text() -> None:
    for parser in _parsers(make_parser()):
        assert parser.description, parser.prog
        for action in parser._actions:
            is_explained = action.help or isinstance(action, argparse._SubParsersAction)
            assert is_explained, f"{parser.prog} {action.dest}"


def test_check_prints_what_the_program_prints(tmp_path: Path, capfd: Output) -> None:
    path = tmp_path / "demo.py"
    path.write_text("import sys; print('out'); print('err', file=sys.stderr); sys.exit(4)\n")
    assert main(["check", str(path)]) == 1
    captured = capfd.readouterr()
    assert captured.out == "out\n"
    assert captured.err == "err\ndemo.py: exit status 4\n"


def test_check_runs_the_remaining_files_after_a_failure(tmp_path: Path, capfd: Output) -> None:
    (tmp_path / "bad.py").write_text("1 / 0\n")
    (tmp_path / "good.py").write_text("print('fine')\n")
    assert main(["check", "bad.py", "good.py"]) == 1
    assert capfd.readouterr().out == "fine\n"
    assert main(["check", "good.py"]) == 0


def test_check_works_outside_of_a_project(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capfd: Output
) -> None:
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "demo.py").write_text("import kettle; print(kettle.state)\n")
    (folder / "modules").mkdir()
    (folder / "modules" / "kettle.py").write_text("state = 'hot'\n")
    monkeypatch.chdir(folder)
    assert main(["check", "--path", "modules", "demo.py"]) == 0
    assert capfd.readouterr().out == "hot\n"


def test_check_stops_a_program_at_the_time_limit_of_its_header(
    tmp_path: Path, capfd: Output
) -> None:
    header = "# /// script\n# [tool.runnable]\n# timeout = 0.5\n# ///\n"
    (tmp_path / "demo.py").write_text(header + "while True: pass\n")
    assert main(["check", "demo.py"]) == 1
    assert "demo.py: stopped at its time limit of 0.5 seconds" in capfd.readouterr().err


def test_check_without_files_checks_all_snippets(add_snippet: AddSnippet, capfd: Output) -> None:
    # Measured times may differ from the recording.
    add_snippet("tea/good", "print('tea took 1 s')\n", "tea took 2 s\n")
    add_snippet("tea/later", '# /// script\n# requires-python = ">=4"\n# ///\n')
    assert main(["check"]) == 0
    err = capfd.readouterr().err
    assert "passed  tea/good" in err
    assert "skipped tea/later" in err
    assert "requires Python >=4, this is CPython" in err
    assert err.endswith("1 passed, 1 skipped\n")
    add_snippet("tea/wrong", "print('1 cup')\n", "2 cups\n")
    add_snippet("tea/bare", "print('no recording')\n")
    assert main(["check"]) == 1
    err = capfd.readouterr().err
    assert "-2 cups\n+1 cup\n" in err
    assert "skipped tea/bare (0.0 s): not recorded yet" in err
    assert err.endswith("1 passed, 1 failed, 2 skipped\n")


def test_check_fails_for_a_missing_recording_if_the_project_requires_recordings(
    library: Library, add_snippet: AddSnippet, capfd: Output
) -> None:
    configuration = library.root.parent / "mkdocs.yml"
    configuration.write_text("plugins: [runnable: {recordings: required}]")
    add_snippet("tea/bare", "print('no recording')\n")
    assert main(["check"]) == 1
    message = "snippets/tea/bare.out: tea/bare.py has no recording. Run `python -m "
    assert message in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "gone.py"], "Error: gone.py: there is no such file.\n"),
        (["check", "tea/gone"], "Error: snippets/tea/gone.py: there is no such file.\n"),
        (
            ["check", "--engine", "firefox"],
            "Error: --engine selects a browser, so it needs --browser",
        ),
        (["check", "--path", "gone"], "Error: --path gone: there is no such folder.\n"),
        (
            ["check", "--path", "."],
            "Error: --path is for files that the command line names, and for --browser. Name a "
            "FILE, or leave --path out.\n",
        ),
        (["check", "--browser"], "Error: there is no folder 'gone', in which the option `runtime`"),
        (["check", "gone.ipynb"], "Error: gone.ipynb: there is no such file.\n"),
        (
            ["check", "--browser", "times.ipynb"],
            "Error: times.ipynb: notebooks do not run in browsers.\n",
        ),
        (["record", "plain.py"], "Error: plain.py is not a snippet, and only snippets"),
        (["record", "plain"], "Error: snippets/plain.py: there is no such file."),
        (["new", "tea/"], "Error: 'tea/' cannot be the name of a snippet: it ends in '/', so"),
    ],
)
def test_an_error_is_one_line_without_a_traceback(
    arguments: list[str], message: str, tmp_path: Path, capfd: Output
) -> None:
    (tmp_path / "plain.py").write_text("print(1)\n")
    (tmp_path / "mkdocs.yml").write_text("plugins: [runnable: {runtime: gone}]")
    assert main(arguments) == 2
    assert capfd.readouterr().err.startswith(message)


def test_judge_compares_runs_with_recordings_and_saves_the_results(
    library: Library, add_snippet: AddSnippet, monkeypatch: pytest.MonkeyPatch, capfd: Output
) -> None:
    configuration = library.root.parent / "mkdocs.yml"
    configuration.write_text("plugins: [runnable: {verification: results}]")
    add_snippet("tea/pot", "", "hot after 1 s\n2> careful\n[exit status 1]\n")
    add_snippet("tea/cup", "", "2 cups\n")
    add_snippet("tea/kettle", '# /// script\n# [tool.runnable]\n# native = "Fire."\n# ///\n', "")
    chunks = [
        {"stream": "stdout", "text": "hot after 3 s\n"},
        {"stream": "stderr", "text": "careful\n"},
    ]
    pot = json.dumps({"name": "tea/pot", "chunks": chunks, "status": 1})
    cup = json.dumps({"name": "tea/cup", "chunks": chunks[:1], "status": 0})
    arguments = ["judge", "firefox", "--browser-version", "Firefox 153", "--python-version", "3.14"]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{pot}\n"))
    assert main(arguments) == 0
    assert capfd.readouterr().err == "1 as recorded, 0 different\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{pot}\n{cup}\n"))
    assert main(arguments) == 1
    err = capfd.readouterr().err
    assert "-2 cups" in err
    assert err.endswith("1 as recorded, 1 different\n")
    kept = json.loads((library.root.parent / "results/firefox.json").read_text())
    assert kept["runner"]["engine"] == "Firefox 153"
    outcomes = {name: result["outcome"] for name, result in kept["results"].items()}
    assert outcomes == {"tea/pot": "passed", "tea/cup": "failed", "tea/kettle": "skipped"}


@pytest.mark.parametrize("run", ["{}", "[", '{"name": "tea/gone", "chunks": [], "status": 0}'])
def test_judge_refuses_input_that_is_not_a_run_of_a_snippet(
    run: str, monkeypatch: pytest.MonkeyPatch, capfd: Output
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(run))
    versions = ["--browser-version", "Firefox 153", "--python-version", "3.14"]
    assert main(["judge", "firefox", *versions]) == 2
    assert "run" in capfd.readouterr().err


def test_port_fails_while_the_port_is_in_use(capfd: Output) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["port", str(port)]) == 2
        err = capfd.readouterr().err
        assert f"port {port} of 127.0.0.1 cannot be used" in err
        assert "make" not in err, "only this repository has a Makefile"
    assert main(["port", str(port)]) == 0


def test_record_rewrites_a_recording_only_if_it_changed_or_is_named(
    library: Library, add_snippet: AddSnippet, capfd: Output
) -> None:
    path = add_snippet("tea/pot", "import time\nprint(time.perf_counter(), 's')\n")
    recording = path.with_suffix(".out")
    assert main(["record"]) == 0
    assert capfd.readouterr().err == "new       tea/pot\n"
    first = recording.read_text()
    assert main(["record"]) == 0
    assert capfd.readouterr().err == "unchanged tea/pot\n"
    assert recording.read_text() == first, (
        "a different measured time alone does not change a recording"
    )
    assert main(["record", "tea/pot"]) == 0
    assert capfd.readouterr().err == "changed   tea/pot\n"
    assert recording.read_text() != first, "a snippet that is named is always recorded again"
    path.write_text("print('cold')\nraise SystemExit(3)\n")
    assert main(["record", "tea/pot"]) == 0
    err = capfd.readouterr().err
    assert "changed   tea/pot" in err
    assert "+cold" in err
    assert "Warning: tea/pot: the program ended with exit status 3" in err
    assert recording.read_text() == "cold\n[exit status 3]\n"
    origins = json.loads((library.root / "recordings.json").read_text())
    assert set(origins) == {"tea/pot"}
    assert origins["tea/pot"]["interpreter"].startswith("CPython 3.")


@pytest.mark.parametrize(
    ("header", "body", "undeclared"),
    [
        ("", "import json, pluggy.hooks\nfrom . import x\n", "pluggy"),
        ("", "from pluggy import HookspecMarker\n", "pluggy"),
        ("# dependencies = ['pluggy']\n", "import pluggy\n", None),
        ("# [tool.runnable]\n# native = 'It needs a socket.'\n", "import pluggy\n", None),
        ("", "try:\n    import pluggy\nexcept ImportError:\n    pluggy = None\n", None),
        ("", "def pot():\n    import pluggy\n", None),
        ("", "import os.path\nfrom __future__ import annotations\n", None),
    ],
)
def test_a_library_that_a_program_always_imports_has_to_be_declared(
    library: Library, add_snippet: AddSnippet, header: str, body: str, undeclared: str | None
) -> None:
    head = f"# /// script\n{header}# ///\n" if header else ""
    path = add_snippet("tea/pot", "")
    path.write_text(head + body)
    assert undeclared_import(library.load("tea/pot"), library) == undeclared


@pytest.mark.parametrize(
    ("declared", "source", "undeclared"),
    [
        ("pluggy", "import pluggy\n", None),
        ("Pluggy>=1", "import pluggy\n", None),
        # pytest requires pluggy and iniconfig, and provides the packages pytest and _pytest.
        ("pytest", "import _pytest.config\nimport pluggy, iniconfig\n", None),
        ("pytest", "import pluggy, markdown\n", "markdown"),
        ("not-installed-here", "import pluggy\n", "pluggy"),
        ("not-installed-here", "import not_installed_here\n", None),
    ],
)
def test_a_project_can_declare_libraries_for_all_programs(
    library: Library, add_snippet: AddSnippet, declared: str, source: str, undeclared: str | None
) -> None:
    add_snippet("tea/pot", source)
    shared = Library(library.root, [declared])
    assert undeclared_import(shared.load("tea/pot"), shared) == undeclared


def test_record_knows_the_libraries_of_the_project(
    library: Library, add_snippet: AddSnippet, capfd: Output
) -> None:
    configuration = "plugins: [runnable: {dependencies: [pluggy]}]"
    (library.root.parent / "mkdocs.yml").write_text(configuration)
    add_snippet("tea/cup", "import markdown\nprint('full')\n")
    add_snippet("tea/pot", "import pluggy\nprint('hot')\n")
    assert main(["record"]) == 0
    assert capfd.readouterr().err == (
        "new       tea/cup\n"
        "Warning: tea/cup: it imports markdown, which neither its header nor the option "
        "`dependencies` declares, so it fails in browsers. Is that intended?\n"
        "new       tea/pot\n"
    )


def test_record_warns_about_an_import_that_fails_in_browsers(
    add_snippet: AddSnippet, capfd: Output
) -> None:
    path = add_snippet("tea/pot", "import pluggy\nprint('hot')\n")
    assert main(["record"]) == 0
    assert capfd.readouterr().err == (
        "new       tea/pot\n"
        "Warning: tea/pot: it imports pluggy, which its header does not declare, so it fails in "
        "browsers. Is that intended?\n"
    )
    path.write_text("import pluggy\nraise SystemExit(3)\n")
    assert main(["record"]) == 0
    assert capfd.readouterr().err.endswith(
        "Warning: tea/pot: the program ended with exit status 3; it imports pluggy, which its "
        "header does not declare, so it fails in browsers. Is that intended?\n"
    )


def test_record_rewrites_the_recording_of_a_changed_snippet(
    library: Library, add_snippet: AddSnippet
) -> None:
    # The outputs differ only in a measured time, which alone would not change a recording.
    path = add_snippet("tea/pot", "print('2 s')\n")
    assert main(["record"]) == 0
    path.write_text("print('3 s')\n")
    assert [each.outcome for each in record(library, ["tea/pot"])] == ["changed"]
    assert path.with_suffix(".out").read_text() == "3 s\n"


def test_record_keeps_the_old_recording_of_a_program_that_does_not_end(
    add_snippet: AddSnippet, capfd: Output
) -> None:
    header = "# /// script\n# [tool.runnable]\n# timeout = 0.5\n# ///\n"
    path = add_snippet("tea/pot", header + "while True: pass\n", "old\n")
    assert main(["record"]) == 1
    assert "tea/pot.py: stopped at its time limit" in capfd.readouterr().err
    assert path.with_suffix(".out").read_text() == "old\n"


def test_record_continues_after_a_failure_and_lists_all_failures_at_the_end(
    library: Library, add_snippet: AddSnippet, capfd: Output
) -> None:
    header = "# /// script\n# [tool.runnable]\n# timeout = 0.5\n# ///\n"
    add_snippet("tea/endless", header + "while True: pass\n")
    add_snippet("tea/half", "if True\n")
    functions = add_snippet("tea/lib", "def brew() -> None: ...\n")
    marked = add_snippet("tea/marked", "print('2> cups')\n")
    pot = add_snippet("tea/pot", "print('hot')\n")
    assert main(["record"]) == 1
    lines = capfd.readouterr().err.splitlines()
    assert lines[:5] == [
        "failed    tea/endless",
        "failed    tea/half",
        "new       tea/lib",
        "failed    tea/marked",
        "new       tea/pot",
    ]
    assert lines[5] == "3 files could not be recorded:"
    assert len(lines) == 9, "one line for each failure"
    assert lines[6].startswith("  snippets/tea/endless.py: stopped at its time limit of 0.5 s")
    assert lines[7].startswith("  snippets/tea/half.py:1: syntax error")
    assert lines[8].startswith("  snippets/tea/marked.py: line 1 of the output")
    assert functions.with_suffix(".out").read_text() == "", "a module that prints nothing"
    assert pot.with_suffix(".out").read_text() == "hot\n"
    assert not marked.with_suffix(".out").exists()
    origins = json.loads((library.root / "recordings.json").read_text())
    assert set(origins) == {"tea/lib", "tea/pot"}


def test_record_refuses_output_that_looks_like_stderr(
    add_snippet: AddSnippet, capfd: Output
) -> None:
    add_snippet("tea/pot", "print('2> cups')\n")
    assert main(["record", "tea/pot"]) == 1
    assert capfd.readouterr().err.splitlines()[:2] == [
        "failed    tea/pot",
        "1 file could not be recorded:",
    ]


def test_record_saves_each_recording_before_the_next_program_runs(
    library: Library, add_snippet: AddSnippet
) -> None:
    for name in ("tea/cup", "tea/pot"):
        add_snippet(name, "print('hot')\n")
    next(record(library, ["tea/cup", "tea/pot"]))
    assert set(json.loads((library.root / "recordings.json").read_text())) == {"tea/cup"}


def add_notebook(library: Library, source: str) -> Path:
    """Add a notebook to the project, and set the option with which notebooks are recorded."""
    root = library.root.parent
    (root / "mkdocs.yml").write_text("plugins: [runnable: {notebooks: true}]")
    (root / "docs").mkdir(exist_ok=True)
    cell: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "source": source}
    content = {"cells": [cell | {"execution_count": None}], "metadata": {}}
    path = root / "docs" / "times.ipynb"
    path.write_text(json.dumps(content | {"nbformat": 4, "nbformat_minor": 4}))
    return path


def test_record_and_check_include_notebooks(library: Library, capfd: Output) -> None:
    path = add_notebook(library, "print('hot')")
    assert main(["check"]) == 0
    assert capfd.readouterr().err.startswith("skipped docs/times.ipynb (0.0 s): not recorded yet\n")
    assert main(["record"]) == 0
    assert capfd.readouterr().err == "running   docs/times.ipynb\nnew       docs/times.ipynb\n"
    assert '"hot\\n"' in path.read_text()
    assert main(["record"]) == 0
    assert capfd.readouterr().err == "unchanged docs/times.ipynb\n"
    assert main(["record", "docs/times.ipynb"]) == 0
    assert "changed   docs/times.ipynb\n" in capfd.readouterr().err
    assert main(["check"]) == 0
    assert capfd.readouterr().err.startswith("passed  docs/times.ipynb (")


def test_a_notebook_that_fails_is_reported(library: Library, capfd: Output) -> None:
    path = add_notebook(library, "1 / 0")
    message = "docs/times.ipynb: cell 1, line 1, failed in `1 / 0`: ZeroDivisionError: division by"
    assert main(["record"]) == 1
    lines = capfd.readouterr().err.splitlines()
    assert lines[1:3] == ["failed    docs/times.ipynb", "1 file could not be recorded:"]
    assert lines[3].startswith(f"  {message}")
    assert main(["check", str(path)]) == 1
    err = capfd.readouterr().err
    assert err.startswith("failed  docs/times.ipynb (")
    assert message in err
    assert json.loads(path.read_text())["metadata"] == {}


def test_a_missing_notebook_recording_fails_if_recordings_are_required(
    library: Library, capfd: Output
) -> None:
    add_notebook(library, "1")
    configuration = library.root.parent / "mkdocs.yml"
    configuration.write_text("plugins: [runnable: {notebooks: true, recordings: required}]")
    assert main(["check"]) == 1
    assert "docs/times.ipynb (0.0 s): this notebook has no outputs. Run `" in capfd.readouterr().err


def test_notebooks_are_recorded_only_in_docs_and_only_if_the_option_is_set(
    library: Library, capfd: Output
) -> None:
    path = add_notebook(library, "1 / 0")
    before = path.read_bytes()
    elsewhere = path.parents[1] / "times.ipynb"
    elsewhere.write_bytes(before)
    assert main(["record", "times.ipynb"]) == 2
    assert capfd.readouterr().err == (
        "Error: times.ipynb is not in docs/, and only notebooks that are pages are recorded.\n"
    )
    (library.root.parent / "mkdocs.yml").write_text("plugins: [runnable]")
    assert main(["record"]) == main(["check"]) == 0
    capfd.readouterr()
    assert main(["record", "docs/times.ipynb"]) == 2
    assert "set `notebooks: true` for the plugin `runnable`" in capfd.readouterr().err
    assert path.read_bytes() == before


def test_new_creates_a_snippet_that_passes_the_check(library: Library, capfd: Output) -> None:
    assert main(["new", "tea/pot"]) == 0
    captured = capfd.readouterr()
    assert captured.out == "[snippets/tea/pot.py](../../snippets/tea/pot.py){ .runnable }\n"
    assert library.path("tea/pot").with_suffix(".out").read_text().startswith("Oslo: asked\n")
    assert main(["check"]) == 0
    assert main(["new", "tea/pot"]) == 2
    assert "snippets/tea/pot.py exists already" in capfd.readouterr().err


def test_check_finds_a_snippet_beside_a_folder_of_the_same_name(
    library: Library, add_snippet: AddSnippet, capfd: Output
) -> None:
    (library.root.parent / "tea").mkdir()
    add_snippet("tea", "print('hot')\n")
    assert main(["check", "tea"]) == 0
    assert capfd.readouterr().out == "hot\n"


def test_commands_explain_that_there_is_no_project(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, capfd: Output
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert main(["check"]) == 2
    assert (
        "is not in a project: neither this folder nor one above it contains"
        in capfd.readouterr().err
    )


def test_the_package_runs_as_a_module(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs_runnable", "check", "gone.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "Error: gone.py: there is no such file.\n")


def test_an_older_python_prints_which_version_is_needed(tmp_path: Path) -> None:
    """The test runs ``__main__.py`` as if the version of Python were 3.8."""
    guard = (REPOSITORY / "mkdocs_runnable" / "__main__.py").read_text()
    path = tmp_path / "guard.py"
    path.write_text("import sys\nsys.version_info = (3, 8, 1)\n" + guard)
    done = subprocess.run(
        [sys.executable, path], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert done.stderr.startswith("mkdocs_runnable needs Python 3.12 or newer; this is Python 3.8")


def test_record_refuses_to_watch_a_variable_that_is_never_set(
    add_snippet: AddSnippet, capfd: Output
) -> None:
    header = '# /// script\n# [tool.runnable]\n# watch = ["cups", "reedy"]\n# ///\n'
    path = add_snippet("tea/pot", header + "import time\ncups = ready = []\nprint(time.sleep(0))\n")
    assert main(["record"]) == 1
    message = "tea/pot.py: the header watches 'reedy', which the program never sets. Did you mean "
    assert f"{message}'ready'?" in capfd.readouterr().err
    assert not path.with_suffix(".trace.json").exists()
    path.write_text(path.read_text().replace("reedy", "ready"))
    assert main(["record"]) == 0
    assert '{"cups":[],"ready":[]}' in path.with_suffix(".trace.json").read_text()


def test_record_keeps_a_trace_without_waits_only_if_the_header_sets_timeline(
    add_snippet: AddSnippet,
) -> None:
    path = add_snippet("tea/sum", "print(sum(range(100)))\n")
    trace = path.with_suffix(".trace.json")
    assert main(["record"]) == 0
    assert not trace.exists()
    path.write_text("# /// script\n# [tool.runnable]\n# timeline = true\n# ///\nprint(4950)\n")
    assert main(["record"]) == 0
    assert '"MainThread"' in trace.read_text()
