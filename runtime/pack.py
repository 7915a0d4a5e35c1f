"""Packs the Python modules that run in the browser: one wheel and a lock file that lists it.

The wheel is compiled to bytecode when this interpreter's minor version is Pyodide's; bytecode of
another version would be refused there, so the source is shipped instead: it starts more slowly.

Usage: python runtime/pack.py PYODIDE_FOLDER OUTPUT_FOLDER
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent / "python"
# Wheels are zip files: a fixed time makes the same sources give the same bytes.
REPRODUCIBLE = {"SOURCE_DATE_EPOCH": "1704067200"}


def run(*command: str, cwd: Path | None = None) -> None:
    """Run a command of this environment; its output is shown only when it fails."""
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


def main(pyodide: Path, output: Path) -> None:
    """Write the wheel and `pyodide-lock.json` to the output folder."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    run("hatchling", "build", "-t", "wheel", "-d", str(output.resolve()), cwd=HERE)

    lock = json.loads((pyodide / "pyodide-lock.json").read_text(encoding="utf-8"))
    major, minor = lock["info"]["python"].split(".")[:2]
    if sys.version_info[:2] == (int(major), int(minor)):
        run("pyodide_cli", "py-compile", "--silent", str(output))
        form = f"bytecode for Python {major}.{minor}"
    else:
        form = f"source, because this is not Python {major}.{minor}"

    # Without the hundreds of packages of the full distribution, which this site does not offer.
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
    print(f"  packed {', '.join(Path(wheel).name for wheel in wheels)} ({form})")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
