"""Adds to the wheel what the engine needs beside its Python code: a build hook of Hatchling.

A wheel contains files that only a build of the whole repository makes, which takes Node.js and the
libraries for the browser. Therefore wheels are made by ``pip wheel .`` in a checkout, after
``make build``. A fresh checkout and a source distribution lack these files, so that no wheel can be
made from them, and the error says what to do. Editable installations use the files of the checkout;
see mkdocs_runnable/parts.py.

See https://hatch.pypa.io/latest/plugins/build-hook/custom/.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Where mkdocs_runnable/parts.py looks for the files of an installed engine.
TARGET = "mkdocs_runnable/bundled"
RUNTIME = "build/runtime"
PRERENDER = "build/prerender.mjs"
TRACER = "runtime/python/runnable_tracer"
BUILT_FILES = "mkdocs_runnable/built_files.py"
# Shows whether `make build` has made everything: one or two files of each part.
NEEDED = (f"{RUNTIME}/widget.js", f"{RUNTIME}/licenses.txt", PRERENDER, f"{TRACER}/__init__.py")


class PartsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the browser runtime, the tracer and the program that draws timelines to a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files to ``build_data``, unless the wheel is for an editable installation.

        Args:
            version: The kind of wheel, "standard" or "editable". Hatchling calls it a version.
            build_data: What Hatchling knows about the wheel.
        """
        if version == "editable":
            return
        root = Path(self.root)
        for name in NEEDED:
            if not (root / name).is_file():
                self.app.abort(
                    f"{name} is not built. Run `make build` first, in a checkout of the "
                    "repository: a source distribution does not contain what it needs."
                )
        built_files = load(root / BUILT_FILES)
        try:
            names = built_files.files_of_one_build(root / RUNTIME, root / PRERENDER)
        except built_files.MixedBuildError as error:
            self.app.abort(f"{RUNTIME}: {error}. Run `make clean build`.")
        added = {PRERENDER: f"{TARGET}/prerender.mjs"}
        for name in (*names, built_files.MANIFEST):
            added[f"{RUNTIME}/{name}"] = f"{TARGET}/runtime/{name}"
        added |= {
            name: f"{TARGET}/tracer/runnable_tracer/{inside}"
            for name, inside in files(root, TRACER)
            if "__pycache__" not in inside
        }
        build_data["force_include"] |= added


def load(path: Path) -> ModuleType:
    """Load one module from its file.

    It cannot be imported, because the package would import its requirements, which are not
    installed during the build.
    """
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def files(root: Path, folder: str) -> Iterator[tuple[str, str]]:
    """Yield each file in a folder: its path relative to ``root``, and relative to the folder."""
    for path in sorted((root / folder).rglob("*")):
        if path.is_file():
            yield path.relative_to(root).as_posix(), path.relative_to(root / folder).as_posix()
