"""The runtime finds the private names of CPython that it needs, or reports the missing one."""

import importlib
from asyncio import events, unix_events
from typing import Any

import pytest

# The harness imports `browser_runtime` with replacements for the modules that only browsers have.
from tests.browser_runtime import harness  # noqa: F401

internals: Any = importlib.import_module("browser_runtime.cpython_internals")


@pytest.fixture(autouse=True)
def _names_of_python_3_14(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add names that Python 3.14 has, as in the browser; in earlier versions they were public."""
    monkeypatch.setattr(events, "_BaseDefaultEventLoopPolicy", object, raising=False)
    monkeypatch.setattr(unix_events, "_DefaultEventLoopPolicy", object, raising=False)


def test_this_python_has_the_names_that_the_runtime_needs() -> None:
    internals.check()


def test_a_missing_name_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(events, "_BaseDefaultEventLoopPolicy")
    with pytest.raises(ImportError, match=r"has no asyncio\.events\._BaseDefaultEventLoopPolicy,"):
        internals.check()
