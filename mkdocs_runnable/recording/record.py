"""Records the output and the timelines of snippets."""

import ast
import symtable
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from mkdocs_runnable.errors import RunnableError, nearest
from mkdocs_runnable.files import write_atomically
from mkdocs_runnable.recording.check import why_stopped
from mkdocs_runnable.recording.compare import compare
from mkdocs_runnable.recording.execute import interpreter, run
from mkdocs_runnable.recording.recordings import Origin, Origins, Transcript
from mkdocs_runnable.recording.tracing import assemble, watched
from mkdocs_runnable.snippets.dependencies import comes_with
from mkdocs_runnable.snippets.imports import imported_packages
from mkdocs_runnable.snippets.snippet import Library, Snippet, read_text


@dataclass(frozen=True)
class Recorded:
    """The outcome of recording one snippet or notebook.

    Attributes:
        name: Name of the snippet, or path of the notebook in messages.
        outcome: What happened to the recording.
        detail: Why nothing was recorded, or how the recording differs from the previous one.
        warning: Something that the author should look at before committing the recording.
    """

    name: str
    outcome: Literal["new", "changed", "unchanged", "skipped", "failed"]
    detail: str = ""
    warning: str = ""


def record(
    library: Library, names: list[str], *, renew: bool = False, keep_going: bool = False
) -> Iterator[Recorded]:
    """Run snippets, write their recordings, and yield the outcome for each of them.

    A recording is only rewritten if the snippet has changed, if its output differs in more than
    measured times and other details that the header masks, or if a timeline has appeared or
    disappeared. Recording everything again therefore does not change files for nothing.

    Args:
        library: The library that contains the snippets.
        names: ``topic/name`` of each snippet.
        renew: Rewrite every recording, for example to get better times.
        keep_going: If a program cannot be recorded, yield the outcome ``failed`` and continue with
            the others.

    Raises:
        RunnableError: A program cannot be read, did not end, or printed what cannot be recorded.
    """
    origins = Origins(library.root)
    for name in names:
        try:
            recorded = _record_one(library.load(name), library, origins, renew=renew)
        except RunnableError as error:
            if not keep_going:
                raise
            recorded = Recorded(name, "failed", str(error))
        # Before the yield, so that nothing is lost if the caller is interrupted there.
        origins.save(library.names())
        yield recorded


def _record_one(snippet: Snippet, library: Library, origins: Origins, *, renew: bool) -> Recorded:
    if not snippet.header.runs_on():
        detail = f"requires Python {snippet.header.requires_python}, this is {interpreter()}"
        return Recorded(snippet.name, "skipped", detail)
    with TemporaryDirectory() as folder:
        timeline = snippet.header.timeline
        trace_folder = None if timeline is False else Path(folder)
        execution = run(snippet.path, timeout=snippet.timeout, trace=trace_folder)
        trace = assemble(
            Path(folder), interpreter(), snippet.path, though_nothing_waits=timeline is True
        )
    where = library.where(snippet.path)
    if why := why_stopped(execution, snippet.timeout):
        raise RunnableError(
            f"{where}: {why}, so nothing was recorded. Make the program end, or give it more "
            "time with `timeout` in its header."
        )
    for name in snippet.header.watch:
        if name not in watched(trace):
            hint = nearest(name, _globals(snippet))
            raise RunnableError(
                f"{where}: the header watches '{name}', which the program never sets.{hint}"
            )
    transcript = Transcript.of(execution, snippet.path)
    try:
        text = transcript.to_text()
    except RunnableError as error:
        raise RunnableError(f"{where}: {error}") from None
    old = _old_transcript(snippet, library)
    origin = origins.get(snippet.name)
    is_current = origin is not None and snippet.sha256.startswith(origin.source)
    is_same = old is not None and compare(old, transcript, snippet.header).is_same
    has_right_files = snippet.trace_path.exists() == (trace is not None)
    if is_same and is_current and has_right_files and not renew:
        return Recorded(snippet.name, "unchanged")
    write_atomically(snippet.recording_path, text)
    # The trace is of the same run, so that its times agree with those in the output.
    if trace:
        write_atomically(snippet.trace_path, trace)
    else:
        snippet.trace_path.unlink(missing_ok=True)
    origins.set(snippet.name, Origin(interpreter(), snippet.sha256[:12]))
    warnings = []
    if transcript.status and (old is None or old.status != transcript.status):
        warnings.append(f"the program ended with exit status {transcript.status}")
    if package := undeclared_import(snippet, library):
        undeclared = "its header does not declare"
        if library.dependencies:
            undeclared = "neither its header nor the option `dependencies` declares"
        warnings.append(f"it imports {package}, which {undeclared}, so it fails in browsers")
    warning = f"{'; '.join(warnings)}. Is that intended?" if warnings else ""
    if old is None:
        return Recorded(snippet.name, "new", warning=warning)
    detail = "" if is_same else compare(old, transcript, snippet.header).diff
    return Recorded(snippet.name, "changed", detail, warning)


def undeclared_import(snippet: Snippet, library: Library) -> str | None:
    """Return the first library that a program always imports, although nothing declares it.

    Such a program can be recorded wherever the library is installed, but it fails in browsers. A
    program whose header declares a library is left out, because that library may install others,
    and so is a program that does not run in browsers.

    Args:
        snippet: The program.
        library: All snippets, and the libraries that their project declares for them.
    """
    if snippet.header.dependencies or snippet.header.native:
        return None
    packages = imported_packages(ast.parse(snippet.source).body)
    return next(
        (
            name
            for name in packages
            if name not in sys.stdlib_module_names and not comes_with(name, library.dependencies)
        ),
        None,
    )


def _globals(snippet: Snippet) -> list[str]:
    """Return the names of the global variables that a program assigns, for suggestions."""
    table = symtable.symtable(snippet.source, snippet.path.name, "exec")
    return [
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_assigned() and not symbol.is_namespace() and not symbol.is_imported()
    ]


def _old_transcript(snippet: Snippet, library: Library) -> Transcript | None:
    path = snippet.recording_path
    if not path.exists():
        return None
    text, _ = read_text(path, library.where(path))
    return Transcript.parse(text)
