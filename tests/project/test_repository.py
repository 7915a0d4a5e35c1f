"""Tests of the repository as a whole: its tracked files, its pinned packages, its commands."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mkdocs_runnable.snippets.imports import imported_packages
from tests.conftest import REPOSITORY

LARGEST_FILE_BYTES = 400_000
# In the browser, programs and their libraries are in these folders of a file system in memory.
SANDBOX_HOMES = ("/home/reader", "/home/library", "/home/packages")


def run(*command: str) -> str:
    return subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Return the paths of all files that git tracks."""
    names = run("git", "ls-files", "-z").split("\0")
    paths = [REPOSITORY / name for name in names if name]
    # Git lists deleted files until their deletion is staged.
    return [path for path in paths if path.is_file()]


@pytest.fixture(scope="session")
def texts(tracked: list[Path]) -> dict[str, str]:
    """Return the content of each tracked text file, by its path in the repository."""
    texts = {}
    for path in tracked:
        name = path.relative_to(REPOSITORY).as_posix()
        content = path.read_bytes()
        # The sites in tests/mini_sites contain mistakes on purpose.
        if b"\0" not in content and not name.startswith("tests/mini_sites/"):
            texts[name] = content.decode("utf-8")
    return texts


@pytest.fixture(scope="session")
def project() -> dict[str, Any]:
    """Return the content of pyproject.toml."""
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def pins() -> dict[str, Requirement]:
    """Return the requirements in requirements.txt by name, without their hashes."""
    text = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    lines = re.findall(r"^[^\s#][^\\\n]*", text, re.MULTILINE)
    requirements = [Requirement(line.strip()) for line in lines]
    return {canonicalize_name(each.name): each for each in requirements}


def read_json(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((REPOSITORY / name).read_text(encoding="utf-8"))
    return data


def test_tracked_files_are_small(tracked: list[Path]) -> None:
    assert [path for path in tracked if path.stat().st_size > LARGEST_FILE_BYTES] == []


def test_nothing_built_or_downloaded_is_tracked(tracked: list[Path]) -> None:
    parts = [path.relative_to(REPOSITORY).parts for path in tracked]
    assert [each for each in parts if each[0] in {"build", "site", ".venv", ".cache"}] == []
    assert [each for each in parts if {"node_modules", "__pycache__"} & set(each)] == []
    assert [path for path in tracked if path.suffix in {".whl", ".wasm", ".zip"}] == []


def test_no_file_names_a_folder_of_one_machine(texts: dict[str, str]) -> None:
    # The pattern is made of parts, so that it does not match its own source.
    home = re.compile("/(?:" + "|".join(["home/[a-z]+", "Users/[a-z]+", "root/"]) + ")")
    found = {
        (name, match)
        for name, text in texts.items()
        for match in home.findall(text)
        if match not in SANDBOX_HOMES
    }
    assert found == set()


def test_text_files_end_with_a_newline_and_contain_no_carriage_returns(
    texts: dict[str, str],
) -> None:
    assert [name for name, text in texts.items() if "\r" in text] == []
    assert [name for name, text in texts.items() if text and not text.endswith("\n")] == []


def test_the_default_and_the_oldest_python_are_declared(project: dict[str, Any]) -> None:
    assert (REPOSITORY / ".python-version").read_text(encoding="utf-8") == "3.13\n"
    assert project["project"]["requires-python"] == ">=3.12"


def test_requirements_name_no_address_and_pin_everything_by_hash(
    texts: dict[str, str], pins: dict[str, Requirement]
) -> None:
    text = texts["requirements.txt"]
    for option in ("://", "--index-url", "--extra-index-url", "--find-links", "--trusted-host"):
        assert option not in text
    assert len(pins) > 50  # so the file was read
    for pin in pins.values():
        assert re.fullmatch(r"==[^*,]+", str(pin.specifier)), pin
    entries = re.split(r"^(?=[^\s#])", text, flags=re.MULTILINE)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_requirements_contain_what_the_project_declares(
    project: dict[str, Any], pins: dict[str, Requirement]
) -> None:
    declared_requirements = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(
            entry
            for group in project["dependency-groups"].values()
            for entry in group
            if isinstance(entry, str)
        ),
    ]
    assert len(declared_requirements) > 10
    for requirement in map(Requirement, declared_requirements):
        pin = pins.get(canonicalize_name(requirement.name))
        assert pin, f"{requirement} is not in requirements.txt; see CONTRIBUTING.md"
        assert pin.marker is None, f"{pin} is not installed everywhere"
        (specifier,) = pin.specifier
        assert requirement.specifier.contains(specifier.version), f"{pin} is not {requirement}"


def imported(path: Path) -> Iterator[str]:
    """Yield the name of each package that a Python file imports."""
    return imported_packages(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def test_the_package_declares_what_it_imports(project: dict[str, Any]) -> None:
    package = REPOSITORY / "mkdocs_runnable"
    names = {name for path in package.rglob("*.py") for name in imported(path)}
    foreign = names - sys.stdlib_module_names - {package.name}
    assert "mkdocs" in foreign
    declared = {
        canonicalize_name(Requirement(each).name) for each in project["project"]["dependencies"]
    }
    providers = packages_distributions()
    undeclared = [
        name
        for name in sorted(foreign)
        if not declared & {canonicalize_name(each) for each in providers.get(name, [])}
    ]
    assert undeclared == []


def test_make_lint_reads_every_python_file(tracked: list[Path]) -> None:
    # The sites in tests/mini_sites contain mistakes on purpose.
    expected = {path for path in tracked if path.suffix == ".py" and "mini_sites" not in path.parts}
    listed = run(sys.executable, "-m", "ruff", "check", "--show-files", ".").splitlines()
    assert expected - set(map(Path, listed)) == set()


def test_package_lock_matches_package_json() -> None:
    package, lock = read_json("package.json"), read_json("package-lock.json")
    root = lock["packages"][""]
    for field in ("name", "version", "dependencies", "devDependencies"):
        assert root[field] == package[field], f"{field} differ; run npm install"
    for name in [*package["dependencies"], *package["devDependencies"]]:
        assert f"node_modules/{name}" in lock["packages"]


def test_package_lock_names_no_registry_and_has_integrity() -> None:
    installed = {
        name: entry for name, entry in read_json("package-lock.json")["packages"].items() if name
    }
    assert [name for name, entry in installed.items() if "resolved" in entry] == []
    assert [name for name, entry in installed.items() if "integrity" not in entry] == []
    npmrc = (REPOSITORY / ".npmrc").read_text(encoding="utf-8").splitlines()
    assert "omit-lockfile-registry-resolved=true" in npmrc
    assert [line for line in npmrc if "://" in line] == []


def test_make_without_arguments_lists_the_targets() -> None:
    listed = re.findall(r"^  make (\w+) +\S", run("make"), re.MULTILINE)
    expected = {"serve", "build", "test", "lint", "record", "bench", "links", "clean", "help"}
    assert expected <= set(listed)


def test_ci_runs_the_commands_of_the_readme() -> None:
    script = REPOSITORY / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    text = script.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in text
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    for command in ("make test", "make lint"):
        assert f"{command}\n" in text
        assert command in readme


def test_links_between_files_of_the_repository_have_targets(texts: dict[str, str]) -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        # The text in a fence is an example of what to write elsewhere. Both files contain a link
        # to two_stations.py as such an example.
        prose = re.sub(r"^( *)```.*?^\1```$", "", texts[name], flags=re.DOTALL | re.MULTILINE)
        assert "two_stations.py)" not in prose
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", prose):
            if "://" not in target:
                assert (REPOSITORY / target).exists(), f"{name}: {target}"


def test_folders_and_commands_in_the_instructions_exist(texts: dict[str, str]) -> None:
    instructions = texts["README.md"] + texts["CONTRIBUTING.md"]
    folders = set(re.findall(r"`((?:tests|runtime|docs|mkdocs_runnable)/(?:\w+/)*)`", instructions))
    assert len(folders) > 5
    assert [folder for folder in sorted(folders) if not (REPOSITORY / folder).is_dir()] == []
    usage = run(sys.executable, "-m", "mkdocs_runnable", "--help")
    commands = set(re.findall(r"python -m mkdocs_runnable (\w+)", instructions))
    assert commands >= {"check", "new", "record"}
    assert [name for name in sorted(commands) if not re.search(rf"\n +{name}\b", usage)] == []
    targets = set(re.findall(r"`make (\w+)", instructions))
    assert [name for name in sorted(targets) if f"  make {name} " not in run("make")] == []
