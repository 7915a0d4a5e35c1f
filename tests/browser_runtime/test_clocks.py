"""The module `time` describes the time zone of the reader."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.browser_runtime.harness import clocks

_NAMES = ("timezone", "altzone", "daylight", "tzname")


@pytest.fixture(autouse=True)
def _zone_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Restore the time zone of this machine after the test."""
    yield
    monkeypatch.undo()
    time.tzset()


def describe_zone() -> dict[str, object]:
    return {name: getattr(time, name) for name in _NAMES}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "UTC"])
def test_offsets_and_names_are_those_that_cpython_finds_in_whichever_month_python_starts(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setitem(os.environ, "TZ", zone)
    time.tzset()
    expected = describe_zone()
    wrong = []
    for year in range(2026, 2036):
        for month in range(1, 13):
            now = datetime(year, month, 15, tzinfo=UTC)
            monkeypatch.setattr(time, "time", now.timestamp)
            for name in _NAMES:
                monkeypatch.setattr(time, name, None)
            clocks.set_time_zone()
            if describe_zone() != expected:
                wrong.append((now.date().isoformat(), describe_zone()))
    assert wrong == []
