"""Tests that a missing private name of CPython is reported before a program is explored."""

import sys
import threading

import pytest
from explorer import cpython_internals


def test_a_missing_name_is_reported_with_the_version_of_python() -> None:
    version = sys.version.partition(" ")[0]
    message = f"Python {version} has no threading._gone, on which the explorer depends."
    with pytest.raises(ImportError, match=message):
        cpython_internals.require(threading, "_shutdown", "_gone")


def test_a_missing_attribute_of_instances_is_reported() -> None:
    with pytest.raises(ImportError, match=r"has no Thread\._gone,"):
        cpython_internals.require_instance_attributes(threading.Thread.__init__, "_gone")
