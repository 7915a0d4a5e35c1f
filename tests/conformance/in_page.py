"""Runs one module of CPython's tests in the page, and prints how each test ends.

A program imports this module, which is in the same folder as the package `test`, and calls `allow`
and `main`. The results are lines such as
``[conformance] passed test.test_select.SelectTestCase.test_select``. If a test is skipped, the line
ends with the reason. The traceback of a failure is printed to stderr, after a line that names the
test.
"""

import _thread
import importlib
import json
import signal
import sys
import threading
import time
import traceback
import unittest
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

MARK = "[conformance]"
# How many seconds one test may take before it is interrupted.
_LIMIT_S = 20
# The signal that interrupts a slow test. The tests themselves use other signals.
_SIGNAL = signal.SIGUSR2


class TooSlowError(Exception):
    """A test took longer than it may."""


class _Watchdog(threading.Thread):
    """Interrupts the main thread when one test takes too long."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.end: float | None = None
        self.is_late = False

    def run(self) -> None:
        while True:
            time.sleep(0.5)
            if self.end is not None and time.monotonic() > self.end:
                self.end = time.monotonic() + _LIMIT_S / 2  # Its clean-up may hang as well.
                self.is_late = True
                _thread.interrupt_main(_SIGNAL)

    def begin(self) -> None:
        """Begin to measure the time of a test."""
        self.end = time.monotonic() + _LIMIT_S
        self.is_late = False

    def interrupt(self, _: int, __: FrameType | None) -> None:
        """Raise an exception in the main thread, unless the slow test has ended meanwhile."""
        if self.is_late:
            self.is_late = False
            raise TooSlowError(f"not done after {_LIMIT_S} seconds")


class _Result(unittest.TestResult):
    """Prints how each test ends."""

    def __init__(self, watchdog: _Watchdog) -> None:
        super().__init__()
        self._watchdog = watchdog
        self._write, self._explain = sys.stdout.write, sys.stderr.write
        self._outcome = "passed"

    def _say(self, outcome: str, test: Any, reason: str = "") -> None:
        """Print an outcome on a line of its own. The test may have printed half a line before."""
        self._write(f"\n{MARK} {outcome} {test.id()}{reason and '  ' + reason}\n")

    def startTest(self, test: Any) -> None:  # noqa: N802 - as in unittest
        super().startTest(test)
        self._outcome, self._reason = "passed", ""
        self._watchdog.begin()

    def stopTest(self, test: Any) -> None:  # noqa: N802
        self._watchdog.end, self._watchdog.is_late = None, False
        super().stopTest(test)
        self._say(self._outcome, test, self._reason)

    def _fail(self, test: Any, error: Any) -> None:
        self._outcome = "failed"
        text = "".join(traceback.format_exception(*error, limit=-8))
        self._explain(f"\n{MARK} why {test.id()}\n{text}\n")
        if not isinstance(test, unittest.TestCase) and not hasattr(test, "test_case"):
            self._say("failed", test)  # A class or module could not be set up or torn down.

    def addError(self, test: Any, err: Any) -> None:  # noqa: N802
        self._fail(test, err)

    def addFailure(self, test: Any, err: Any) -> None:  # noqa: N802
        self._fail(test, err)

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: ARG002, N802
        if err is not None:
            self._fail(subtest, err)

    def addSkip(self, test: Any, reason: str) -> None:  # noqa: N802
        if not isinstance(test, unittest.TestCase):
            self._say("skipped", test, reason)
        elif self._outcome == "passed":
            self._outcome, self._reason = "skipped", " ".join(reason.split())

    def addUnexpectedSuccess(self, test: Any) -> None:  # noqa: ARG002, N802
        self._outcome = "failed"


def allow() -> None:
    """Tell the tests that sockets and threads work, which those of Emscripten do not.

    See `requires_working_socket` and `requires_working_threading` in `test.support`.
    """
    support: Any = importlib.import_module("test.support")
    threading_helper: Any = importlib.import_module("test.support.threading_helper")
    support.is_emscripten = support.is_wasm32 = False
    support.has_socket_support = threading_helper.can_start_thread = True


def _flat(suite: Any) -> Iterator[Any]:
    """Yield the tests of a suite."""
    for each in suite:
        if isinstance(each, unittest.TestSuite):
            yield from _flat(each)
        else:
            yield each


def _is_in(test: Any, names: set[str]) -> bool:
    """Return whether a set contains the name of a test, of its class or of its module."""
    parts = test.id().split(".")
    return any(".".join(parts[:length]) in names for length in range(1, len(parts) + 1))


def main(name: str, only: str = "") -> None:
    """Run the tests of a module.

    Args:
        name: the name of the module, for example ``test.test_socket``.
        only: a part of the names of the tests to run; empty for all.
    """
    excluded = set(json.loads(Path(__file__).with_name("excluded.json").read_text("utf-8")))
    watchdog = _Watchdog()
    signal.signal(_SIGNAL, watchdog.interrupt)
    platform = sys.platform
    try:
        # The network is that of Linux, so the tests of what only Linux has can run as well. The
        # decorators that skip tests read the name of the platform while the tests are imported.
        sys.platform = "linux"
        loaded = unittest.defaultTestLoader.loadTestsFromName(name)
    except unittest.SkipTest as reason:
        print(f"{MARK} skipped {name}  {reason}")
        return
    finally:
        sys.platform = platform
    suite = unittest.TestSuite()
    for test in _flat(loaded):
        if _is_in(test, excluded):
            print(f"{MARK} excluded {test.id()}")
        elif only in test.id():
            suite.addTest(test)
    watchdog.start()
    suite.run(_Result(watchdog))
    print(f"\n{MARK} done {name}")
