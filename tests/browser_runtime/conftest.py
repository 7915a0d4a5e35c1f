"""A fixture that gives each test a new fake worker, and restores settings of Python afterwards."""

import signal
import sys
from collections.abc import Iterator

import pytest

from tests.browser_runtime import harness


@pytest.fixture(autouse=True)
def _worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Reset the fake worker before and after the test, and let the runtime read the fake clock."""
    interval, handler = sys.getswitchinterval(), signal.getsignal(harness.slices.SIGNAL)
    monkeypatch.setattr(harness.virtual_time, "_monotonic_ns", harness.kernel.monotonic_ns)
    monkeypatch.setattr(harness.slices, "perf_counter_ns", harness.kernel.monotonic_ns)
    monkeypatch.setattr(harness.scheduler, "time", harness.clock)
    monkeypatch.setattr(harness.event_loop, "time", harness.clock)
    harness.new_worker()
    yield
    harness.new_worker()
    sys.setswitchinterval(interval)
    signal.signal(harness.slices.SIGNAL, handler)
