"""Tests that `mkdocs serve` serves the last good site after an error, until it is fixed."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, write_manifest

SITES = REPOSITORY / "tests" / "mini_sites"
PATIENCE_SECONDS = 60


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition is true, or fail with a message that names what did not come."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come in {PATIENCE_SECONDS} seconds"
        time.sleep(0.05)


class Server:
    """A running `mkdocs serve` of a copy of the good mini-site."""

    def __init__(self, folder: Path) -> None:
        self.page = folder / "docs" / "index.md"
        self.snippet = folder / "snippets" / "tea" / "pot.py"
        self.log = folder / "log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._address = f"127.0.0.1:{probe.getsockname()[1]}"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", self._address],
                cwd=folder,
                env=os.environ | {"PYTHONPATH": str(REPOSITORY), "NO_MKDOCS_2_WARNING": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def get(self) -> str:
        """Return the HTML of the start page, or an empty text if the server does not answer."""
        try:
            with urllib.request.urlopen(f"http://{self._address}/", timeout=5) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError):
            return ""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "tea"
    shutil.copytree(SITES / "good", folder)
    shutil.copy(SITES / "mkdocs.yml", folder)
    shutil.copytree(SITES / "theme", folder / "theme")
    (folder / "build" / "runtime").mkdir(parents=True)
    (folder / "build" / "runtime" / "widget.js").write_text("")
    write_manifest(folder / "build" / "runtime")
    running = Server(folder)
    try:
        wait_until(lambda: "runnable-snippet" in running.get(), "the first page")
        yield running
    finally:
        running.process.terminate()
        running.process.wait(PATIENCE_SECONDS)


def test_the_last_good_site_is_served_after_an_error(server: Server) -> None:
    good = server.page.read_text()
    server.page.write_text(good.replace("pot.py)", "gone.py)"))
    wait_until(lambda: "The last good site is still served" in server.log.read_text(), "the error")
    assert "docs/index.md:3: snippets/tea/gone.py: there is no such file" in server.log.read_text()
    assert "runnable-snippet" in server.get(), "the page is unchanged"
    server.page.write_text(f"{good}\nFixed.\n")
    wait_until(lambda: "Fixed." in server.get(), "the fixed page")


def test_a_changed_snippet_triggers_a_build(server: Server) -> None:
    text = server.snippet.read_text()
    server.snippet.write_text(text.replace("# region warm\n", "# region warm\nx = 'new'\n"))
    wait_until(lambda: "&#x27;new&#x27;" in server.get(), "the new source")
