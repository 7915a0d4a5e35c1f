"""Tests of the facts about a program that the page receives."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from tests.browser_runtime.harness import facts


def _import_absent_name() -> None:
    exec("from os import sched_setaffinity", {})


@pytest.mark.parametrize(
    ("look", "name"),
    [
        (lambda: os.sched_setaffinity(0, [0]), "os.sched_setaffinity"),
        (_import_absent_name, "os.sched_setaffinity"),
        (lambda: time.thread_time(), "time.thread_time"),
        (lambda: signal.pidfd_send_signal, "signal.pidfd_send_signal"),
    ],
)
def test_a_function_that_only_linux_has_is_a_fact_for_the_page(
    look: Callable[[], object], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (os, signal, time):
        for absent in facts._ABSENT[module.__name__]:
            monkeypatch.delattr(module, absent, raising=False)
    with pytest.raises((AttributeError, ImportError)) as error:
        look()
    assert facts._explain(error.value) == ("no-call", name)


def test_a_misspelt_name_is_not_a_fact_for_the_page() -> None:
    for code in ("import os; os.sched_getafinity", "from time import slep", "''.thread_time"):
        with pytest.raises((AttributeError, ImportError)) as error:
            exec(code, {})
        assert facts._explain(error.value) is None
