"""Tests of recording notebooks whose code has changed."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from mkdocs_runnable.notebooks.machine import Machine
from mkdocs_runnable.notebooks.notebook import find
from mkdocs_runnable.notebooks.record import check, is_current, record
from mkdocs_runnable.project import Project
from mkdocs_runnable.recording.record import Recorded
from tests.mkdocs_runnable.notebooks.conftest import Write, code, read

WHERE = "docs/measured/times.ipynb"


def record_one(path: Path, *, renew: bool = False, timeout: float = 60) -> Recorded:
    """Record one notebook if its code has changed, or in any case with `renew`."""
    (recorded,) = record([(path, WHERE)], renew=renew, timeout=timeout)
    return recorded


def outputs(path: Path) -> str:
    """Return the outputs of all cells of a notebook, as JSON."""
    return json.dumps([cell["outputs"] for cell in read(path).code_cells])


def test_a_notebook_runs_in_its_folder_and_only_if_its_code_has_changed(write: Write) -> None:
    path = write("from jobs import answer", "%time\nprint(answer + 1)")
    folder = path.parent
    (folder / "jobs.py").write_text("import deeper\nanswer = deeper.answer\n")
    (folder / "deeper.py").write_text("answer = 41\n")
    (folder / "other.py").write_text("")
    assert read(path).state == "missing"
    assert record_one(path) == Recorded(WHERE, "new")
    assert '"42\\n"' in outputs(path)
    assert read(path).state == "current"

    recorded = path.read_bytes()
    assert record_one(path) == Recorded(WHERE, "unchanged")
    (folder / "other.py").write_text("changed, but not imported\n")
    assert record_one(path) == Recorded(WHERE, "unchanged")
    path.write_bytes(recorded.replace(b"# Times", b"# A better title"))
    assert record_one(path) == Recorded(WHERE, "unchanged"), "sentences do not change outputs"
    assert record_one(path, renew=True) == Recorded(WHERE, "changed")
    assert "A better title" in path.read_text()

    (folder / "deeper.py").write_text("answer = 1\n")
    assert read(path).state == "outdated"
    assert record_one(path) == Recorded(WHERE, "changed")
    assert '"2\\n"' in outputs(path)
    path.write_text(path.read_text().replace("answer + 1", "answer + 2"))
    assert read(path).state == "outdated"


def test_a_recording_says_where_and_with_what_it_was_made(write: Write) -> None:
    path = write("import json, markdown, pluggy", "print(1)")
    record_one(path)
    origin = read(path).origin
    assert origin
    assert origin.machine == Machine.this()
    assert list(origin.libraries) == ["Markdown", "pluggy"], "the standard library has no version"
    saved = read(path).content["metadata"]["runnable"]
    assert saved == asdict(origin)


def test_a_notebook_has_to_be_recorded_with_new_versions_but_not_on_each_machine(
    write: Write,
) -> None:
    path = write("import pluggy")
    record_one(path)
    notebook = read(path)
    origin = notebook.origin
    assert origin
    assert is_current(notebook)

    def is_current_with(**changes: object) -> bool:
        replace(origin, **changes).save(notebook.content["metadata"])  # type: ignore[arg-type]
        return is_current(notebook)

    machine = origin.machine
    assert is_current_with(machine=replace(machine, cores=99, processor="x", system="y"))
    assert not is_current_with(machine=replace(machine, python="CPython 3.5.1"))
    assert not is_current_with(libraries={"pluggy": "0.1"})
    assert notebook.state == "current", "pages do not call outputs of other versions outdated"


@pytest.mark.parametrize(
    ("mine", "other", "same"),
    [
        ("CPython 3.13.0", "CPython 3.13.11", True),
        ("CPython 3.13.0", "CPython 3.14.0", False),
        ("CPython 3.14.0", "CPython 3.14.0 (free-threaded)", False),
        ("CPython 3.14.1 (free-threaded)", "CPython 3.14.0 (free-threaded)", True),
    ],
)
def test_only_the_last_part_of_the_version_of_python_may_differ(
    mine: str, other: str, same: bool
) -> None:
    machine = Machine.this()
    assert replace(machine, python=mine).has_same_python(replace(machine, python=other)) is same


def test_a_failing_cell_is_an_error_and_does_not_change_the_notebook(write: Write) -> None:
    path = write("x = 1", "def half(x):\n    return x / 0\n\nhalf(x)")
    before = path.read_bytes()
    assert record_one(path) == Recorded(
        WHERE,
        "failed",
        f"{WHERE}: cell 3, line 4, failed in `half(x)`: ZeroDivisionError: division by zero.",
    )
    assert path.read_bytes() == before


def test_a_failing_check_names_the_statement(write: Write) -> None:
    path = write("fast, slow = 2, 1", code("assert fast < slow", "check"))
    message = f"{WHERE}: the check in cell 3, line 1, failed in `assert fast < slow`: "
    assert record_one(path).detail == f"{message}AssertionError."
    result = check(read(path))
    assert (result.name, result.outcome) == (WHERE, "failed")
    assert result.detail == f"{message}AssertionError."


def test_checking_a_notebook_runs_it_and_saves_nothing(write: Write) -> None:
    path = write("from pathlib import Path", "Path('ran').write_text('')")
    before = path.read_bytes()
    assert check(read(path)).outcome == "passed"
    assert (path.parent / "ran").exists()
    assert path.read_bytes() == before


def test_a_cell_that_does_not_end_is_an_error(write: Write) -> None:
    path = write("while True: pass")
    assert record_one(path, timeout=1).detail == (
        f"{WHERE}: cell 2 did not finish within 1 seconds."
    )


def test_code_that_changes_while_it_runs_is_not_recorded(write: Write) -> None:
    # The first notebook changes its heading "# Times" in its own file, but no code. It writes the
    # "#" as chr(35), so that the replaced text does not occur in the code.
    path = write(
        "from pathlib import Path\nfile = Path('times.ipynb')",
        "file.write_text(file.read_text().replace(chr(35) + ' Times', '# Tea'))",
    )
    assert record_one(path).outcome == "new"
    assert '"# Tea"' in path.read_text(), "a sentence that was edited meanwhile is kept"
    # This notebook changes its code.
    path = write(
        "from pathlib import Path\nfile = Path('times.ipynb')",
        "n = 1\nfile.write_text(file.read_text().replace('n = 1', 'n = 2'))",
    )
    assert record_one(path).detail == f"{WHERE}: its code changed while it ran. Record it again."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no JSON", "not a valid notebook: Expecting value: line 1 column 1 (char 0)."),
        ("{}", "not a valid notebook: 'nbformat' is missing."),
        ('{"nbformat": 4, "cells": 1}', "not a valid notebook: 'int' object is not iterable."),
        ('{"nbformat": 3}', "this notebook has the format 3, but only the format 4 is supported."),
        (
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": '
            '[{"cell_type": "code", "metadata": {}, "source": "", "outputs": [1]}]}',
            "not a valid notebook: ",
        ),
    ],
)
def test_a_damaged_notebook_is_an_error(write: Write, text: str, message: str) -> None:
    path = write()
    path.write_text(text)
    recorded = record_one(path)
    assert recorded.outcome == "failed"
    assert recorded.detail.startswith(f"{WHERE}: {message}")
    assert "\n" not in recorded.detail


def test_the_other_notebooks_are_recorded_after_a_failure(write: Write) -> None:
    path = write("1 / 0")
    good = path.with_name("good.ipynb")
    good.write_text(path.read_text().replace("1 / 0", "print(1)"))
    started: list[str] = []
    outcomes = record([(path, WHERE), (good, "good")], before=started.append)
    assert [each.outcome for each in outcomes] == ["failed", "new"]
    assert started == [WHERE, "good"]


def test_checkpoints_are_not_pages(project: Project, write: Write) -> None:
    path = write("1")
    copy = project.docs / ".ipynb_checkpoints" / "times.ipynb"
    copy.parent.mkdir()
    copy.write_bytes(path.read_bytes())
    assert find(project) == [path]
    assert find(replace(project, options=replace(project.options, notebooks=False))) == []
