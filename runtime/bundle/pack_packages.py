"""Packs the libraries for programs in the browser: one archive for each, and a list.

Most libraries are wheels for Pyodide's Python, which packages.txt pins by their hashes. If a
library also works without its extension modules, its wheel for Linux can be used without them. A
library that cannot work in WebAssembly, such as greenlet, is replaced by a module of this project.
Modules become bytecode; type stubs, tests and other files that programs do not use are left out.

`packages.json` maps the name of each library to its version, its archive, the names of the
libraries that it requires and of those that it uses if they are installed, and whether the site
offers it to readers. The libraries that the site offers are those in the group `browser` of
pyproject.toml, and the replacements.

Usage: python runtime/bundle/pack_packages.py PYODIDE_FOLDER REQUIREMENTS WHEEL_FOLDER OUTPUT_FOLDER
"""

import ast
import json
import shutil
import sys
import tomllib
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

from pack import compile_modules, pyodide_info, run
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).parents[2]
# The folder in which the browser unpacks the archives; see runtime/worker/startup/packages.ts.
HOME = "/home/packages"
# A fixed time in the archives gives the same bytes for the same wheels.
EPOCH = (2024, 1, 1, 0, 0, 0)
# Libraries that have no wheel for Pyodide, but work without their extension modules. They are taken
# from a wheel for Linux, and the extension modules are left out.
WITHOUT_EXTENSIONS = ("markupsafe",)
# Modules in runtime/python that replace a library; each declares the version that it replaces.
REPLACEMENTS = ("greenlet",)
LEFT_OUT = (
    "**/*.pyi",
    "**/py.typed",
    "**/tests/**",
    "*.dist-info/RECORD",
    "*.dist-info/WHEEL",
    "*.dist-info/top_level.txt",
    # Extension modules for Linux, see `WITHOUT_EXTENSIONS`, and the source of such modules.
    "**/*-linux-gnu.so",
    "**/*.c",
    "fastapi/.agents/**",
    # Support for Trio, pytest, mypy and the command line, which the browser does not have.
    "anyio/_backends/_trio.py",
    "anyio/pytest_plugin.py",
    "httpcore/_backends/trio.py",
    "httpx/_main.py",
    "pydantic/mypy.py",
    "websockets/__main__.py",
    "websockets/cli.py",
    "websockets/trio/**",
    # Version 1 of pydantic does not support Python 3.14.
    "pydantic/v1/**",
    "urllib3/contrib/emscripten/[!_]*",
)
# Files with another text than in the wheel. In a browser, urllib3 would send requests with
# JavaScript's `fetch`, which cannot reach the servers of a program.
REPLACED = {
    "urllib3/contrib/emscripten/__init__.py": "def inject_into_urllib3():\n    pass\n",
}
# AnyIO reads the source of its packages to find out what they import.
WITH_SOURCE = ("anyio/__init__.py", "anyio/abc/__init__.py")


def download(pyodide: Path, requirements: Path, folder: Path) -> None:
    """Download the wheels for Pyodide's Python and platform.

    Args:
        pyodide: The folder of Pyodide's npm package.
        requirements: The file that pins the wheels.
        folder: The folder for the wheels; its previous content is deleted.
    """
    info = pyodide_info(pyodide)
    major, minor = info["python"].split(".")[:2]
    shutil.rmtree(folder, ignore_errors=True)
    run(
        *("pip", "download", "--disable-pip-version-check"),
        *("--require-hashes", "--no-deps", "--only-binary=:all:"),
        *("--python-version", f"{major}.{minor}", "--implementation", "cp"),
        *("--abi", f"cp{major}{minor}"),
        # The wheels for the first platform are preferred.
        *("--platform", f"pyemscripten_{info['abi_version']}_{info['arch']}"),
        *("--platform", "manylinux_2_17_x86_64"),
        *("--requirement", str(requirements), "--dest", str(folder)),
    )


def check_platform(wheel: Path) -> None:
    """Exit with an error if a wheel is for another platform although its library needs one."""
    name, _, _, tags = parse_wheel_filename(wheel.name)
    is_for_linux = any(tag.platform.startswith("manylinux") for tag in tags)
    if is_for_linux and name not in WITHOUT_EXTENSIONS:
        sys.exit(
            f"{wheel.name}: {name} has no wheel for Pyodide. If it also works without its "
            f"extension modules, add it to WITHOUT_EXTENSIONS in {Path(__file__).name}."
        )


def unpack(wheel: Path, folder: Path) -> None:
    """Unpack a wheel, except for the files that match a pattern in `LEFT_OUT`.

    Exits with an error if the wheel cannot work in a browser; see `check_platform`.
    """
    check_platform(wheel)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    for pattern in LEFT_OUT:
        for path in list(folder.glob(pattern)):
            if path.is_file():
                path.unlink()
    for name, text in REPLACED.items():
        if (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")


def required(folder: Path, python: str, *extras: str) -> set[str]:
    """Return the names of the libraries that an unpacked wheel requires in the browser.

    Args:
        folder: The folder of the unpacked wheel.
        python: The version of Python in the browser.
        extras: The extras with which the library is installed.
    """
    environment = {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": "wasm32",
        "platform_python_implementation": "CPython",
        "platform_system": "Emscripten",
        "python_full_version": python,
        "python_version": ".".join(python.split(".")[:2]),
        "sys_platform": "emscripten",
    }
    requirements = map(Requirement, metadata(folder).get_all("Requires-Dist", []))
    return {
        canonicalize_name(each.name)
        for each in requirements
        if each.marker is None
        or any(each.marker.evaluate(environment | {"extra": extra}) for extra in ("", *extras))
    }


def metadata(folder: Path) -> Message:
    """Return the metadata of an unpacked wheel. For a replacement, the result is empty."""
    path = next(folder.glob("*.dist-info/METADATA"), None)
    return Parser().parsestr(path.read_text(encoding="utf-8") if path else "")


def declared_version(module: Path) -> str:
    """Return the `__version__` that a module declares."""
    for statement in ast.parse(module.read_text(encoding="utf-8")).body:
        match statement:
            case ast.Assign([ast.Name("__version__")], ast.Constant(str(version))):
                return version
    sys.exit(f"{module}: no __version__.")


def pack(folder: Path, archive: Path) -> None:
    """Write all files below a folder to a zip archive, uncompressed: build.ts compresses it."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                packed.writestr(zipfile.ZipInfo(name, EPOCH), path.read_bytes())


def offered() -> set[str]:
    """Return the names of the libraries in the group `browser` of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        canonicalize_name(Requirement(each).name)
        for each in project["dependency-groups"]["browser"]
    }


def main(pyodide: Path, pins: Path, wheels: Path, output: Path) -> None:
    """Download the pinned wheels unless they are there, and write the archives and their list.

    Args:
        pyodide: The folder of Pyodide's npm package.
        pins: The file that pins the wheels.
        wheels: The folder for the wheels.
        output: The folder for the archives and `packages.json`.
    """
    downloaded = wheels / "downloaded.txt"
    if not downloaded.exists() or downloaded.read_bytes() != pins.read_bytes():
        print("  downloading the libraries for the browser (seconds, once) …")  # noqa: T201
        download(pyodide, pins, wheels)
        shutil.copy(pins, downloaded)
    shutil.rmtree(output, ignore_errors=True)
    trees = output / "trees"
    versions: dict[str, str] = {}
    for wheel in sorted(wheels.glob("*.whl")):
        project, release, *_ = parse_wheel_filename(wheel.name)
        versions[project] = str(release)
        unpack(wheel, trees / project)
    for name in REPLACEMENTS:
        source = ROOT / "runtime" / "python" / name
        shutil.copytree(source, trees / name / name, ignore=shutil.ignore_patterns("__pycache__"))
        versions[name] = declared_version(source / "__init__.py")
    compile_modules(pyodide, trees, HOME, *WITH_SOURCE)
    python = pyodide_info(pyodide)["python"]
    offered_names = offered() | set(REPLACEMENTS)
    packages = {}
    for name, version in versions.items():
        archive = f"{name}-{version}.zip"
        pack(trees / name, output / archive)
        requires = required(trees / name, python)
        extras = metadata(trees / name).get_all("Provides-Extra", [])
        packages[name] = {
            "version": version,
            "archive": archive,
            "requires": sorted(requires),
            "optional": sorted(required(trees / name, python, *extras) & {*versions} - requires),
            "offered": name in offered_names,
        }
    shutil.rmtree(trees)
    (output / "packages.json").write_text(json.dumps(packages, indent=1), encoding="utf-8")
    print(f"  packed {len(packages)} libraries")  # noqa: T201


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:5]))
