"""Tests that the recorded times confirm what the pages on models and on waiting say."""

import re

import pytest

from mkdocs_runnable.project import Project
from tests.conftest import REPOSITORY

PROJECT = Project.at(REPOSITORY)


def recorded(name: str) -> str:
    return PROJECT.library.load(name).recording_path.read_text(encoding="utf-8")


def seconds(pattern: str, text: str) -> tuple[float, float]:
    """Return the two durations that a pattern finds in a recording."""
    found = re.search(pattern, text)
    assert found, f"{pattern} in {text}"
    return float(found[1]), float(found[2])


@pytest.mark.parametrize(
    ("model", "overlap"),
    [("plain", False), ("asynchronous", True), ("threads", True), ("processes", True)],
)
def test_which_models_overlap_waits(model: str, overlap: bool) -> None:
    waits, took = seconds(r"add up to ([\d.]+) s, it took ([\d.]+) s", recorded(f"models/{model}"))
    # The longest of the waits takes 0.9 s.
    assert took == pytest.approx(0.9 if overlap else waits, abs=0.1)


@pytest.mark.parametrize(
    ("model", "parallel"),
    [("plain", False), ("asynchronous", False), ("threads", False), ("processes", True)],
)
def test_which_models_compute_in_parallel(model: str, parallel: bool) -> None:
    text = recorded(f"models/compute_{model}")
    computed, took = seconds(r"([\d.]+) s of computing took ([\d.]+) s", text)
    assert f"parallel: {'yes' if parallel else 'no'}\n" in text
    assert (computed > 1.5 * took) is parallel
    assert parallel or computed == pytest.approx(took, rel=0.1), "recorded on a busy machine"


def test_only_results_that_are_computed_in_processes_are_missing_in_the_main_program() -> None:
    for model in ("plain", "asynchronous", "threads"):
        assert "main program: 3" in recorded(f"models/compute_{model}")
    assert "main program: none" in recorded("models/processes")
    assert "main program: 0" in recorded("models/compute_processes")


def test_queuing_for_a_core_looks_like_waiting() -> None:
    alone, beside = recorded("waiting/busy_machine").strip().split("\n\n")
    assert "alone: mostly computes" in alone
    assert "two busy programs: mostly waits" in beside
    wall = float(re.findall(r"of ([\d.]+) s", beside)[0])
    computed, queued = seconds(r"computed for ([\d.]+) s and queued for ([\d.]+) s", beside)
    assert computed + queued == pytest.approx(wall, abs=0.05), "the program itself never waits"
