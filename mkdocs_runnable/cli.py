"""The command line: ``python -m mkdocs_runnable COMMAND``."""

import argparse
import socket
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from mkdocs_runnable import parts
from mkdocs_runnable.errors import RunnableError, shown
from mkdocs_runnable.notebooks.notebook import SUFFIX, Notebook, find
from mkdocs_runnable.notebooks.page import why_missing
from mkdocs_runnable.options import Policy
from mkdocs_runnable.project import Project
from mkdocs_runnable.recording import new
from mkdocs_runnable.recording.browser import (
    ENGINES,
    Ended,
    Engine,
    Note,
    run_in_browser,
    to_execution,
)
from mkdocs_runnable.recording.check import Result, check_execution, check_snippet, why_stopped
from mkdocs_runnable.recording.execute import Chunk, run
from mkdocs_runnable.recording.judge import judge
from mkdocs_runnable.recording.record import Recorded, record
from mkdocs_runnable.recording.verification import Runner
from mkdocs_runnable.site import publish
from mkdocs_runnable.site.links import check_links
from mkdocs_runnable.snippets.snippet import Library, Snippet, load

_FILE_HELP = "path of a Python file or a notebook, or name of a snippet, such as topic/name"
_DESCRIPTION = "Check, record and publish the runnable snippets of a documentation site."
# The time limit of files and snippets that the command line names, and that declare none. It is
# longer than the default in a check of all snippets, where many slow snippets would add up.
_FILE_TIMEOUT_SECONDS = 60.0
_NO_BROWSER = "notebooks do not run in browsers."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit status: 0 for success, 1 if something that was checked or recorded failed, 2 if the
        command could not be carried out, 130 if it was interrupted.
    """
    options = make_parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except RunnableError as error:
        _say(f"Error: {error}")
        return 2
    except KeyboardInterrupt:
        _say("Stopped.")
        return 130


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line.

    In the options that it returns, ``command`` is the function that runs the command.
    """
    parser = argparse.ArgumentParser(prog="python -m mkdocs_runnable", description=_DESCRIPTION)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    check = commands.add_parser(
        "check",
        help="run files, or check all snippets and notebooks",
        description="Run Python files, and print their output and exit status, and with --browser "
        "also the notes that readers see beside the output. Run notebooks, and report the cells "
        "that fail. Without FILE, run all snippets, compare their output with their recordings, "
        "and report which ones differ; then run all notebooks whose outputs are recordings.",
    )
    check.add_argument("files", nargs="*", metavar="FILE", help=_FILE_HELP)
    check.add_argument(
        "--browser", action="store_true", help="run the files in a headless browser, not on CPython"
    )
    check.add_argument(
        "--engine",
        choices=ENGINES,
        default=None,
        help="the browser to use with --browser (default: chromium)",
    )
    check.add_argument(
        "--path", type=Path, metavar="DIR", help="a folder of modules that the files can import"
    )
    check.set_defaults(command=_check)

    recording = commands.add_parser(
        "record",
        help="run snippets and notebooks, and save their output",
        description="Run snippets, and save their output and their timelines next to them. Run "
        "notebooks, and save their outputs in them. Without FILE, run all snippets, and keep each "
        "recording that would only change in measured times; then run each notebook whose code or "
        "libraries have changed since it was recorded. Files that cannot be recorded are listed "
        "at the end, with the reasons.",
    )
    recording.add_argument("files", nargs="*", metavar="FILE", help=_FILE_HELP)
    recording.set_defaults(command=_record)

    starting = commands.add_parser(
        "new",
        help="create a snippet",
        description="Create a snippet that runs, record it, and print the line that shows it on a "
        "page.",
    )
    starting.add_argument(
        "name",
        metavar="NAME",
        help="where to create it: TOPIC/NAME creates snippets/TOPIC/NAME.py",
    )
    starting.set_defaults(command=_new)

    linking = commands.add_parser(
        "links",
        help="check the built site's links to other sites",
        description="Request every address on other sites that the built site links to, and list "
        "the links that are dead, or that could not be checked.",
    )
    linking.add_argument(
        "--timeout",
        type=float,
        default=15,
        metavar="SECONDS",
        help="how long to wait for each answer (default: %(default)g)",
    )
    linking.set_defaults(command=_links)

    publishing = commands.add_parser(
        "publish",
        help="write the files that a site needs beside its pages",
        description="Write what a site needs beside its pages into a folder: the programs, the "
        "files that run them in the browser, and, if `mkdocs.yml` asks for them, the text editions "
        "of the pages. For sites that are not built with MkDocs, which does this by itself.",
    )
    publishing.add_argument("folder", type=Path, metavar="DIR", help="the folder of the built site")
    publishing.set_defaults(command=_publish)

    judging = commands.add_parser(
        "judge",
        help="compare runs in the site's widgets with the recordings",
        description="Read runs from standard input, one JSON object per line, and compare them "
        "with the recordings. The browser tests use this command.",
    )
    judging.add_argument("engine", choices=ENGINES, help="the browser in which the snippets ran")
    judging.add_argument(
        "--browser-version",
        required=True,
        metavar="TEXT",
        help="name and version of the browser, for the verification report",
    )
    judging.add_argument(
        "--python-version",
        required=True,
        metavar="X.Y.Z",
        help="version of Python in the browser, for the verification report",
    )
    judging.add_argument(
        "--forget", action="store_true", help="do not save the results for the report"
    )
    judging.set_defaults(command=_judge)

    port = commands.add_parser(
        "port",
        help="check whether a port of this machine is free",
        description="Fail with an explanation if a server cannot use a port of 127.0.0.1.",
    )
    port.add_argument("port", type=int, help="number of the port")
    port.set_defaults(command=_port)
    return parser


def _say(text: str) -> None:
    """Print a message to stderr, because stdout is for the output of programs."""
    sys.stdout.flush()
    print(text, file=sys.stderr, flush=True)


def _write(chunk: Chunk) -> None:
    stream = sys.stdout if chunk.stream == "stdout" else sys.stderr
    stream.write(chunk.text)
    stream.flush()


def _check(options: argparse.Namespace) -> int:
    if options.engine and not options.browser:
        raise RunnableError("--engine selects a browser, so it needs --browser.")
    if options.path and not options.path.is_dir():
        raise RunnableError(f"--path {options.path}: there is no such folder.")
    if options.path and not options.files and not options.browser:
        raise RunnableError(
            "--path is for files that the command line names, and for --browser. Name a FILE, or "
            "leave --path out."
        )
    engine: Engine | None = (options.engine or "chromium") if options.browser else None
    if options.files:
        programs, notebook_paths = _programs_and_notebooks(options.files)
        if notebook_paths and engine:
            raise RunnableError(f"{shown(notebook_paths[0])}: {_NO_BROWSER}")
        snippets = [_load_named(program) for program in programs]
        failed = _check_files(snippets, engine, options.path) if snippets else 0
        results = _check_notebooks([Notebook.read(path, shown(path)) for path in notebook_paths])
        return 1 if failed or any(result.outcome == "failed" for result in results) else 0
    project = Project.find()
    library = project.library
    results, snippets = [], []
    for snippet in library.load_all():
        is_recorded = snippet.recording_path.exists()
        if (
            project.options.recordings == "optional"
            and snippet.header.runs_on()
            and not is_recorded
        ):
            results.append(_report(Result(snippet.name, "skipped", "not recorded yet")))
        else:
            snippets.append(snippet)
    notebooks = [Notebook.read(path, project.where(path)) for path in find(project)]
    if engine:
        results += _check_library_in_browser(snippets, project, engine, options.path)
        results += [_report(Result(each.where, "skipped", _NO_BROWSER)) for each in notebooks]
    else:
        results += [_report(check_snippet(snippet, library)) for snippet in snippets]
        results += _check_recorded_notebooks(notebooks, project.options.recordings)
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
    for result in results:
        counts[result.outcome] += 1
    _say(", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count) or "none")
    return 1 if counts["failed"] else 0


def _programs_and_notebooks(files: Sequence[str]) -> tuple[list[str], list[Path]]:
    """Divide the files of a command into programs, as they were named, and paths of notebooks."""
    programs = [file for file in files if not file.endswith(SUFFIX)]
    return programs, [Path(file).absolute() for file in files if file.endswith(SUFFIX)]


def _check_notebooks(notebooks: list[Notebook]) -> list[Result]:
    if not notebooks:
        return []
    # The libraries that run notebooks take long to import, so other commands do not import them.
    from mkdocs_runnable.notebooks.record import check

    return [_report(check(notebook)) for notebook in notebooks]


def _check_recorded_notebooks(notebooks: list[Notebook], policy: Policy) -> list[Result]:
    results, recorded = [], []
    for notebook in notebooks:
        if notebook.state != "missing":
            recorded.append(notebook)
        elif policy == "required":
            results.append(_report(Result(notebook.where, "failed", why_missing(notebook))))
        else:
            results.append(_report(Result(notebook.where, "skipped", "not recorded yet")))
    return results + _check_notebooks(recorded)


def _load_named(file: str) -> Snippet:
    """Load what the command line names: a file by its path, or a snippet by its name."""
    path = Path(file)
    if path.suffix != ".py" and not path.is_file():
        library = Project.find().library
        name = library.name_of(library.path(path.as_posix()))
        if name is not None and (library.path(name).exists() or not path.exists()):
            return library.load(name)
    return _load_file(path, file)


def _load_file(path: Path, where: str) -> Snippet:
    """Load a file. If it belongs to the library of a project, it gets its name in the library.

    Args:
        path: The file.
        where: The file as the command line names it, for error messages.
    """
    try:
        library = Project.find(path.absolute().parent).library
    except RunnableError:
        return load(path, where=where)
    name = library.name_of(path)
    return load(path, where=where) if name is None else library.load(name)


def _check_files(snippets: list[Snippet], engine: Engine | None, extra_path: Path | None) -> int:
    """Run files, print their output, and return 1 if one of them failed, else 0."""
    failed = 0
    if engine:
        project = _project_or_none()
        ran = run_in_browser(
            project.runtime if project else parts.browser_runtime(),
            [snippet.path for snippet in snippets],
            engine,
            timeout=max(snippet.header.timeout or _FILE_TIMEOUT_SECONDS for snippet in snippets),
            extra_path=extra_path,
            dependencies=project.options.dependencies if project else (),
        )
        for file, event in ran:
            match event:
                case Chunk():
                    _write(event)
                case Note():
                    _say(f"{shown(file)}: note: {event.text}")
                case Ended():
                    _say(f"{shown(file)}: {_browser_outcome(event)}")
                    failed += event.outcome != "finished" or event.status != 0
        return 1 if failed else 0
    for snippet in snippets:
        timeout = snippet.header.timeout or _FILE_TIMEOUT_SECONDS
        execution = run(snippet.path, timeout=timeout, extra_path=extra_path, on_chunk=_write)
        why = why_stopped(execution, timeout)
        _say(f"{shown(snippet.path)}: {why or f'exit status {execution.status}'}")
        failed += bool(why) or execution.status != 0
    return 1 if failed else 0


def _project_or_none() -> Project | None:
    """Return the project around the current folder, or None if there is none."""
    try:
        return Project.find()
    except RunnableError:
        return None


def _browser_outcome(ended: Ended) -> str:
    text = "stopped at its time limit" if ended.outcome == "timeout" else None
    text = text or f"exit status {ended.status}"
    return f"{text} ({ended.message})" if ended.message else text


def _check_library_in_browser(
    snippets: list[Snippet], project: Project, engine: Engine, extra_path: Path | None
) -> list[Result]:
    library = project.library
    results = [
        _report(Result(snippet.name, "skipped", snippet.header.native))
        for snippet in snippets
        if snippet.header.native
    ]
    portable = {snippet.path: snippet for snippet in snippets if not snippet.header.native}
    chunks: list[Chunk] = []
    ran = run_in_browser(
        project.runtime,
        [*portable],
        engine,
        timeout=max((snippet.timeout for snippet in portable.values()), default=1),
        extra_path=extra_path,
        dependencies=project.options.dependencies,
    )
    for file, event in ran:
        if isinstance(event, Chunk):
            chunks.append(event)
            continue
        if isinstance(event, Note):  # Recordings contain no notes.
            continue
        execution = to_execution(file, chunks, event)
        results.append(_report(check_execution(portable[file], library, execution)))
        chunks = []
    return results


def _report(result: Result) -> Result:
    """Print the result of a check, and return it."""
    detail = f": {result.detail}" if result.detail else ""
    _say(f"{result.outcome:8}{result.name} ({result.seconds:.1f} s){detail}")
    return result


def _record(options: argparse.Namespace) -> int:
    project = Project.find()
    library = project.library
    renew = bool(options.files)  # a file that the user names is recorded even if nothing changed
    programs, paths = _programs_and_notebooks(options.files)
    names = [_name_in(library, program) for program in programs] if renew else library.names()
    notebooks = [_notebook_in(project, path) for path in paths] if renew else find(project)
    failures: list[str] = []
    for recorded in chain(
        record(library, names, renew=renew, keep_going=True),
        _record_notebooks(project, notebooks, renew=renew),
    ):
        detail = f": {recorded.detail}" if recorded.outcome == "skipped" else ""
        _say(f"{recorded.outcome:10}{recorded.name}{detail}")
        if recorded.outcome == "changed" and recorded.detail:
            _say(recorded.detail)
        if recorded.warning:
            _say(f"Warning: {recorded.name}: {recorded.warning}")
        if recorded.outcome == "failed":
            failures.append(recorded.detail)
    if failures:
        count = "1 file" if len(failures) == 1 else f"{len(failures)} files"
        _say("\n  ".join([f"{count} could not be recorded:", *failures]))
    return 1 if failures else 0


def _record_notebooks(project: Project, paths: list[Path], *, renew: bool) -> Iterator[Recorded]:
    if paths:
        # The libraries that run notebooks take long to import.
        from mkdocs_runnable.notebooks import record as recording

        notebooks = [(path, project.where(path)) for path in paths]
        yield from recording.record(
            notebooks, renew=renew, before=lambda where: _say(f"running   {where}")
        )


def _notebook_in(project: Project, path: Path) -> Path:
    """Return the path of a notebook; raise an error if the project does not record it."""
    if not path.is_relative_to(project.docs):
        raise RunnableError(
            f"{shown(path)} is not in {project.where(project.docs)}/, and only notebooks that are "
            "pages are recorded."
        )
    if not project.options.notebooks:
        raise RunnableError(
            f"{shown(path)} cannot be recorded, because the outputs of notebooks are no recordings "
            "here. To change that, set `notebooks: true` for the plugin `runnable` in mkdocs.yml."
        )
    return path


def _name_in(library: Library, file: str) -> str:
    """Return the name of a snippet in the library; raise an error if the file is not in it."""
    snippet = _load_named(file)
    if library.name_of(snippet.path) != snippet.name:
        raise RunnableError(f"{file} is not a snippet, and only snippets are recorded.")
    return snippet.name


def _new(options: argparse.Namespace) -> int:
    library = Project.find().library
    line = new.create(library, options.name)
    path = library.path(options.name)
    _say(
        f"Created {library.where(path)} and its recording. Change it, then run "
        f"`python -m mkdocs_runnable record {options.name}`.\n"
        "To show it, put this line on a page, as a paragraph of its own. The path is for a page "
        "in a folder of docs/; leave out one ../ for a page in docs/ itself:\n"
    )
    print(line)
    return 0


def _links(options: argparse.Namespace) -> int:
    counts: Counter[str] = Counter()
    for link in check_links(Project.find().site, options.timeout):
        counts[link.outcome] += 1
        if link.outcome != "alive":
            _say(f"{link.outcome:8}{link.address} ({link.detail}), on {', '.join(link.pages)}")
    _say(", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "none")
    return 1 if counts["dead"] else 0


def _publish(options: argparse.Namespace) -> int:
    project = Project.find()
    count = 0
    for file in publish.everything(project):
        file.write(options.folder)
        count += 1
    _say(f"{count} files written to {shown(options.folder)}.")
    return 0


def _judge(options: argparse.Namespace) -> int:
    runner = Runner(
        stem=options.engine,
        interpreter="CPython",
        version=options.python_version,
        platform="Emscripten wasm32",
        engine=options.browser_version,
    )
    results = judge(Project.find(), runner, sys.stdin, keep=not options.forget)
    for result in results:
        if result.outcome == "failed":
            _report(result)
    failed = sum(result.outcome == "failed" for result in results)
    _say(f"{len(results) - failed} as recorded, {failed} different")
    return 1 if failed else 0


def _port(options: argparse.Namespace) -> int:
    with socket.socket() as probe:
        # With this option, which `mkdocs serve` sets too, a port that was just released is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", options.port))
        except (OSError, OverflowError) as error:
            raise RunnableError(
                f"port {options.port} of 127.0.0.1 cannot be used ({error}). Stop the program that "
                "uses it, or choose another port."
            ) from None
    return 0
