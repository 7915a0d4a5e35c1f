"""Tests that the settings for pytest on the page about testing async code do what the page says.

Each test runs pytest in a folder with these settings and a few test files.
"""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs/how-to/test-async-code.md"
SNIPPETS = REPOSITORY / "snippets/testing"

# A mistake from the page about bridges between threads and event loops: the thread must not call a
# method of the queue. The event loop does not notice the call and never ends, so the timeout inside
# the test has no effect.
WRONG_THREAD = """
import asyncio
import time
from threading import Thread

import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio", {"debug": True}


async def test_wrong_thread():
    queue = asyncio.Queue()

    def send():
        time.sleep(0.1)
        queue.put_nowait("reading")

    Thread(target=send).start()
    async with asyncio.timeout(0.3):
        await queue.get()
"""


# The three blocks of settings on the page: for the smallest test, for all tests, and with an
# exception for one deprecation warning.
SMALLEST, SETTINGS, EXEMPTION = re.findall(
    r"^```toml\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL
)

CLIENT = """
import warnings


def read_all():
    warnings.warn("read_all() is deprecated", DeprecationWarning, stacklevel=2)


def read_some():
    warnings.warn("read_some() is deprecated", DeprecationWarning, stacklevel=2)
"""
DEPRECATED = """
import client


def test_exempt():
    client.read_all()


def test_not_exempt():
    client.read_some()
"""
HANGS = """
import asyncio


async def test_first():
    pass


async def test_hangs():
    await asyncio.Event().wait()


async def test_last():
    pass
"""
HANGS_IN_UNITTEST = """
import asyncio
from unittest import IsolatedAsyncioTestCase


class Hangs(IsolatedAsyncioTestCase):
    async def test_hangs(self):
        await asyncio.Event().wait()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with the settings from the page."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    return tmp_path


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a project, with a summary that names every test."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60)


def test_the_smallest_test_needs_its_settings(project: Path) -> None:
    (project / "test_smallest.py").write_text((SNIPPETS / "test_smallest.py").read_text())
    (project / "pyproject.toml").write_text("")
    result = run(project)
    assert "1 failed" in result.stdout
    assert "async def functions are not natively supported" in result.stdout
    (project / "pyproject.toml").write_text(SMALLEST)
    result = run(project)
    assert "1 passed" in result.stdout


def test_the_settings_can_exempt_one_deprecation_warning(project: Path) -> None:
    (project / "client.py").write_text(CLIENT)
    (project / "test_client.py").write_text(DEPRECATED)
    result = run(project)
    assert "2 failed" in result.stdout
    (project / "pyproject.toml").write_text(EXEMPTION)
    result = run(project)
    assert "1 failed, 1 passed" in result.stdout
    assert "FAILED test_client.py::test_not_exempt" in result.stdout


def test_with_the_settings_a_test_that_hangs_ends_the_whole_run(project: Path) -> None:
    (project / "test_hangs.py").write_text(HANGS)
    result = run(project, "-o", "timeout=1", "--junitxml=report.xml")
    assert result.returncode == 1
    assert "Timeout" in result.stdout
    assert "passed" not in result.stdout
    assert not (project / "report.xml").exists()


def test_with_the_timeout_method_signal_the_run_continues_after_a_test_that_hangs(
    project: Path,
) -> None:
    if not hasattr(signal, "SIGALRM"):
        pytest.skip("this system has no SIGALRM")
    (project / "test_hangs.py").write_text(HANGS)
    result = run(project, "-o", "timeout=1", "-o", "timeout_method=signal")
    assert "1 failed, 2 passed" in result.stdout


def test_a_test_of_unittest_that_hangs_is_ended(project: Path) -> None:
    (project / "test_hangs.py").write_text(HANGS_IN_UNITTEST)
    result = run(project, "-o", "timeout=1")
    assert result.returncode == 1
    assert "Timeout" in result.stdout


def test_the_example_that_tests_an_application_passes(project: Path) -> None:
    (project / "test_shop.py").write_text((SNIPPETS / "test_shop.py").read_text())
    result = run(project)
    assert result.returncode == 0, result.stdout
    assert "2 passed" in result.stdout


def test_with_the_settings_the_tests_with_mistakes_fail(project: Path) -> None:
    (project / "test_mistakes.py").write_text((SNIPPETS / "test_mistakes.py").read_text())
    result = run(project, "--tb=no", "-k", "not hangs")
    assert "4 failed, 1 deselected" in result.stdout


def test_without_the_settings_two_of_three_tests_with_mistakes_pass(project: Path) -> None:
    (project / "test_mistakes.py").write_text((SNIPPETS / "test_mistakes.py").read_text())
    (project / "pyproject.toml").write_text('[tool.pytest.ini_options]\nanyio_mode = "auto"\n')
    result = run(project, "--tb=no", "-k", "await or thread or failure_in_a_task")
    assert "1 failed, 2 passed" in result.stdout
    assert "FAILED test_mistakes.py::test_failure_in_a_task" in result.stdout


def test_the_settings_end_a_test_that_a_timeout_of_asyncio_cannot_end(project: Path) -> None:
    (project / "test_wrong.py").write_text(WRONG_THREAD)
    # Without this plugin of pytest, Python prints the error of the thread, which names the mistake.
    result = run(project, "-o", "timeout=2", "-p", "no:threadexception")
    assert result.returncode == 1
    assert "Timeout" in result.stdout
    assert "Non-thread-safe operation" in result.stdout
