"""Packs the Python modules of the runtime into a wheel, with a lock file that lists it.

Modules that few programs need go into a copy of Pyodide's archive of the standard library instead:
browsers download it after the first program has started. Everything in the wheel is part of what
they download before.

Both contain bytecode for the Python inside Pyodide, whichever Python runs this script; see
compile.ts.

Usage: python runtime/bundle/pack.py PYODIDE_FOLDER OUTPUT_FOLDER
"""

import json
import marshal
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "python"
STANDARD_LIBRARY = "python_stdlib.zip"
SITE_PACKAGES = "/lib/python{}.{}/site-packages"
# The package whose modules go into the archive of the standard library, and those that do not: all
# programs have them. The others are imported by `browser_runtime.network.late_code`.
LATE_PACKAGE = "browser_runtime/network"
EARLY = ("__init__", "constants", "facade", "late_code", "settings", "tls")
# The length of the header of a file with bytecode, see https://peps.python.org/pep-0552/.
HEADER_BYTES = 16
# Wheels are zip files, in which a fixed time gives the same bytes for the same sources.
REPRODUCIBLE = {"SOURCE_DATE_EPOCH": "1704067200"}


def run(*command: str, cwd: Path | None = None) -> None:
    """Run a module of this environment as a command; if it fails, show its output and exit."""
    environment = os.environ | REPRODUCIBLE
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", *command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def pyodide_info(pyodide: Path) -> dict[str, str]:
    """Return the section of Pyodide's lock file with the versions of its Python and its ABI."""
    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    info: dict[str, str] = lock["info"]
    return info


def compile_modules(pyodide: Path, folder: Path, prefix: str, *kept: str) -> None:
    """Compile modules to bytecode for Pyodide.

    Args:
        pyodide: The folder of Pyodide's npm package.
        folder: Contains one folder for each package to compile.
        prefix: The folder where the packages are installed in the browser.
        kept: Files that keep their source; see compile.ts.
    """
    script = Path(__file__).with_name("compile.ts")
    command = ["node", str(script), str(pyodide), str(folder), prefix, *kept]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"{script.name} failed:\n{done.stdout}{done.stderr}")


def move_late_modules(pyodide: Path, tree: Path, output: Path) -> None:
    """Write the archive of the standard library, with the code of modules that a package loses.

    The code of all these modules is in one file, a dictionary as `marshal` writes it: the name of
    the module → whether it is a package, and its code.

    Args:
        pyodide: The folder of the npm package, which has the archive without this file.
        tree: The compiled packages.
        output: The folder for the archive.
    """
    archive = output / STANDARD_LIBRARY
    shutil.copyfile(pyodide / STANDARD_LIBRARY, archive)
    package = tree / LATE_PACKAGE
    early = [package / f"{name}.pyc" for name in EARLY]
    codes: dict[str, tuple[bool, bytes]] = {}
    for file in sorted({*package.rglob("*.pyc")}.difference(early)):
        is_package = file.stem == "__init__"
        module = file.parent if is_package else file.with_suffix("")
        name = ".".join(module.relative_to(tree).parts)
        codes[name] = is_package, file.read_bytes()[HEADER_BYTES:]
        file.unlink()
    # Without the time of the file, the same sources give the same bytes. From version 3 on, the
    # format depends on how many references to an object there are.
    entry = zipfile.ZipInfo(f"{LATE_PACKAGE}.marshal")
    with zipfile.ZipFile(archive, "a") as library:
        library.writestr(entry, marshal.dumps(codes, 2), zipfile.ZIP_DEFLATED, compresslevel=9)


def main(pyodide: Path, output: Path) -> None:
    """Write the wheel and `pyodide-lock.json` to the output folder, and delete its old content."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    source, trees = output / "source", output / "trees"
    run("hatchling", "build", "-t", "wheel", "-d", str(source.resolve()), cwd=SOURCE)
    major, minor = pyodide_info(pyodide)["python"].split(".")[:2]
    for wheel in source.glob("*.whl"):
        run("wheel", "unpack", "--dest", str(trees), str(wheel))
    compile_modules(pyodide, trees, SITE_PACKAGES.format(major, minor))
    (tree,) = trees.iterdir()
    move_late_modules(pyodide, tree, output)
    run("wheel", "pack", "--dest-dir", str(output), str(tree))
    shutil.rmtree(source)
    shutil.rmtree(trees)

    # Leave out the hundreds of packages of Pyodide's full distribution, which are not published.
    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    trimmed = output / "base-lock.json"
    trimmed.write_text(json.dumps(lock | {"packages": {}}), encoding="utf-8")
    wheels = [str(wheel) for wheel in sorted(output.glob("*.whl"))]
    run(
        "pyodide_cli",
        "lockfile",
        "add-wheels",
        *wheels,
        f"--input={trimmed}",
        f"--output={output / 'pyodide-lock.json'}",
        f"--base-path={output}",
    )
    trimmed.unlink()
    names = ", ".join(Path(wheel).name for wheel in wheels)
    print(f"  packed {names} (bytecode for Python {major}.{minor})")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
