"""API by version: each entry is asked of the interpreters at hand."""

import functools
import json
import shutil
import subprocess
import sys
from typing import Any

import pytest

from mkdocs_runnable.project import Project
from mkdocs_runnable.tables.api import Entry, load_api
from tests.conftest import REPOSITORY

ENTRIES = load_api(Project(REPOSITORY).docs / "reference" / "api.toml")
PROBED = [entry for entry in ENTRIES if entry.probe]
INTERPRETERS = [sys.executable, "python3.11", "python3.12", "python3.14", "python3.15"]

# Runs on any Python: it must not use anything newer than the oldest one.
PROGRAM = """
import asyncio, asyncio.tasks, builtins, concurrent.futures, inspect, json, multiprocessing, os
import queue, sys, threading, warnings
from importlib.util import find_spec
from inspect import signature

def raised(call):
    warnings.simplefilter("ignore")
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return ""

def warned(call):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        call()
    return [each.category.__name__ for each in found]

# Ask for names first: a policy that is set makes other answers different.
answers = [bool(eval(probe)) for probe in json.load(sys.stdin)]
print(json.dumps({"version": sys.version_info[:2], "answers": answers}))
"""


def number(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


@functools.cache
def ask(interpreter: str) -> dict[str, Any]:
    """The version of an interpreter, and its answers to all probes."""
    path = shutil.which(interpreter)
    if path is None:
        pytest.skip(f"there is no {interpreter} here")
    done = subprocess.run(
        [path, "-c", PROGRAM],
        input=json.dumps([entry.probe for entry in PROBED]),
        capture_output=True,
        text=True,
        timeout=60,
    )
    if path != sys.executable and "command not found" in done.stderr:
        pytest.skip(f"{interpreter} is not installed here")  # a shim of pyenv
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_each_probe_is_true_from_its_version_on(interpreter: str) -> None:
    found = ask(interpreter)
    wrong = [
        f"{entry.name}: {entry.probe} is {answer} on {found['version']}"
        for entry, answer in zip(PROBED, found["answers"], strict=True)
        if answer != (found["version"] >= number(entry.version))
    ]
    assert wrong == []


def test_entries_are_ordered_and_distinct() -> None:
    versions = [number(entry.version) for entry in ENTRIES]
    assert versions == sorted(versions)
    assert len({entry.key for entry in ENTRIES}) == len(ENTRIES) > 40
    assert len(PROBED) > 40


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.name} {entry.version}")
def test_names_a_document_of_python(entry: Entry) -> None:
    assert entry.url.startswith(("https://docs.python.org/3/", "https://peps.python.org/pep-"))
    assert entry.what.endswith(".")
