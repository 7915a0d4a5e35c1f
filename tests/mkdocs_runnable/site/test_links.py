"""Tests of checking links to other sites, with a local server."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mkdocs_runnable.cli import main
from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.site.links import check_links, external_links


class Handler(BaseHTTPRequestHandler):
    """Answers with the status in the path, such as /404, or with 200; on /slow it waits first."""

    waiting = threading.Event()
    requested: list[str] = []  # noqa: RUF012 - emptied by the fixture

    def do_GET(self) -> None:
        self.requested.append(self.path)
        if self.path == "/slow":
            self.waiting.wait(10)
        self.send_response(int(self.path[1:]) if self.path[1:].isdigit() else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep log messages out of the output of the tests."""


@pytest.fixture
def server() -> Iterator[str]:
    Handler.requested.clear()
    Handler.waiting.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        Handler.waiting.set()
        http.shutdown()
        thread.join()


def make_site(tmp_path: Path, *links: str) -> Path:
    """Make a site with two pages that contain these links, and return its folder."""
    site = tmp_path / "site"
    (site / "deep").mkdir(parents=True)
    anchors = "".join(f'<a href="{link}">x</a>' for link in links)
    (site / "index.html").write_text(anchors + '<a href="deep/">x</a><a href="mailto:a@b.c">x</a>')
    (site / "deep" / "index.html").write_text(anchors)
    return site


def test_each_address_is_requested_once(tmp_path: Path, server: str) -> None:
    site = make_site(tmp_path, f"{server}/fine#a", f"{server}/fine#b")
    (link,) = check_links(site)
    assert (link.outcome, link.pages) == ("alive", ("deep/index.html", "index.html"))
    assert Handler.requested == ["/fine"]


def test_errors_are_dead_links_except_for_403_which_is_unsure(tmp_path: Path, server: str) -> None:
    site = make_site(tmp_path, f"{server}/404", f"{server}/403", f"{server}/500", f"{server}/slow")
    outcomes = {
        link.address.rpartition("/")[2]: (link.outcome, link.detail)
        for link in check_links(site, timeout=0.5)
    }
    assert outcomes["404"] == ("dead", "404 Not Found")
    assert outcomes["403"] == ("unsure", "403 Forbidden")
    assert outcomes["500"][0] == "dead"
    assert outcomes["slow"][0] == "dead"
    assert "timed out" in outcomes["slow"][1]


def test_a_refused_connection_is_a_dead_link(tmp_path: Path) -> None:
    # No server listens on the port of the discard protocol.
    (link,) = check_links(make_site(tmp_path, "http://127.0.0.1:9/"))
    assert link.outcome == "dead"
    assert "refused" in link.detail


def test_a_site_that_is_not_built_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RunnableError, match="Run `mkdocs build` first"):
        external_links(tmp_path / "site")


def test_the_command_lists_dead_links(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "snippets").mkdir()
    monkeypatch.chdir(tmp_path)
    make_site(tmp_path, f"{server}/fine")
    assert main(["links"]) == 0
    assert capsys.readouterr().err.endswith("1 alive\n")
    (tmp_path / "site" / "index.html").write_text(f'<a href="{server}/404">x</a>')
    assert main(["links"]) == 1
    err = capsys.readouterr().err
    assert f"dead    {server}/404 (404 Not Found), on index.html\n" in err
    assert err.endswith("1 alive, 1 dead\n")
