"""If time zones have not been loaded, the error says how a program gets them."""

import importlib
import sys
import types
import zipfile
from typing import Any

import pytest

from tests.browser_runtime.harness import facts, page, time_zones
from tests.conftest import REPOSITORY

LIBRARY = REPOSITORY / "node_modules" / "pyodide" / "python_stdlib.zip"


class _WithoutData:
    """A finder for `sys.meta_path` that hides the library with the time zones."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name.partition(".")[0] == "tzdata":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def load_from_zoneinfo(name: str) -> Any:
    """Return a module of the package `zoneinfo`, as it is in the browser."""
    module = types.ModuleType(f"zoneinfo.{name}")
    with zipfile.ZipFile(LIBRARY) as library:
        source = library.read(f"zoneinfo/{name}.py")
    exec(compile(source, f"{name}.py", "exec"), vars(module))
    return module


@pytest.fixture
def common() -> Any:
    """Return the adapted module that loads a time zone."""
    adapted = load_from_zoneinfo("_common")
    time_zones._adapt_common(adapted)
    return adapted


@pytest.fixture
def paths() -> Any:
    """Return the adapted module that lists the time zones."""
    adapted = load_from_zoneinfo("_tzpath")
    # The browser has no folders with time zones.
    adapted.TZPATH = ()
    time_zones._adapt_path(adapted)
    return adapted


@pytest.fixture
def _without_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the library with the time zones, as if the program had not declared it."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "tzdata"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_WithoutData, *sys.meta_path])
    monkeypatch.setattr(facts, "_facts", facts._Facts("demo.py"))


def reported() -> list[str]:
    """Return the names of the facts that the page receives at the end of the program."""
    facts.report()
    return [fact for fact, *_ in page.facts]


@pytest.mark.usefixtures("_without_data")
def test_a_key_that_cannot_be_loaded_is_explained(common: Any) -> None:
    with pytest.raises(common.ZoneInfoNotFoundError) as caught:
        common.load_tzdata("Europe/Berlin")
    assert caught.value.args == ("No time zone found with key Europe/Berlin",)
    [note] = caught.value.__notes__
    assert note.endswith('at the top:\n# /// script\n# dependencies = ["tzdata"]\n# ///')
    # Neither Pyodide nor pyodide: readers need not know how Python comes into their browser.
    assert "yodide" not in str(caught.value) + note
    assert reported() == ["no-time-zones"]


@pytest.mark.usefixtures("_without_data")
def test_an_empty_list_of_time_zones_is_explained(paths: Any) -> None:
    assert paths.available_timezones() == set()
    assert reported() == ["no-time-zones"]


def test_data_that_has_been_loaded_is_used(
    common: Any, paths: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "_facts", facts._Facts("demo.py"))
    with common.load_tzdata("Europe/Berlin") as data:
        assert data.read(4) == b"TZif"
    assert "Europe/Berlin" in paths.available_timezones()
    with pytest.raises(common.ZoneInfoNotFoundError, match="key Mars/Base") as caught:
        common.load_tzdata("Mars/Base")
    assert not hasattr(caught.value, "__notes__")
    assert reported() == []


def test_the_package_zoneinfo_is_adapted_when_a_program_imports_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "zoneinfo"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    time_zones.begin()
    zoneinfo: Any = importlib.import_module("zoneinfo")
    try:
        assert zoneinfo.available_timezones.__module__ == time_zones.__name__
        assert sys.modules["zoneinfo._common"].load_tzdata.__module__ == time_zones.__name__
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "zoneinfo"]:
            del sys.modules[name]
