"""Tests of the page "API by version": every installed version of Python evaluates each probe.

A probe is an expression that is true from the version on in which Python has a certain function,
parameter or other part of its API.
"""

import re

import pytest

from guide.tables.api import Entry, load_api
from mkdocs_runnable.project import Project
from tests.conftest import REPOSITORY
from tests.guide.pages.interpreters import INTERPRETERS, ask

REFERENCE = Project.at(REPOSITORY).docs / "reference"
ENTRIES = load_api(REFERENCE / "api.toml")
PROBED = [entry for entry in ENTRIES if entry.probe]
PAGE = REFERENCE / "api-by-version.md"
# The page names the versions on which the probes ran: "CPython 3.11, 3.12 and 3.13".
VERSIONS_ON_PAGE = re.findall(
    r"3\.\d+", re.findall(r"CPython ([\d., and]+)", PAGE.read_text("utf-8"))[0]
)

# Evaluates the probes. It runs in each of these versions, so it may only use what the oldest one
# has. The functions and the class are for the probes.
PROGRAM = """
import asyncio, asyncio.tasks, builtins, concurrent.futures, inspect, json, multiprocessing, os
import pickle, queue, sys, threading, warnings
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

def local_function():
    def inner():
        pass
    return inner

class Outer:
    class __Private:
        pass
    private = __Private

answers = [bool(eval(probe)) for probe in json.load(sys.stdin)]
print(json.dumps({"version": sys.version_info[:2], "answers": answers}))
"""


def numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_each_probe_is_true_from_the_version_of_its_entry_on(interpreter: str) -> None:
    found = ask(interpreter, PROGRAM, [entry.probe for entry in PROBED])
    wrong = [
        f"{entry.name}: {entry.probe} is {answer} on {found['version']}"
        for entry, answer in zip(PROBED, found["answers"], strict=True)
        if answer != (found["version"] >= numbers(entry.version))
    ]
    assert wrong == []
    version = ".".join(map(str, found["version"]))
    assert version in VERSIONS_ON_PAGE, f"{PAGE.name} does not name {version}"


def test_entries_are_ordered_and_distinct() -> None:
    versions = [numbers(entry.version) for entry in ENTRIES]
    assert versions == sorted(versions)
    assert len({entry.key for entry in ENTRIES}) == len(ENTRIES) > 40
    assert len(PROBED) > 40


def test_the_page_names_the_entries_without_a_probe() -> None:
    (sentence,) = re.findall(
        r"^Five entries have no probe.*$", PAGE.read_text("utf-8"), re.MULTILINE
    )
    assert set(re.findall(r'"(.+?)"', sentence)) == {
        entry.name for entry in ENTRIES if not entry.probe
    }
    assert len(ENTRIES) - len(PROBED) == 5


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.name} {entry.version}")
def test_each_entry_links_to_the_documentation_of_python(entry: Entry) -> None:
    assert entry.url.startswith(("https://docs.python.org/3/", "https://peps.python.org/pep-"))
    assert entry.what.endswith(".")
