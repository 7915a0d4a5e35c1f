"""Tests of the libraries for the browser: their pinned versions, and how they are packed."""

import importlib.util
import json
import marshal
import re
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pack
import pack_packages
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import REPOSITORY

PYODIDE = REPOSITORY / "node_modules" / "pyodide"
PINS = REPOSITORY / "runtime" / "python" / "packages.txt"


def pins(path: Path) -> dict[str, str]:
    """Return the pinned version of each library by its name."""
    found = re.findall(r"^([\w.-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


@pytest.fixture(scope="module")
def offered() -> set[str]:
    """Return the names of the libraries that the site offers to readers."""
    project: dict[str, Any] = tomllib.loads(
        (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    )
    group = project["dependency-groups"]["browser"]
    return {canonicalize_name(Requirement(each).name) for each in group}


def test_offered_libraries_are_pinned_by_hash_and_without_addresses(offered: set[str]) -> None:
    text = PINS.read_text(encoding="utf-8")
    for option in ("://", "--index-url", "--find-links"):
        assert option not in text
    entries = re.split(r"^(?=[^\s#])", text, flags=re.MULTILINE)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert offered <= pins(PINS).keys()


def test_the_browser_and_this_environment_have_the_same_versions() -> None:
    # Pins for this environment, in which the programs of the site are recorded.
    outside = pins(REPOSITORY / "requirements.txt")
    assert {name: outside.get(name) for name in pins(PINS)} == pins(PINS)
    # Modules in runtime/python that replace a library in the browser.
    for name in pack_packages.REPLACEMENTS:
        module = REPOSITORY / "runtime" / "python" / name / "__init__.py"
        assert pack_packages.declared_version(module) == outside[name]


def test_the_advice_for_readers_knows_all_offered_libraries(offered: set[str]) -> None:
    # The module cannot be imported outside of the browser.
    source = (REPOSITORY / "runtime/python/browser_runtime/advice.py").read_text(encoding="utf-8")
    listed = re.search(r"^OFFERED = (\([^()]*\))$", source, re.MULTILINE)
    assert listed
    assert re.findall(r"\w+", listed[1]) == sorted(offered | set(pack_packages.REPLACEMENTS))


def make_wheel(folder: Path, **files: str) -> Path:
    wheel = folder / "tea-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return wheel


def test_files_that_programs_do_not_need_are_not_unpacked(tmp_path: Path) -> None:
    needed = {
        *("tea/__init__.py", "tea-1.0.dist-info/METADATA"),
        "tea-1.0.dist-info/licenses/LICENSE",
    }
    superfluous = {
        *("tea/__init__.pyi", "tea/py.typed", "tea/tests/test_tea.py"),
        "tea-1.0.dist-info/RECORD",
    }
    tree = tmp_path / "tree"
    files = dict.fromkeys(sorted(needed | superfluous), "")
    pack_packages.unpack(make_wheel(tmp_path, **files), tree)
    unpacked = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
    assert unpacked == needed


def test_a_wheel_for_linux_is_used_only_without_its_extension_modules(tmp_path: Path) -> None:
    name = "markupsafe-3.0-cp314-cp314-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
    files = ("markupsafe/__init__.py", "markupsafe/_fast.cpython-314-x86_64-linux-gnu.so")
    wheel = make_wheel(tmp_path, **dict.fromkeys(files, "")).rename(tmp_path / name)
    pack_packages.unpack(wheel, tmp_path / "tree")
    unpacked = [path.name for path in (tmp_path / "tree").rglob("*") if path.is_file()]
    assert unpacked == ["__init__.py"]
    other = wheel.rename(tmp_path / name.replace("markupsafe", "tea"))
    with pytest.raises(SystemExit, match=r"tea has no wheel for Pyodide.*WITHOUT_EXTENSIONS"):
        pack_packages.unpack(other, tmp_path / "other")


def test_urllib3_is_packed_without_its_support_for_fetch(tmp_path: Path) -> None:
    folder = "urllib3/contrib/emscripten"
    files = (f"{folder}/__init__.py", f"{folder}/fetch.py", f"{folder}/worker.js")
    pack_packages.unpack(make_wheel(tmp_path, **dict.fromkeys(files, "import js")), tmp_path / "t")
    unpacked = [path for path in (tmp_path / "t").rglob("*") if path.is_file()]
    assert [path.name for path in unpacked] == ["__init__.py"]
    namespace: dict[str, Any] = {}
    exec(unpacked[0].read_text(encoding="utf-8"), namespace)
    assert namespace["inject_into_urllib3"]() is None


def test_requirements_are_evaluated_for_the_browser(tmp_path: Path) -> None:
    lines = [
        "Metadata-Version: 2.4",
        "Requires-Dist: Kettle_Core>=1",
        "Requires-Dist: epoll; sys_platform == 'linux'",
        "Requires-Dist: cup; sys_platform == 'emscripten'",
        "Requires-Dist: backport; python_version < '3.14'",
        "Requires-Dist: biscuits; extra == 'all'",
    ]
    wheel = make_wheel(tmp_path, **{"tea-1.0.dist-info/METADATA": "\n".join(lines)})
    pack_packages.unpack(wheel, tmp_path / "tree")
    required = pack_packages.required(tmp_path / "tree", "3.14.2")
    assert required == {"kettle-core", "cup"}


def test_modules_become_bytecode_of_the_python_in_the_browser(tmp_path: Path) -> None:
    tree = tmp_path / "trees" / "tea"
    tree.mkdir(parents=True)
    (tree / "brew.py").write_text("def brew(): pass\n", encoding="utf-8")
    (tree / "kept.py").write_text("", encoding="utf-8")
    # The last argument names the module that keeps its source beside the bytecode.
    pack.compile_modules(PYODIDE, tmp_path / "trees", "/home/packages", "kept.py")
    major, minor, *_ = pack.pyodide_info(PYODIDE)["python"].split(".")
    names = {path.relative_to(tree).as_posix() for path in tree.rglob("*.py*")}
    assert names == {"brew.pyc", "kept.py", f"__pycache__/kept.cpython-{major}{minor}.pyc"}
    bytecode = (tree / "brew.pyc").read_bytes()
    assert b"/home/packages/brew.py" in bytecode
    # If this Python has the same format of bytecode, it can read the code after the header.
    if bytecode.startswith(importlib.util.MAGIC_NUMBER):
        assert marshal.loads(bytecode[16:]).co_filename == "/home/packages/brew.py"


def test_a_module_with_a_syntax_error_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = tmp_path / "trees" / "tea"
    tree.mkdir(parents=True)
    (tree / "brew.py").write_text("def brew(:\n", encoding="utf-8")
    with pytest.raises(SystemExit) as caught:
        pack.compile_modules(PYODIDE, tmp_path / "trees", "/home/packages")
    assert "/home/packages/brew.py" in str(caught.value) + capsys.readouterr().err


def test_code_that_few_programs_need_moves_into_the_standard_library(tmp_path: Path) -> None:
    early = {f"{pack.LATE_PACKAGE}/{name}.pyc" for name in pack.EARLY}
    late = {f"{pack.LATE_PACKAGE}/{name}.pyc" for name in ("pot/__init__", "pot/tea", "tea")}
    kept = early | {"other/tea.pyc"}
    archives = []
    for output in (tmp_path / "first", tmp_path / "second"):
        tree = output / "tree"
        for name in late | kept:
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(bytes(pack.HEADER_BYTES) + b"tea")
        pack.move_late_modules(PYODIDE, tree, output)
        left = {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}
        assert left == kept
        archives.append(output / pack.STANDARD_LIBRARY)
    first, second = (archive.read_bytes() for archive in archives)
    assert first == second
    file = f"{pack.LATE_PACKAGE}.marshal"
    with zipfile.ZipFile(archives[0]) as library:
        names = set(library.namelist())
        codes = marshal.loads(library.read(file))
    package = pack.LATE_PACKAGE.replace("/", ".")
    assert codes == {
        f"{package}.pot": (True, b"tea"),
        f"{package}.pot.tea": (False, b"tea"),
        f"{package}.tea": (False, b"tea"),
    }
    with zipfile.ZipFile(PYODIDE / pack.STANDARD_LIBRARY) as original:
        assert names == {*original.namelist(), file}


def test_every_module_that_stays_out_of_the_standard_library_exists() -> None:
    folder = REPOSITORY / "runtime" / "python" / pack.LATE_PACKAGE
    assert {path.stem for path in folder.glob("*.py")} >= {*pack.EARLY}


def test_the_same_files_give_the_same_archive(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "tea.pyc").write_bytes(b"tea")
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    pack_packages.pack(tmp_path / "tree", first)
    (tmp_path / "tree" / "tea.pyc").touch()  # changes only the time of the file
    pack_packages.pack(tmp_path / "tree", second)
    assert first.read_bytes() == second.read_bytes()


def test_requirements_of_extras_are_optional(tmp_path: Path) -> None:
    metadata = """\
Metadata-Version: 2.4
Name: tea
Version: 1
Provides-Extra: milk
Provides-Extra: windows
Requires-Dist: water_supply >=1
Requires-Dist: cow; extra == "milk"
Requires-Dist: kettle; sys_platform == "win32"
Requires-Dist: heater; platform_system == "Windows" and extra == "windows"
"""
    (tmp_path / "tea-1.dist-info").mkdir()
    (tmp_path / "tea-1.dist-info" / "METADATA").write_text(metadata)
    assert pack_packages.required(tmp_path, "3.14.2") == {"water-supply"}
    assert pack_packages.required(tmp_path, "3.14.2", "milk", "windows") == {"water-supply", "cow"}
    listed = json.loads((REPOSITORY / "build/packages/packages.json").read_text(encoding="utf-8"))
    assert "httpx" in listed["fastapi"]["optional"]
    assert "httpx" not in listed["fastapi"]["requires"]


def test_all_libraries_are_packed_with_their_requirements() -> None:
    listed = json.loads((REPOSITORY / "build/packages/packages.json").read_text(encoding="utf-8"))
    assert listed.keys() == pins(PINS).keys() | set(pack_packages.REPLACEMENTS)
    for name, package in listed.items():
        assert set(package["requires"]) <= listed.keys(), name
        assert set(package["optional"]) <= listed.keys() - set(package["requires"]), name
        with zipfile.ZipFile(REPOSITORY / "build/packages" / package["archive"]) as archive:
            assert archive.testzip() is None
            assert [each for each in archive.namelist() if each.endswith(".pyi")] == []
