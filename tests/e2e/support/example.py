"""Builds three sites from `examples/minimal` with the wheel of the engine, for a browser test.

The wheel is installed into a new virtual environment. Python can import there what it can import in
the environment of this module, except for the engine of this repository.

Usage: ``python -m tests.e2e.support.example FOLDER``. Afterwards ``FOLDER/recorded`` and
``FOLDER/unrecorded`` contain the sites that were built with and without recordings.
``FOLDER/shared`` contains a site without recordings whose mkdocs.yml declares libraries for all
programs. One of its programs imports some of them.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from pathlib import Path

from tests.conftest import REPOSITORY

EXAMPLE = REPOSITORY / "examples" / "minimal"
RECORDINGS = ("*.out", "*.trace.json", "recordings.json")
# Appended to mkdocs.yml, where they continue the options of the plugin.
SHARED_OPTIONS = """\
      dependencies: [fastapi, httpx, numpy]
      playground: playground.md
"""
# The program has no header that declares libraries. HTTPX is imported only by FastAPI's test
# client.
SHARED_FILES = {
    "docs_src/hello.py": """\
from fastapi import FastAPI
from fastapi.testclient import TestClient

app = FastAPI()


@app.get("/")
async def hello() -> dict[str, str]:
    return {"message": "Hello"}


print(TestClient(app).get("/").json())
""",
    "docs/hello.md": "# Hello\n\n[Hello](../docs_src/hello.py){ .runnable }\n",
    "docs/playground.md": (
        '# Playground\n\n<runnable-playground data-runtime="../runtime/"></runnable-playground>\n'
    ),
}
# Without the variables that would let the new environment find the engine of this repository.
_ENVIRONMENT = {
    key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL"))
} | {"NO_MKDOCS_2_WARNING": "1"}


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command, and return what it has printed.

    Raises:
        RuntimeError: The command failed; the message contains its output.
    """
    done = subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env=_ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stdout}")
    return done.stdout


def install(folder: Path) -> Path:
    """Make the wheel, install it into a new environment, and return the environment's Python."""
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    # Build isolation would make pip download the build tools.
    build = ("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder)
    run(*pip, *build, REPOSITORY, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    venv.create(environment, with_pip=False)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(
        *pip, "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder
    )
    installed = Path(
        run(
            python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder
        ).strip()
    )
    # This line adds the folder with the packages of this environment, but not the engine of this
    # repository: it is found by a .pth file in that folder, and Python ignores .pth files in
    # folders that a .pth file has added.
    (installed / "packages.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    engine = run(
        python, "-c", "import mkdocs_runnable; print(mkdocs_runnable.__file__)", cwd=folder
    )
    assert Path(engine.strip()).is_relative_to(environment), engine
    return python


def build(
    python: Path,
    folder: Path,
    name: str,
    *,
    is_recorded: bool = False,
    options: str = "",
    more: Mapping[str, str] | None = None,
) -> None:
    """Build a copy of the example.

    Args:
        python: The Python of the environment with the engine.
        folder: The folder for the copy and for the site.
        name: The name of the site, and of its folder.
        is_recorded: Whether to record the programs of the copy before the build.
        options: Further options of the plugin.
        more: The texts of further files of the copy, by their paths.
    """
    project = folder / f"{name}_project"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns(*RECORDINGS, "site", ".cache"))
    for path, text in (more or {}).items():
        (project / path).write_text(text, encoding="utf-8")
    with (project / "mkdocs.yml").open("a", encoding="utf-8") as configuration:
        configuration.write(options)
    if is_recorded:
        run(python, "-m", "mkdocs_runnable", "record", cwd=project)
    run(python, "-m", "mkdocs", "build", "--strict", "--site-dir", folder / name, cwd=project)


def main() -> None:
    """Build the three sites into the folder that the command line names."""
    folder = Path(sys.argv[1]).absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    python = install(folder)
    build(python, folder, "recorded", is_recorded=True)
    build(python, folder, "unrecorded")
    build(python, folder, "shared", options=SHARED_OPTIONS, more=SHARED_FILES)


if __name__ == "__main__":
    main()
