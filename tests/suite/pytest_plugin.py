"""A pytest plugin that writes one JSON object per finished test, for ``tests.suite``.

The environment variable ``SUITE_EVENTS`` names the file. Only the process that collects the
reports of all workers writes to it. Shape of a line: see ``Outcome`` in ``jobs.py``.
"""

import json
import os
from typing import Any

import pytest


class Writer:
    """Writes what pytest reports to the file that the suite reads."""

    def __init__(self, path: str) -> None:
        """Open the file at ``path`` for appending."""
        self._file = open(path, "a", encoding="utf-8")  # noqa: PTH123, SIM115 -- kept open for the run
        self._seconds: dict[str, float] = {}

    def write(self, **line: object) -> None:
        """Write one object as a line."""
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write the outcome of a test as soon as one of its phases decides it.

        A failed set-up or teardown is a failure of its test, as pytest counts it. After a failed
        teardown, the test therefore has two outcomes.
        """
        name = report.nodeid
        self._seconds[name] = self._seconds.get(name, 0) + report.duration
        outcome = {"name": name, "seconds": self._seconds[name], "detail": ""}
        if report.failed:
            self.write(**outcome | {"result": "failed", "detail": report.longreprtext})
        elif report.skipped:
            self.write(**outcome | {"result": "skipped"})
        elif report.when == "call":
            self.write(**outcome | {"result": "passed"})

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Write one failed test for a file that could not be imported."""
        if report.failed:
            self.write(name=report.nodeid, result="failed", seconds=0, detail=report.longreprtext)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write how many tests there will be, when this process runs them itself."""
        if session.items:
            self.write(expected=len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Write how many tests there will be, when workers run them."""
        del node
        self.write(expected=len(ids))


def pytest_configure(config: pytest.Config) -> None:
    """Register the writer in the process that collects all reports."""
    path = os.environ.get("SUITE_EVENTS")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Writer(path), "suite-events")
