"""Tests of which Python `make` chooses, with fake interpreters on the PATH."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

SCRIPT = REPOSITORY / "runtime" / "bundle" / "find_python.sh"
SHELL = shutil.which("sh") or "/bin/sh"


class Machine:
    """A folder of fake programs, which is the whole PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, name: str, *lines: str) -> Path:
        path = self.folder / name
        path.write_text("\n".join([f"#!{SHELL}", *lines, ""]), encoding="utf-8")
        path.chmod(0o755)
        return path

    def add_python(self, name: str, version: str) -> Path:
        """Add an interpreter that prints its version, and knows whether that is new enough.

        find_python.sh asks an interpreter with ``-c``, and expects the answer as its exit status.
        """
        major, minor, *_ = version.split(".")
        too_old = int((int(major), int(minor)) < (3, 12))
        return self.add(
            name, f'[ "$1" = --version ] && {{ echo "Python {version}"; exit; }}', f"exit {too_old}"
        )

    def find(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SHELL, str(SCRIPT), *arguments],
            env={"PATH": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    folder = tmp_path / "bin"
    folder.mkdir()
    return Machine(folder)


def assert_fails_with_one_line(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert all(part in line for part in ("3.12 or newer", *parts)), line


def test_python3_is_chosen_if_it_is_new_enough(machine: Machine) -> None:
    python = machine.add_python("python3", "3.12.0")
    machine.add_python("python3.14", "3.14.0")
    done = machine.find()
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, str(python), "")


@pytest.mark.parametrize("version", ["3.12", "3.13", "3.14", "3.15"])
def test_a_newer_python_beside_an_old_python3_is_found(machine: Machine, version: str) -> None:
    machine.add_python("python3", "3.9.2")
    newer = machine.add_python(f"python{version}", f"{version}.1")
    assert machine.find().stdout.strip() == str(newer)


def test_a_newer_python_that_does_not_run_is_skipped(machine: Machine) -> None:
    machine.add_python("python3", "3.9.2")
    machine.add("python3.13", "echo 'not installed' >&2", "exit 127")
    newer = machine.add_python("python3.12", "3.12.4")
    assert machine.find().stdout.strip() == str(newer)


def test_an_old_python_alone_is_an_error(machine: Machine) -> None:
    machine.add_python("python3", "3.11.9")
    assert_fails_with_one_line(machine.find(), "there is Python 3.11.9", "make PYTHON=")


def test_a_missing_python_is_an_error(machine: Machine) -> None:
    assert_fails_with_one_line(machine.find(), "no python3")


def test_a_python_that_uv_knows_is_found(machine: Machine, tmp_path: Path) -> None:
    machine.add_python("python3", "3.10.0")
    managed = Machine(tmp_path).add_python("managed-python", "3.13.1")  # not on the PATH
    machine.add("uv", f'[ "$*" = "python find >=3.12" ] && echo "{managed}"')
    assert machine.find().stdout.strip() == str(managed)


def test_uv_installs_a_python_if_there_is_none(machine: Machine, tmp_path: Path) -> None:
    managed = Machine(tmp_path).add_python("managed-python", "3.13.1")
    installed = tmp_path / "installed"
    machine.add(
        "uv",
        f'[ "$2" = install ] && {{ echo "Installed" ; : > "{installed}"; exit; }}',
        f'[ -e "{installed}" ] && echo "{managed}"',
    )
    done = machine.find()
    assert installed.exists()
    assert done.stdout.strip() == str(managed)


def test_a_failure_of_uv_is_an_error(machine: Machine) -> None:
    machine.add_python("python3", "3.10.0")
    machine.add("uv", "exit 2")
    assert_fails_with_one_line(machine.find(), "there is Python 3.10.0")


def test_a_python_that_the_user_names_is_chosen(machine: Machine) -> None:
    machine.add_python("python3", "3.13.0")
    named = machine.add_python("mine", "3.14.0")
    assert machine.find("mine").stdout.strip() == str(named)
    assert machine.find(str(named)).stdout.strip() == str(named)


def test_an_old_python_that_the_user_names_is_an_error(machine: Machine) -> None:
    machine.add_python("python3", "3.13.0")
    machine.add_python("mine", "3.8.0")
    assert_fails_with_one_line(machine.find("mine"), "PYTHON=mine")
