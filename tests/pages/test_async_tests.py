"""The settings for pytest on the page about tests: they do what the page says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs/how-to/test-async-code.md"
SNIPPETS = REPOSITORY / "snippets/testing"

# The mistake of the page about bridges: it cannot be ended from inside its process.
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


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with the settings from the page."""
    (settings,) = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "pyproject.toml").write_text(settings)
    return tmp_path


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60)


def test_the_test_of_an_application_passes(project: Path) -> None:
    (project / "test_shop.py").write_text((SNIPPETS / "test_shop.py").read_text())
    result = run(project)
    assert result.returncode == 0, result.stdout
    assert "2 passed" in result.stdout


def test_mistakes_fail(project: Path) -> None:
    (project / "test_mistakes.py").write_text((SNIPPETS / "test_mistakes.py").read_text())
    result = run(project, "--tb=no", "-k", "not hangs")
    assert "4 failed, 1 deselected" in result.stdout


def test_without_the_settings_only_the_task_is_noticed(project: Path) -> None:
    (project / "test_mistakes.py").write_text((SNIPPETS / "test_mistakes.py").read_text())
    (project / "pyproject.toml").write_text('[tool.pytest.ini_options]\nanyio_mode = "auto"\n')
    result = run(project, "--tb=no", "-k", "await or thread or failure_in_a_task")
    assert "1 failed, 2 passed" in result.stdout
    assert "FAILED test_mistakes.py::test_failure_in_a_task" in result.stdout


def test_a_test_that_nothing_else_can_end_is_ended(project: Path) -> None:
    (project / "test_wrong.py").write_text(WRONG_THREAD)
    result = run(project, "-o", "timeout=2", "-p", "no:threadexception")
    assert result.returncode == 1
    assert "Timeout" in result.stdout
    assert "Non-thread-safe operation" in result.stdout
