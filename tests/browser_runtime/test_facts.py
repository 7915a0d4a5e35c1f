"""Tests of what the page is told about a program."""

import os
import signal
import time
from collections.abc import Callable
from types import ModuleType

import pytest

from tests.browser_runtime.harness import facts


def _without(module: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(module, name, raising=False)


def _import() -> None:
    exec("from os import sched_setaffinity", {})


@pytest.mark.parametrize(
    ("look", "name"),
    [
        (lambda: os.sched_setaffinity(0, [0]), "os.sched_setaffinity"),
        (_import, "os.sched_setaffinity"),
        (lambda: time.thread_time(), "time.thread_time"),
        (lambda: signal.pidfd_send_signal, "signal.pidfd_send_signal"),
    ],
)
def test_the_page_learns_which_function_of_linux_is_absent(
    look: Callable[[], object], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (os, signal, time):
        for absent in facts._ABSENT[module.__name__]:
            _without(module, absent, monkeypatch)
    with pytest.raises((AttributeError, ImportError)) as error:
        look()
    assert facts._explain(error.value) == ("no-call", name)


def test_other_absent_names_are_the_mistake_of_the_program() -> None:
    for code in ("import os; os.sched_getafinity", "from time import slep", "''.thread_time"):
        with pytest.raises((AttributeError, ImportError)) as error:
            exec(code, {})
        assert facts._explain(error.value) is None
