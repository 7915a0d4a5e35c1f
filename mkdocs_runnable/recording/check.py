"""Runs snippets and compares what they print with their recordings."""

from dataclasses import dataclass
from typing import Literal

from mkdocs_runnable.errors import RunnableError
from mkdocs_runnable.recording.compare import compare
from mkdocs_runnable.recording.execute import Execution, interpreter, run
from mkdocs_runnable.recording.recordings import Origins, Transcript
from mkdocs_runnable.snippets.snippet import Library, Snippet, read_text

Outcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True)
class Result:
    """The outcome of checking one snippet or notebook.

    Attributes:
        name: Name of the snippet, or path of the notebook in messages.
        outcome: Whether the check passed, failed or was skipped.
        detail: Why the check failed or was skipped, or which known difference let it pass.
        seconds: How long the check took.
    """

    name: str
    outcome: Outcome
    detail: str = ""
    seconds: float = 0.0


def why_stopped(execution: Execution, timeout: float) -> str | None:
    """Say why a run was stopped, or return None if the program ended by itself."""
    if execution.stopped == "time":
        return f"stopped at its time limit of {timeout:g} seconds"
    if execution.stopped == "output":
        return "stopped because it did not stop printing"
    return None


def load_recording(snippet: Snippet, library: Library) -> Transcript:
    """Read the recording of a snippet.

    Raises:
        RunnableError: There is no recording, or it cannot be read.
    """
    path = snippet.recording_path
    where = library.where(path)
    if not path.exists():
        raise RunnableError(
            f"{where}: {snippet.name}.py has no recording. Run "
            f"`python -m mkdocs_runnable record {snippet.name}` and commit the new files."
        )
    text, _ = read_text(path, where)
    return Transcript.parse(text)


def check_execution(snippet: Snippet, library: Library, execution: Execution) -> Result:
    """Compare one run of a snippet with its recording.

    Args:
        snippet: The snippet.
        library: All snippets.
        execution: The run, on CPython or in a browser.
    """
    if why := why_stopped(execution, snippet.timeout):
        return Result(snippet.name, "failed", f"{why}.", execution.seconds)
    try:
        recorded = load_recording(snippet, library)
    except RunnableError as error:
        return Result(snippet.name, "failed", str(error), execution.seconds)
    actual = Transcript.of(execution, snippet.path)
    comparison = compare(recorded, actual, snippet.header)
    if comparison.is_same:
        return Result(snippet.name, "passed", seconds=execution.seconds)
    detail = f"the output differs from {library.where(snippet.recording_path)}:\n"
    return Result(snippet.name, "failed", detail + comparison.diff, execution.seconds)


def check_snippet(snippet: Snippet, library: Library) -> Result:
    """Run a snippet on this interpreter, and compare its output with the recording."""
    if not snippet.header.runs_on():
        return Result(
            snippet.name,
            "skipped",
            f"requires Python {snippet.header.requires_python}, this is {interpreter()}",
        )
    return check_execution(snippet, library, run(snippet.path, timeout=snippet.timeout))


def stale_recordings(library: Library) -> list[str]:
    """Return a message for each recording that is missing or outdated.

    There are also messages for recordings of unknown origin, and for those without a snippet.
    """
    problems = []
    names = library.names()
    origins = Origins(library.root)
    for name in names:
        snippet = library.load(name)
        origin = origins.get(name)
        where = library.where(snippet.recording_path)
        advice = f"Run `python -m mkdocs_runnable record {name}`."
        if not snippet.recording_path.exists():
            problems.append(f"{where}: missing. {advice}")
        elif origin is None:
            problems.append(f"{where}: it is not known which {name}.py was recorded. {advice}")
        elif not snippet.sha256.startswith(origin.source):
            problems.append(f"{where}: older than {name}.py. {advice}")
    for path in sorted(library.root.rglob("*.out")):
        name = path.relative_to(library.root).with_suffix("").as_posix()
        if name not in names:
            problems.append(f"{library.where(path)}: a recording without a snippet. Remove it.")
    return problems
