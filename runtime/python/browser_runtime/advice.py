"""Advises readers what to do if their program cannot import a module.

Pyodide's own advice is removed, because it does not help here: it names Pyodide's functions for
loading packages, which have nothing to load.
"""

import importlib
import sys
from pathlib import Path

from runnable_tracer.required_names import require

# Where the libraries of the program are installed; see runtime/worker/startup/packages.ts.
PACKAGES = Path("/home/packages")
# The packages that programs can declare: those of the dependency group `browser` in
# pyproject.toml, and the stand-in for greenlet. One string takes less space in a snapshot than
# many, which would all be interned.
OFFERED = (
    "anyio, fastapi, flask, greenlet, httpx, pydantic, requests, starlette, tzdata, uvicorn, "
    "websockets"
)
# `sys.stdlib_module_names` does not contain `test`, the package of CPython's own tests.
STANDARD = sys.stdlib_module_names | {"test"}


def declaration(package: str) -> str:
    """Return the lines with which a program declares that it needs a library."""
    return f'# /// script\n# dependencies = ["{package}"]\n# ///'


def explain_missing(package: str) -> str | None:
    """Return what to do about a package that could not be imported.

    Returns:
        The advice, or None for a package of the standard library: the page explains in a note below
        the output why it is missing; see `facts`.
    """
    if package in STANDARD:
        return None
    offered = OFFERED.split(", ")
    if package in offered and not (PACKAGES / package).exists():
        return (
            f"{package} is available to programs that declare it with these lines at the top:\n"
            f"{declaration(package)}"
        )
    return (
        f"{package!r} is not installed here. Programs can use Python's standard library and, "
        f"if they declare them, {', '.join(offered[:-1])} and {offered[-1]}."
    )


def silence_pyodide() -> None:
    """Keep Pyodide from adding its own advice to the errors of imports.

    Pyodide adds a note to each `ModuleNotFoundError` that passes through JavaScript, for example in
    a callback. The note refers to micropip and to Pyodide's documentation; see
    https://github.com/pyodide/pyodide/blob/main/src/py/_pyodide/_importhook.py.
    """
    name = "add_note_to_module_not_found_error"
    hook = require(importlib.import_module("_pyodide._importhook"), name)
    setattr(hook, name, lambda _: None)
