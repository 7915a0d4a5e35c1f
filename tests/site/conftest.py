"""Fixtures for tests of the built site, and a report on the weight of its pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.site.checks import Weight

_REPORT: list[str] = []


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the folder of the site that `make build` has made."""
    folder = REPOSITORY / "site"
    if not (folder / "index.html").is_file():
        pytest.fail("there is no built site in site/: run `make build`", pytrace=False)
    return folder


@pytest.fixture
def report_weights() -> Iterator[list[Weight]]:
    """Collect the weights of pages, which are shown after the tests."""
    weights: list[Weight] = []
    yield weights
    _REPORT.extend(
        f"{weight.bytes / 1024:6.1f} KB  {weight.page}  (not counted: the search "
        f"{weight.search / 1024:.1f} KB, a prefetched page up to {weight.prefetched / 1024:.1f} KB)"
        for weight in weights
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what pages transfer before the first Run, gzipped."""
    if _REPORT:
        terminalreporter.section("transferred before the first Run, gzipped")
        for line in _REPORT:
            terminalreporter.write_line(line)
