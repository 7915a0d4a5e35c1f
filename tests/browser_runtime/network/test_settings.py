"""Tests of the option `network` in a program's header, which makes the program's network slow."""

import importlib
from typing import Any

import pytest

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.snippets.header import SlowNetwork, parse_header
from tests.browser_runtime import harness
from tests.browser_runtime.network.programs import facade

settings: Any = importlib.import_module("browser_runtime.network.settings")


def program(option: str) -> str:
    return f"# /// script\n# [tool.runnable]\n# {option}\n# ///\nprint(1)\n"


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("network = { latency = 0.05 }", (0.05, None)),
        ("network = { bandwidth = 125_000 }", (0, 125_000)),
        ("network = { latency = 1, bandwidth = 1e6 }", (1, 1e6)),
        ("network = { latency = 60, bandwidth = 1000 }", (60, 1000)),
        ("network = { latency = 0 }", (0, None)),
        ("timeout = 5", (0, None)),
        ("network = 0.05", None),
        ("network = {}", None),
        ("network = { delay = 0.05 }", None),
        ("network = { latency = 0.05, delay = 1 }", None),
        ("network = { latency = -0.1 }", None),
        ("network = { latency = 61 }", None),
        ("network = { latency = nan }", None),
        ("network = { latency = true }", None),
        ("network = { latency = '50 ms' }", None),
        ("network = { bandwidth = 999 }", None),
        ("network = { bandwidth = inf }", None),
        ("network = { bandwidth = true }", None),
    ],
)
def test_the_runtime_accepts_the_same_values_as_the_build_of_the_site(
    option: str, expected: tuple[float, float | None] | None
) -> None:
    assert settings.read(program(option)) == expected
    if expected is None:
        with pytest.raises(RunnableError, match=r"demo\.py:3: network: expected"):
            parse_header(program(option), "demo.py")
    else:
        built = parse_header(program(option), "demo.py").network or SlowNetwork()
        assert (built.latency, built.bandwidth) == expected


@pytest.mark.parametrize(
    ("option", "fact"),
    [
        ("network = { latency = 0.05 }", ("slow-network", 0.05, "")),
        ("network = { bandwidth = 1e6 }", ("slow-network", 0, "1000000")),
        ("network = { latency = 99 }", ("invalid-network", 0, "")),
    ],
)
def test_the_page_learns_how_slow_the_network_is(option: str, fact: tuple[str, float, str]) -> None:
    harness.new_worker()
    facade.begin(program(option))
    assert harness.page.facts == [fact]


@pytest.mark.parametrize("option", ["timeout = 5", "network = { latency = 0 }"])
def test_nothing_is_said_about_a_network_without_delays(option: str) -> None:
    harness.new_worker()
    facade.begin(program(option))
    assert harness.page.facts == []


def test_the_next_program_has_no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    # Otherwise, `end` would forget the network's modules, which other tests have imported.
    monkeypatch.setattr(facade, "_is_loaded", False)
    harness.new_worker()
    facade.begin(program("network = { latency = 1, bandwidth = 5000 }"))
    assert (facade.latency, facade.bandwidth) == (1, 5000)
    facade.end()
    assert (facade.latency, facade.bandwidth) == (0, None)
