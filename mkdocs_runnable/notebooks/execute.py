"""Runs the cells of a notebook in a Jupyter kernel, with the Python that runs this module."""

import json
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.validator import normalize
from nbformat.warnings import MissingIDFieldWarning

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.notebooks.notebook import CHECK, Notebook, has_tag, text_of

CELL_TIMEOUT_SECONDS = 300  # long enough for benchmarks
_KERNEL = "python3"
_LINE_OF_CELL = re.compile(r"Cell In\[\d+\], line (\d+)")
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


def execute(notebook: Notebook, timeout: float = CELL_TIMEOUT_SECONDS) -> dict[str, Any]:
    """Run all cells of a notebook, in the folder of the notebook.

    Args:
        notebook: The notebook, which is not changed.
        timeout: Time limit of one cell, in seconds.

    Returns:
        The content of the notebook with the new outputs.

    Raises:
        RunnableError: The notebook is damaged, the Jupyter kernel is missing or has died, or a cell
            failed or took too long.
    """
    with warnings.catch_warnings():
        # The ids of cells, which many notebooks lack, are added to a copy.
        warnings.simplefilter("ignore", MissingIDFieldWarning)
        _, complete = normalize(notebook.content)
    try:
        nbformat.validate(complete)
    except nbformat.ValidationError as error:
        first = str(error).partition("\n")[0]
        raise RunnableError(f"{notebook.where}: not a valid notebook: {first}") from None
    # In the file, a cell may be a list of lines, but the client needs each cell as one string.
    content = nbformat.v4.reads_json(json.dumps(complete))  # type: ignore[no-untyped-call]
    client = NotebookClient(
        content,
        timeout=timeout,
        allow_errors=False,
        record_timing=False,
        resources={"metadata": {"path": str(notebook.path.parent)}},
    )
    current = 0

    def note_cell(cell: Any, cell_index: int) -> None:  # noqa: ARG001 - nbclient passes both by name
        nonlocal current
        current = cell_index

    client.on_cell_start = note_cell
    try:
        with _kernel() as client.km:
            client.execute()
    except NoSuchKernel:
        raise RunnableError(
            f"{notebook.where}: notebooks are run by the Jupyter kernel '{_KERNEL}', which is not "
            "installed. Run `python -m pip install ipykernel`."
        ) from None
    except CellExecutionError as error:
        message = _why_failed(notebook, current, error)
    except CellTimeoutError:
        message = f"cell {current + 1} did not finish within {timeout:g} seconds."
    except DeadKernelError:
        message = f"the kernel died in cell {current + 1}."
    else:
        return dict(content)
    raise RunnableError(f"{notebook.where}: {message}")


@contextmanager
def _kernel() -> Iterator[AsyncKernelManager]:
    """Yield a manager that starts the Jupyter kernel when the client needs it."""
    with TemporaryDirectory() as folder:
        manager = AsyncKernelManager(kernel_name=_KERNEL)
        if sys.platform != "win32":
            # Files instead of ports: between the choice of a free port and its use by the kernel,
            # another program may take it, and then the kernel never answers.
            manager.transport = "ipc"
            # The paths of these files begin with this path. It must be short, because every system
            # limits the paths of such files to about 100 bytes.
            manager.connection_file = str(Path(folder) / "kernel.json")
        yield manager


def _why_failed(notebook: Notebook, index: int, error: CellExecutionError) -> str:
    cell = notebook.cells[index]
    where = f"cell {index + 1}"
    code = ""
    if found := _LINE_OF_CELL.search(_COLOUR.sub("", error.traceback)):
        number = int(found[1])
        where += f", line {number}"
        code = f" in `{text_of(cell['source']).splitlines()[number - 1].strip()}`"
    raised = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
    if has_tag(cell, CHECK):
        return f"the check in {where}, failed{code}: {raised}."
    return f"{where}, failed{code}: {raised}."
