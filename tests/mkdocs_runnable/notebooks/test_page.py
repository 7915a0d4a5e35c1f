"""Tests of what readers see of a recorded notebook."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.notebooks.machine import Machine
from mkdocs_runnable.notebooks.notebook import Origin
from mkdocs_runnable.notebooks.page import describe, for_readers, stale
from mkdocs_runnable.notebooks.record import record
from mkdocs_runnable.project import Project
from tests.mkdocs_runnable.notebooks.conftest import Write, code, read

WHERE = "docs/measured/times.ipynb"
ADVICE = f"Run `python -m mkdocs_runnable record {WHERE}` and commit the notebook."
ORIGIN = Origin(
    date="2026-11-05",
    libraries={"IPython": "9.18.1", "matplotlib": "3.11.2"},
    machine=Machine(2, "AMD EPYC", "CPython 3.13.0", "Linux 6.18 (x86-64)"),
    outputs="",
    sources="",
)


def record_one(path: Path) -> None:
    (recorded,) = record([(path, WHERE)])
    assert recorded.outcome != "failed", recorded.detail


def test_one_sentence_names_the_machine_and_the_versions() -> None:
    assert describe(ORIGIN) == (
        "The outputs on this page were recorded on 5 November 2026, with CPython 3.13.0, "
        "IPython 9.18.1 and matplotlib 3.11.2, on a machine with 2 cores (AMD EPYC) under "
        "Linux 6.18 (x86-64)."
    )
    machine = Machine(1, "", "CPython 3.14.0 (free-threaded)", "a_b* <1>")
    assert describe(replace(ORIGIN, libraries={}, machine=machine)) == (
        "The outputs on this page were recorded on 5 November 2026, with CPython 3.14.0 "
        r"(free-threaded), on a machine with 1 core under a\_b\* &lt;1&gt;."
    )


def test_the_sentence_about_the_recording_is_before_the_first_code_and_checks_are_left_out(
    write: Write,
) -> None:
    path = write(code("assert True", "check"), "print(1)", code("assert 1", "check"))
    record_one(path)
    heading, sentence, shown = for_readers(read(path), "required")["cells"]
    assert heading["source"] == ["# Times"]
    assert sentence["cell_type"] == "markdown"
    assert sentence["source"].startswith("The outputs on this page were recorded on ")
    assert shown["source"] == ["print(1)"]
    assert len(read(path).cells) == 4, "the notebook itself is not changed"


def test_the_page_says_that_outputs_are_missing_or_outdated_if_they_are_optional(
    project: Project, write: Write
) -> None:
    path = write("print(1)")
    (_, sentence, _) = for_readers(read(path), "optional")["cells"]
    assert sentence["source"] == (
        "This notebook has not been recorded yet, so its outputs are missing."
    )
    with pytest.raises(RunnableError) as caught:
        for_readers(read(path), "required")
    assert str(caught.value) == f"{WHERE}: this notebook has no outputs. {ADVICE}"
    assert stale(project) == [str(caught.value)]

    record_one(path)
    assert stale(project) == []
    path.write_text(path.read_text().replace("print(1)", "print(2)"))
    (_, sentence, _) = for_readers(read(path), "optional")["cells"]
    assert re.search(r"\d{4}, before the code was last changed, with ", sentence["source"])
    (_, sentence, _) = for_readers(read(path), "required")["cells"]
    assert "changed" not in sentence["source"], "such a project calls `stale` in its tests"
    assert stale(project) == [
        f"{WHERE}: the outputs of this notebook are not those of its present code. {ADVICE}"
    ]


def test_outputs_that_record_has_not_made_are_found(project: Project, write: Write) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": ["1\n"]}
    path = write(code("print(1)", outputs=[output]))
    assert stale(project) == [
        f"{WHERE}: it is not known how the outputs of this notebook were made. {ADVICE}"
    ]
    assert len(for_readers(read(path), "required")["cells"]) == 2, (
        "no sentence about the recording is added"
    )

    record_one(path)
    recorded = path.read_text()
    path.write_text(recorded.replace('"1\\n"', '"3\\n"'))
    assert read(path).state == "outdated", "the outputs were edited"
    content = json.loads(recorded)
    content["cells"][1]["outputs"] = []
    path.write_text(json.dumps(content))
    assert read(path).state == "missing", "the outputs were cleared"
    # Metadata with other keys than those that this version of the engine writes.
    content["metadata"]["runnable"] = {"key": "of an earlier version"}
    path.write_text(json.dumps(content))
    assert read(path).origin is None
