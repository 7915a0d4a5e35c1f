"""Executes the notebooks of the site, and runs each one again only if something has changed.

Each notebook ``docs/**/x.ipynb`` is run in its folder, and the result is written to
``build/notebooks/**/x.ipynb``. The result contains a key, which is a hash of everything that it
depends on: the cells, the modules in the same folder that they import, and the versions of Python
and of the imported packages. While the key is the same, the notebook is not run again, so builds
are quick and figures stay the same.
"""

import ast
import hashlib
import platform
from collections.abc import Callable
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.recording.recordings import write_atomically
from mkdocs_runnable.snippets.imports import imported_packages

CELL_TIMEOUT_SECONDS = 300


def find(docs: Path) -> list[Path]:
    """Return the paths of all notebooks of the site, sorted."""
    return sorted(
        path
        for path in docs.rglob("*.ipynb")
        if not any(part.startswith(".") for part in path.relative_to(docs).parts)
    )


def execute_all(
    docs: Path, target: Path, say: Callable[[str], None], timeout: int = CELL_TIMEOUT_SECONDS
) -> None:
    """Execute all notebooks whose results are missing or out of date.

    Args:
        docs: The folder of the pages.
        target: The folder of the executed notebooks. Their relative paths are the same as in
            ``docs``.
        say: Receives a message before a notebook is run.
        timeout: Time limit of one cell, in seconds.

    Raises:
        RunnableError: A notebook is damaged, or a cell failed or took too long.
    """
    for path in find(docs):
        executed = target / path.relative_to(docs)
        if not is_current(path, executed):
            say(
                f"Running the notebook {_where(path, docs)}, which can take a minute. "
                "The result is kept until something changes."
            )
            notebook = _read(path, docs)
            _execute(notebook, path, docs, timeout)
            notebook.metadata["runnable"] = {"key": key(path)}
            executed.parent.mkdir(parents=True, exist_ok=True)
            text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
            write_atomically(executed, text)


def is_current(path: Path, executed: Path) -> bool:
    """Whether ``executed`` is the result of the current content of a notebook."""
    try:
        notebook = nbformat.read(executed, as_version=4)  # type: ignore[no-untyped-call]
        current = key(path)
    except (OSError, ValueError, TypeError, AttributeError):
        # There is no result yet, or a file is damaged. Running a damaged notebook reports it.
        return False
    return bool(notebook.metadata.get("runnable", {}).get("key") == current)


def key(path: Path) -> str:
    """Return a hash of everything that the result of a notebook depends on."""
    digest = hashlib.sha256()
    sources = [cell.source for cell in nbformat.read(path, as_version=4).cells]  # type: ignore[no-untyped-call]
    digest.update(repr(sources).encode())
    modules: set[str] = set()
    pending = [_importable(source) for source in sources]
    while pending:
        for name in sorted(_imported(pending.pop()) - modules):
            modules.add(name)
            module = path.with_name(f"{name}.py")
            if module.exists():
                text = module.read_text(encoding="utf-8")
                digest.update(f"{name}\0{text}\0".encode())
                pending.append(text)
    installed = packages_distributions()
    versions = {each: version(each) for name in modules for each in installed.get(name, ())}
    digest.update(repr((platform.python_version(), sorted(versions.items()))).encode())
    return digest.hexdigest()


def _importable(source: str) -> str:
    """Remove the lines of a cell that only IPython understands."""
    return "\n".join(
        line for line in source.split("\n") if not line.lstrip().startswith(("%", "!"))
    )


def _imported(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()  # a Markdown cell, or a cell that will fail when it is run
    return set(imported_packages(ast.walk(tree)))


def _read(path: Path, docs: Path) -> Any:
    try:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(notebook)
    except (ValueError, TypeError, AttributeError, nbformat.ValidationError) as error:
        first = str(error).partition("\n")[0]
        raise RunnableError(f"{_where(path, docs)}: not a valid notebook: {first}") from None
    return notebook


def _execute(notebook: Any, path: Path, docs: Path, timeout: int) -> None:
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        allow_errors=False,
        resources={"metadata": {"path": str(path.parent)}},
        # Hides the kernel's warning that its TCP connections are not encrypted. They are local, and
        # clients need a key from a private file to talk to the kernel.
        extra_arguments=["--log-level=ERROR"],
    )
    current = 0

    def note(cell: Any, cell_index: int) -> None:  # noqa: ARG001 - nbclient passes both by name
        nonlocal current
        current = cell_index + 1

    client.on_cell_start = note
    try:
        client.execute()
    except CellExecutionError as error:
        message = f"cell {current} failed: {error.ename}: {error.evalue}"
    except CellTimeoutError:
        message = f"cell {current} did not finish within {timeout} seconds"
    except DeadKernelError:
        message = f"the kernel died in cell {current}"
    else:
        return
    raise RunnableError(f"{_where(path, docs)}: {message}.")


def _where(path: Path, docs: Path) -> str:
    return path.relative_to(docs.parent).as_posix()
