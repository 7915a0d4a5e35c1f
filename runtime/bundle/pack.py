"""Packs the Python modules of the runtime into a wheel, with a lock file that lists it.

The wheel contains bytecode for the Python inside Pyodide, whichever Python runs this script; see
compile.ts.

Usage: python runtime/bundle/pack.py PYODIDE_FOLDER OUTPUT_FOLDER
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "python"
SITE_PACKAGES = "/lib/python{}.{}/site-packages"
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
    for tree in trees.iterdir():
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
