"""Records the outputs of notebooks, and runs notebooks again to check them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.files import write_atomically
from mkdocs_runnable.notebooks.execute import CELL_TIMEOUT_SECONDS, execute
from mkdocs_runnable.notebooks.machine import Machine
from mkdocs_runnable.notebooks.notebook import Notebook, Origin, hash_of_outputs
from mkdocs_runnable.notebooks.slim import slim, to_text
from mkdocs_runnable.recording.check import Result
from mkdocs_runnable.recording.record import Recorded


def record(
    notebooks: Iterable[tuple[Path, str]],
    *,
    renew: bool = False,
    before: Callable[[str], None] = lambda _: None,
    timeout: float = CELL_TIMEOUT_SECONDS,
) -> Iterator[Recorded]:
    """Run notebooks, save their outputs in them, and yield the outcome for each of them.

    A notebook is only run if its code, the version of Python or those of its libraries have changed
    since it was recorded. Benchmarks therefore take their time only when there is a reason, and
    recording everything again does not change files for nothing.

    Args:
        notebooks: The files, each with its path in messages.
        renew: Run every notebook, for example to get better times.
        before: Called with the path of each notebook that is about to be run.
        timeout: Time limit of one cell, in seconds.
    """
    for path, where in notebooks:
        try:
            yield _record_one(Notebook.read(path, where), before, timeout, renew=renew)
        except RunnableError as error:
            yield Recorded(where, "failed", str(error))


def _record_one(
    notebook: Notebook, before: Callable[[str], None], timeout: float, *, renew: bool
) -> Recorded:
    if not renew and is_current(notebook):
        return Recorded(notebook.where, "unchanged")
    before(notebook.where)
    was_missing = notebook.state == "missing"
    executed = slim(execute(notebook, timeout))
    # Sentences may be edited while the cells run, so the outputs go into the file as it is now.
    now = Notebook.read(notebook.path, notebook.where)
    if now.sources != notebook.sources:
        raise RunnableError(f"{notebook.where}: its code changed while it ran. Record it again.")
    content = slim(now.content)
    ran = (cell for cell in executed["cells"] if cell["cell_type"] == "code")
    cells = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    for cell, with_outputs in zip(cells, ran, strict=True):
        cell["outputs"] = with_outputs["outputs"]
    origin = Origin(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        libraries=notebook.libraries,
        machine=Machine.this(),
        outputs=hash_of_outputs(cells),
        sources=notebook.sources,
    )
    origin.save(content["metadata"])
    write_atomically(notebook.path, to_text(content))
    return Recorded(notebook.where, "new" if was_missing else "changed")


def is_current(notebook: Notebook) -> bool:
    """Return whether recording a notebook again could only change what it measures."""
    origin = notebook.origin
    return (
        origin is not None
        and notebook.state == "current"
        and origin.machine.has_same_python(Machine.this())
        and origin.libraries == notebook.libraries
    )


def check(notebook: Notebook, timeout: float = CELL_TIMEOUT_SECONDS) -> Result:
    """Run a notebook again, without saving its outputs. The check fails if a cell fails."""
    started = perf_counter()
    try:
        execute(notebook, timeout)
    except RunnableError as error:
        return Result(notebook.where, "failed", str(error), perf_counter() - started)
    return Result(notebook.where, "passed", seconds=perf_counter() - started)
