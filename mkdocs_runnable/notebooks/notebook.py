"""Reads notebooks, and finds out whether their outputs belong to their present code.

The metadata of a recorded notebook contain an entry ``runnable``, which describes the run that made
the outputs; see :class:`Origin`. The outputs are outdated if the code has changed since then. They
are also outdated if they are not the outputs of that run, for example because the notebook was run
in Jupyter later. Text between the cells may change at any time.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any, Literal

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.notebooks.machine import Machine
from mkdocs_runnable.project import Project
from mkdocs_runnable.snippets.imports import imported_packages

type Cell = dict[str, Any]

State = Literal["missing", "unknown", "outdated", "current"]
SUFFIX = ".ipynb"
FORMAT = 4  # the only major version of the notebook format that is supported
# Cells with this tag check what the page says about the outputs. They are run, but not shown.
CHECK = "check"
_ENTRY = "runnable"
_HASH_DIGITS = 12


@dataclass(frozen=True)
class Origin:
    """The run that made the outputs of a notebook.

    Attributes:
        date: The day of the run, such as ``2026-11-30``.
        libraries: Name of each library that the code imports → its version.
        machine: The machine on which the notebook was run.
        outputs: A hash of the outputs.
        sources: A hash of the code; see :meth:`Notebook.sources`.
    """

    date: str
    libraries: dict[str, str]
    machine: Machine
    outputs: str
    sources: str

    @classmethod
    def of(cls, metadata: dict[str, Any]) -> "Origin | None":
        """Read the metadata of a notebook; return None if they do not describe a run."""
        try:
            entry = dict(metadata[_ENTRY])
            return cls(**entry | {"machine": Machine(**entry["machine"])})
        except (KeyError, TypeError, ValueError):
            return None

    def save(self, metadata: dict[str, Any]) -> None:
        """Write this description into the metadata of a notebook."""
        metadata[_ENTRY] = asdict(self)


@dataclass(frozen=True)
class Notebook:
    """A notebook.

    Attributes:
        path: The file.
        where: The path of the file in messages.
        content: The content of the file.
    """

    path: Path
    where: str
    content: dict[str, Any]

    @classmethod
    def read(cls, path: Path, where: str) -> "Notebook":
        """Read a notebook.

        Args:
            path: The file.
            where: The path of the file in messages.

        Raises:
            RunnableError: The file cannot be read, or is not a notebook.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["nbformat"] != FORMAT:
                raise RunnableError(
                    f"{where}: this notebook has the format {content['nbformat']}, but only the "
                    f"format {FORMAT} is supported. Open it in Jupyter, and save it."
                )
            for cell in content["cells"]:
                # An error is raised here if a cell lacks something that other functions rely on.
                _ = cell["metadata"].get("tags", []), text_of(cell["source"])
                if cell["cell_type"] == "code":
                    _ = cell["outputs"]
        except FileNotFoundError:
            raise RunnableError(f"{where}: there is no such file.") from None
        except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
            detail = f"{error} is missing" if isinstance(error, KeyError) else error
            raise RunnableError(f"{where}: not a valid notebook: {detail}.") from None
        return cls(path, where, content)

    @property
    def cells(self) -> list[Cell]:
        """All cells, in their order."""
        cells: list[Cell] = self.content["cells"]
        return cells

    @property
    def code_cells(self) -> list[Cell]:
        """The cells that contain code."""
        return [cell for cell in self.cells if cell["cell_type"] == "code"]

    @property
    def origin(self) -> Origin | None:
        """The run that made the outputs; None if it is unknown."""
        return Origin.of(self.content.get("metadata", {}))

    @property
    def state(self) -> State:
        """Whether the outputs belong to the present code.

        They are ``missing``, their origin is ``unknown``, they are ``outdated``, or they are
        ``current``.
        """
        origin = self.origin
        has_outputs = any(cell["outputs"] for cell in self.code_cells)
        if origin is None:
            return "unknown" if has_outputs else "missing"
        if origin.outputs != hash_of_outputs(self.code_cells):
            return "outdated" if has_outputs else "missing"
        return "current" if origin.sources == self.sources else "outdated"

    @cached_property
    def sources(self) -> str:
        """A hash of the code: of all cells with code, and of the modules that they import.

        Only modules in the folder of the notebook count.
        """
        code = [text_of(cell["source"]) for cell in self.code_cells]
        return _hash([code, sorted(self._modules.items())])

    @cached_property
    def libraries(self) -> dict[str, str]:
        """The libraries that the code imports, with the versions that are installed here."""
        installed = _installed()
        code = [text_of(cell["source"]) for cell in self.code_cells] + [*self._modules.values()]
        names = {name for each in code for name in _imported(each)}
        found = {each for name in names for each in installed.get(name, ())}
        return {name: version(name) for name in sorted(found, key=str.casefold)}

    @cached_property
    def _modules(self) -> dict[str, str]:
        """The modules in the folder of the notebook that the code imports, with their texts."""
        modules: dict[str, str] = {}
        pending = [text_of(cell["source"]) for cell in self.code_cells]
        while pending:
            for name in _imported(pending.pop()):
                path = self.path.with_name(f"{name}.py")
                if name not in modules and path.is_file():
                    modules[name] = path.read_text(encoding="utf-8")
                    pending.append(modules[name])
        return modules


def find(project: Project) -> list[Path]:
    """Return the notebooks of a project whose outputs are recordings, sorted."""
    if not project.options.notebooks:
        return []
    return sorted(
        path
        for path in project.docs.rglob(f"*{SUFFIX}")
        if not any(part.startswith(".") for part in path.relative_to(project.docs).parts)
    )


def has_tag(cell: Cell, tag: str) -> bool:
    """Return whether a cell has a tag."""
    return tag in cell["metadata"].get("tags", [])


def text_of(lines: str | list[str]) -> str:
    """Return a text that is saved as one string or as a list of lines."""
    return "".join(lines)


def hash_of_outputs(code_cells: list[Cell]) -> str:
    """Return a hash of the outputs of cells."""
    return _hash([cell["outputs"] for cell in code_cells])


@cache
def _installed() -> Mapping[str, list[str]]:
    return packages_distributions()  # takes long, because it reads lists of all installed files


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_DIGITS]


def _imported(source: str) -> Iterator[str]:
    # Lines such as `%time` and `!ls` are commands of IPython, and no Python.
    code = re.sub(r"^\s*[%!].*$", "", source, flags=re.MULTILINE)
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return  # The cell is in another language, or fails when it is run.
    yield from imported_packages(ast.walk(tree))
