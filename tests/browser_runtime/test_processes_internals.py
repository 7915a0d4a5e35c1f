"""Tests that the private names of `multiprocessing` that the runtime uses exist in this Python."""

import importlib
import types
from typing import Any

import pytest

# The harness imports `browser_runtime` with replacements for the modules that only browsers have.
from tests.browser_runtime import harness  # noqa: F401

internals: Any = importlib.import_module("browser_runtime.processes.cpython_internals")


@pytest.mark.parametrize("name", sorted(internals._NAMES))
def test_a_module_of_the_standard_library_has_the_names_that_the_runtime_uses(name: str) -> None:
    module = importlib.import_module(name)
    assert internals.require_module(module) is module


def test_a_missing_name_is_reported() -> None:
    module = types.ModuleType("multiprocessing.spawn")
    with pytest.raises(ImportError, match=r"has no multiprocessing\.spawn\._main,"):
        internals.require_module(module)
